/**
 * Keeps the replica up with the log.
 *
 * A subscription delivers what is new. It is never trusted: what it says about how far it is counts for nothing, and
 * whether it delivered everything is found out by reading. Where the log has been read up to is known from records
 * that were handled, and from nothing else. Reading goes over the same places as the subscription; the replica takes
 * each place once, whoever brings it first.
 */
import { once } from 'node:events';
import { setImmediate as otherWorkFirst } from 'node:timers/promises';
import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { BatchAssembly, type Reading } from './batch-assembly.ts';
import { backoffMs, type Environment } from './environment.ts';
import { isAfter, type LogPosition, type RawRecord, streamPrefixes } from './record-format.ts';
import type { Applied, Replica, Verdict } from './replica.ts';
import { type Page, recordOf, type ServerConnection } from './server-connection.ts';
import { ServerFailure, toServerFailure } from './server-failure.ts';
import type { Limits } from './settings.ts';

/** The log in KurrentDB is not the one that is replicated here. */
export class AnotherLog extends Error {
  readonly _tag = 'AnotherLog';

  constructor(file: string) {
    super(
      `KurrentDB does not hold the log that ${file} replicates: it was emptied, restored from an older backup, or is ` +
        'another server. Point the settings at the right server; if this one is right, start with an empty data directory.',
    );
    this.name = 'AnotherLog';
  }
}

/** One way in which the log comes here: a subscription, or a reading. */
interface Feed {
  readonly assembly: BatchAssembly;
  /** The last record it brought, of whomever. */
  position: LogPosition | undefined;
}

/** How many calls of the watchdog may fail before the connection is replaced. */
const failedLooksMax = 2;

export class CatchUp {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly stopping = new AbortController();
  private readonly verdicts = new Map<string, (verdict: Verdict) => void>();
  private readonly waiting = new Set<() => void>();
  private readonly listeners = new Set<() => void>();
  private version = 0;
  private reading: Promise<void> | undefined;
  private subscribed: Feed | undefined;
  private reopening = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private problem: AnotherLog | undefined;
  private fault: Error | undefined;
  private isCutOff = false;

  constructor(
    ledger: string,
    replica: Replica,
    connection: ServerConnection,
    limits: Limits,
    environment: Environment,
  ) {
    this.ledger = ledger;
    this.replica = replica;
    this.connection = connection;
    this.limits = limits;
    this.environment = environment;
  }

  /** Calls back whenever the replica has grown, until the returned function is called. */
  onGrown(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Why nothing can be kept up any more, if that is so. */
  get failure(): AnotherLog | undefined {
    return this.problem;
  }

  /** What is wrong with the replica's file, if it could not be written to. */
  get replicaFault(): Error | undefined {
    return this.fault;
  }

  /**
   * Makes sure that the log is the one replicated, and reads all that it holds now.
   *
   * @throws ServerFailure when the server cannot be asked; AnotherLog.
   */
  async begin(): Promise<void> {
    await this.readOn();
    this.running = Promise.all([this.subscribe(), this.watch()]);
  }

  /** Is told the verdict on an append once it has been read; the returned function stops that. */
  expect(batch: string, told: (verdict: Verdict) => void): () => void {
    this.verdicts.set(batch, told);
    return () => this.verdicts.delete(batch);
  }

  /**
   * Waits until everything that the log holds now is in the replica.
   *
   * @throws ServerFailure when the server cannot be asked.
   */
  async barrier(): Promise<void> {
    try {
      const end = await this.connection.head();
      this.isCutOff = false;
      // The first reading may have begun before the end was known; the second has not.
      for (let readings = 0; readings < 2 && this.isBehind(end); ) {
        const version = this.version;
        await this.changeWithin(this.limits.fetchAfterMs);
        if (this.version !== version || !this.isBehind(end)) continue;
        await this.readOn();
        readings += 1;
      }
    } catch (error) {
      if (error instanceof ServerFailure) this.isCutOff = true;
      throw error;
    }
  }

  /**
   * Waits for everything that the log holds now, as long as is sensible for a question: while the server is known not
   * to answer, and after the longest wait, the replica is taken as it is.
   */
  async softBarrier(): Promise<void> {
    if (this.isCutOff) return;
    const enough = new AbortController();
    const late = this.environment.sleep(this.limits.barrierMsMax, enough.signal);
    try {
      await Promise.race([this.barrier(), late]);
    } catch (error) {
      if (!(error instanceof ServerFailure || error instanceof AnotherLog)) throw error;
    } finally {
      enough.abort();
    }
  }

  /** Waits until the replica has grown, at most so long. */
  async changeWithin(ms: number): Promise<void> {
    const enough = new AbortController();
    await Promise.race([this.environment.sleep(ms, enough.signal), this.change(enough.signal)]);
    enough.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.reopening.abort();
    this.wake();
    await this.running;
    await this.reading?.catch(() => undefined);
  }

  private isBehind(end: LogPosition | undefined): boolean {
    return end !== undefined && isAfter(end, this.replica.progress());
  }

  private wake(): void {
    this.version += 1;
    for (const resume of [...this.waiting]) resume();
    for (const listener of [...this.listeners]) listener();
  }

  private change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || this.stopping.signal.aborted) return resolve();
      const resume = (): void => {
        this.waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      this.waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }

  /** Takes what somebody brought of the log into the replica. */
  private take(feed: Feed, records: ReadonlyArray<RawRecord>): void {
    feed.position = records.at(-1)?.position ?? feed.position;
    this.takeReadings(feed.assembly.take(records));
  }

  private takeReadings(readings: ReadonlyArray<Reading>): void {
    if (readings.length === 0) return;
    const before = this.replica.progress();
    const { verdicts, voided, foreign } = this.apply(readings);
    for (const { commit } of voided)
      this.environment.notify({ kind: 'batch-void', position: Number(commit) });
    for (const { stream } of foreign) this.environment.notify({ kind: 'foreign-record', stream });
    for (const [batch, verdict] of verdicts) this.verdicts.get(batch)?.(verdict);
    const after = this.replica.progress();
    if (after !== undefined && isAfter(after, before)) this.wake();
  }

  private apply(readings: ReadonlyArray<Reading>): Applied {
    try {
      const applied = this.replica.apply(readings);
      this.fault = undefined;
      return applied;
    } catch (error) {
      this.fault = error instanceof Error ? error : new Error(String(error));
      this.environment.notify({ kind: 'replica-problem', reason: this.fault.message });
      throw error;
    }
  }

  /** Reads from where the replica ends to the end of the log. One reads at a time. */
  private readOn(): Promise<void> {
    this.reading ??= this.readToEnd().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async readToEnd(): Promise<void> {
    // Where the log ends is asked first: a reading that then comes to the end has passed it, whoever wrote there.
    const [end] = await Promise.all([this.connection.head(), this.verifyLog()]);
    let from = this.replica.progress();
    let prefixes: ReadonlyArray<string> | undefined = streamPrefixes(this.ledger);
    const feed: Feed = { assembly: new BatchAssembly(this.ledger), position: from };
    const size = { events: this.limits.pageEventsMax, bytes: this.limits.pageBytesMax };
    while (!this.stopping.signal.aborted) {
      let page: Page;
      try {
        page = await this.connection.read(from, size, prefixes);
      } catch (error) {
        const isSilent = error instanceof ServerFailure && error.kind === 'no-answer';
        if (!isSilent || prefixes === undefined) throw error;
        // The server may be looking through more of what others wrote than it can while we wait.
        prefixes = undefined;
        continue;
      }
      // A forward read begins with the record at its position, which has been seen.
      const records = page.records.filter((record) => isAfter(record.position, from));
      this.take(feed, records);
      const last = records.at(-1)?.position;
      if (page.isLast) break;
      if (last === undefined) return;
      from = last;
      this.environment.notify({ kind: 'catching-up', position: Number(last.commit) });
    }
    // Half an append says that the log was read while it was written: what is behind it has not been read.
    if (end === undefined || feed.assembly.isInside || this.stopping.signal.aborted) return;
    this.takeReadings([{ batch: undefined, record: undefined, upTo: end }]);
  }

  /**
   * Makes sure that the record which the replica came to stands where it stood: behind the same address there may be
   * another log now.
   */
  private async verifyLog(): Promise<void> {
    const last = this.replica.lastRecord();
    if (last === undefined) return;
    const found = await this.connection.recordAt(last.stream, last.revision);
    const isSame = found?.eventId === last.eventId && found.position.commit === last.position.commit;
    this.problem = isSame ? undefined : new AnotherLog(this.replica.file);
    if (this.problem !== undefined) throw this.problem;
  }

  /** Subscribes, again and again, until stopped. */
  private async subscribe(): Promise<void> {
    let attempt = 0;
    let isFirst = true;
    while (!this.stopping.signal.aborted) {
      this.reopening = new AbortController();
      let confirmedAt = Number.POSITIVE_INFINITY;
      try {
        if (!isFirst) await this.verifyLog();
        const feed: Feed = { assembly: new BatchAssembly(this.ledger), position: this.replica.progress() };
        const subscription = this.connection.subscribe(feed.position, streamPrefixes(this.ledger));
        await this.consume(subscription, feed, () => {
          confirmedAt = this.environment.now();
          this.isCutOff = false;
          this.subscribed = feed;
          this.environment.notify({ kind: 'connected' });
        });
      } catch (error) {
        this.subscribed = undefined;
        if (this.stopping.signal.aborted) return;
        const { backoffMsMin, backoffMsMax } = this.limits;
        if (this.environment.now() - confirmedAt > backoffMsMax) attempt = 0;
        const retryInMs = backoffMs(attempt, backoffMsMin, backoffMsMax, this.environment.random());
        const reason = error instanceof Error ? error.message : String(error);
        this.environment.notify({ kind: 'connection-lost', reason, retryInMs });
        attempt += 1;
        await this.environment.sleep(retryInMs, this.stopping.signal);
      }
      isFirst = false;
    }
  }

  /** Takes what a subscription delivers until it breaks off, which it always does by throwing. */
  private async consume(
    subscription: AllStreamSubscription,
    feed: Feed,
    confirmed: () => void,
  ): Promise<never> {
    const ended = new AbortController();
    let failure: unknown = new ServerFailure('unreachable', 'KurrentDB ended the subscription', false);
    subscription.on('error', (error: Error) => {
      failure = toServerFailure(error);
      ended.abort();
    });
    for (const event of ['end', 'close']) subscription.on(event, () => ended.abort());
    const over = AbortSignal.any([ended.signal, this.reopening.signal, this.stopping.signal]);
    try {
      await this.confirmation(subscription, over);
      if (!over.aborted) confirmed();
      while (!over.aborted) {
        const records = this.delivered(subscription);
        if (records.length > 0) {
          this.take(feed, records);
          await otherWorkFirst();
        } else if (!over.aborted) {
          await once(subscription, 'readable', { signal: over }).catch(() => undefined);
        }
      }
      throw failure;
    } finally {
      subscription.on('error', () => undefined);
      void subscription.unsubscribe().catch(() => undefined);
    }
  }

  private async confirmation(subscription: AllStreamSubscription, over: AbortSignal): Promise<void> {
    const confirmed = once(subscription, 'confirmation', { signal: over }).then(
      () => true,
      () => false,
    );
    const enough = new AbortController();
    const late = this.environment.sleep(this.limits.answerMsMax, enough.signal).then(() => false);
    const isConfirmed = await Promise.race([confirmed, late]);
    enough.abort();
    if (!isConfirmed && !over.aborted) {
      this.connection.renew();
      throw new ServerFailure('no-answer', 'KurrentDB does not answer in time', false);
    }
  }

  /** What has been delivered and not been taken yet. */
  private delivered(subscription: AllStreamSubscription): ReadonlyArray<RawRecord> {
    const records: RawRecord[] = [];
    while (records.length < this.limits.pageEventsMax) {
      const resolved: AllStreamResolvedEvent | null = subscription.read();
      if (resolved === null) break;
      const record = recordOf(resolved);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** Compares the subscription with the end of the log, and opens it anew when it does not deliver. */
  private async watch(): Promise<void> {
    let failedLooks = 0;
    let owed: LogPosition | undefined;
    while (!this.stopping.signal.aborted) {
      await this.environment.sleep(this.limits.watchdogMs, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      try {
        const feed = this.subscribed;
        if (owed !== undefined && feed !== undefined && isAfter(owed, feed.position)) {
          this.environment.notify({ kind: 'subscription-stalled' });
          this.reopening.abort();
        }
        const end = await this.connection.head();
        if (this.isBehind(end)) await this.readOn();
        failedLooks = 0;
        this.isCutOff = false;
        // What the replica has come to by reading, the subscription owes until the next look.
        const last = this.replica.lastRecord()?.position;
        owed = last !== undefined && feed !== undefined && isAfter(last, feed.position) ? last : undefined;
      } catch (error) {
        this.isCutOff = true;
        failedLooks += 1;
        if (failedLooks >= failedLooksMax) {
          failedLooks = 0;
          this.connection.renew();
          this.reopening.abort();
        }
        const reason = error instanceof Error ? error.message : String(error);
        if (!(error instanceof ServerFailure)) this.environment.notify({ kind: 'replica-problem', reason });
      }
    }
  }
}

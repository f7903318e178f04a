/**
 * Writing to the log.
 *
 * Each stream has a queue: its appends are written one group after the other, each group at the revision the replica
 * knows. What became of an append is not believed from the server's answer, which can be lost, but read from the log
 * itself: an append is answered when the replica has come to its place. So an answer that was lost is no different
 * from one that arrived, and trying again is always safe.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { AppendError, Appended, EventToAppend, Position } from '../event-store.ts';
import { StoreFull, StoreProblem } from '../sqlite/store-problems.ts';
import { AnotherLog, type CatchUp } from './catch-up.ts';
import { backoffMs, type Environment } from './environment.ts';
import { encodeBatch, type RecordedAtOf, type RecordToWrite, streamOfBatch } from './record-format.ts';
import type { Replica, Verdict } from './replica.ts';
import type { ServerConnection, WriteOutcome } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';
import type { Limits } from './settings.ts';
import { SizeLimits } from './size-limits.ts';

type Outcome = E.Either<AppendError, Appended>;

/** An append on its way. */
interface Entry {
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly recordedAtOf: RecordedAtOf | undefined;
  readonly bytes: number;
  readonly giveUpAt: number;
  readonly answer: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
  /** Its name in the log; another one after the log voided it. */
  id: string;
  verdict: Verdict | undefined;
  forget: () => void;
  /** What of it had been recorded before. */
  before: Position;
  /** It may stand in the log, or come to stand there. */
  mayBeWritten: boolean;
  /** It was too large together with others. */
  alone: boolean;
  isDone: boolean;
}

/** An entry that is to be written now. */
interface Written {
  readonly entry: Entry;
  readonly fresh: ReadonlyArray<EventToAppend>;
  readonly records: ReadonlyArray<RecordToWrite>;
  readonly bytes: number;
  readonly keys: ReadonlyArray<string>;
}

/** What is written in one call, after the revision that the stream had when it was looked at. */
interface Group {
  readonly after: bigint;
  readonly entries: ReadonlyArray<Written>;
}

interface StreamQueue {
  readonly stream: string;
  entries: Entry[];
}

const keyOf = (event: EventToAppend): string => JSON.stringify([event.source, event.id]);

const unavailable = (reason: string, retryAfterMs: number, outcomeUnknown: boolean): AppendError => ({
  kind: 'unavailable',
  reason,
  retryAfterMs,
  outcomeUnknown,
});

export class AppendQueues {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly connection: ServerConnection;
  private readonly catchUp: CatchUp;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly queues = new Map<string, StreamQueue>();
  private readonly draining = new Set<Promise<void>>();
  private queuedBatches = 0;
  private queuedBytes = 0;
  private writing = 0;
  private readonly turns: Array<() => void> = [];
  private readonly sizes: SizeLimits;
  private isClosing = false;

  constructor(
    ledger: string,
    replica: Replica,
    connection: ServerConnection,
    catchUp: CatchUp,
    limits: Limits,
    environment: Environment,
  ) {
    this.ledger = ledger;
    this.replica = replica;
    this.connection = connection;
    this.catchUp = catchUp;
    this.limits = limits;
    this.environment = environment;
    this.sizes = new SizeLimits(limits);
  }

  /**
   * Appends a batch, or turns it away when too much is waiting.
   *
   * @param recordedAtOf when another ledger recorded the events, if they are copied from one.
   */
  async append(batch: ReadonlyArray<EventToAppend>, recordedAtOf?: RecordedAtOf): Promise<Outcome> {
    const { queuedBatchesMax, queuedBytesMax, retryAfterMs, appendMsMax } = this.limits;
    const bytes = batch.reduce((sum, event) => sum + event.bytes.length, 0);
    const refusal = this.sizes.refusalOfBatch(batch, bytes) ?? this.refusal(false);
    if (refusal !== undefined) return E.left(refusal);
    if (this.isClosing) return E.left(unavailable('the ledger is shutting down', retryAfterMs, false));
    if (this.queuedBatches >= queuedBatchesMax || this.queuedBytes + bytes > queuedBytesMax) {
      return E.left(unavailable('too many appends are waiting for KurrentDB', retryAfterMs, false));
    }
    this.queuedBatches += 1;
    this.queuedBytes += bytes;
    try {
      return await new Promise<Outcome>((answer, fail) => {
        this.enqueue(streamOfBatch(this.ledger, batch), {
          batch,
          recordedAtOf,
          bytes,
          giveUpAt: this.environment.now() + appendMsMax,
          answer,
          fail,
          id: this.environment.newId(),
          verdict: undefined,
          forget: () => undefined,
          before: 0,
          mayBeWritten: false,
          alone: false,
          isDone: false,
        });
      });
    } finally {
      this.queuedBatches -= 1;
      this.queuedBytes -= bytes;
    }
  }

  /** Takes no more appends, and finishes those under way. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.draining);
  }

  private enqueue(stream: string, entry: Entry): void {
    const queue = this.queues.get(stream);
    if (queue !== undefined) {
      queue.entries.push(entry);
      return;
    }
    const opened: StreamQueue = { stream, entries: [entry] };
    this.queues.set(stream, opened);
    const drained = this.drain(opened).finally(() => this.draining.delete(drained));
    this.draining.add(drained);
  }

  private async drain(queue: StreamQueue): Promise<void> {
    await this.turn();
    try {
      let attempt = 0;
      while (queue.entries.length > 0) {
        try {
          const group = this.nextGroup(queue);
          if (group.entries.length > 0) attempt = (await this.writeGroup(queue, group)) ? 0 : attempt + 1;
        } catch (error) {
          this.failAll(queue, error);
        }
        queue.entries = queue.entries.filter((entry) => !entry.isDone);
        if (attempt > 0 && queue.entries.length > 0) await this.pause(attempt, queue);
      }
    } finally {
      this.queues.delete(queue.stream);
      this.writing -= 1;
      this.turns.shift()?.();
    }
  }

  /** Waits until fewer streams than allowed are being written to. */
  private async turn(): Promise<void> {
    if (this.writing >= this.limits.writingStreamsMax) {
      await new Promise<void>((resolve) => this.turns.push(resolve));
    }
    this.writing += 1;
  }

  private async pause(attempt: number, queue: StreamQueue): Promise<void> {
    const { backoffMsMin, backoffMsMax } = this.limits;
    const left = Math.min(...queue.entries.map((entry) => entry.giveUpAt)) - this.environment.now();
    const ms = backoffMs(attempt - 1, backoffMsMin, backoffMsMax, this.environment.random());
    await this.environment.sleep(Math.max(0, Math.min(ms, left)));
  }

  /** Why nothing can be appended at present, if that is so. */
  private refusal(mayBeWritten: boolean): AppendError | undefined {
    const { retryAfterMs } = this.limits;
    const { failure, replicaFault } = this.catchUp;
    if (failure !== undefined) return unavailable(failure.message, retryAfterMs, mayBeWritten);
    if (replicaFault instanceof StoreFull && !mayBeWritten) return { kind: 'full' };
    if (replicaFault instanceof StoreProblem)
      return unavailable(replicaFault.message, retryAfterMs, mayBeWritten);
    return undefined;
  }

  private settle(entry: Entry, outcome: Outcome): void {
    entry.isDone = true;
    entry.forget();
    entry.answer(outcome);
  }

  private failAll(queue: StreamQueue, error: unknown): void {
    const isOurs = error instanceof StoreProblem || error instanceof AnotherLog;
    for (const entry of queue.entries) {
      if (entry.isDone) continue;
      if (isOurs) {
        const reason = unavailable(error.message, this.limits.retryAfterMs, entry.mayBeWritten);
        this.settle(entry, E.left(this.refusal(entry.mayBeWritten) ?? reason));
        continue;
      }
      entry.isDone = true;
      entry.forget();
      entry.fail(error);
    }
  }

  /** Answers an entry that the log has decided on, or that has waited too long. */
  private answered(entry: Entry, reason: string): boolean {
    const verdict = entry.verdict;
    if (verdict?.kind === 'recorded') {
      const duplicates = entry.batch.length - verdict.recorded;
      const position = Math.max(entry.before, verdict.position);
      this.settle(entry, E.right({ recorded: verdict.recorded, duplicates, position }));
      return true;
    }
    if (verdict?.kind === 'void') {
      // At its place in the log it did not fit; seen from here it is another append.
      entry.verdict = undefined;
      entry.forget();
      entry.id = this.environment.newId();
      entry.mayBeWritten = false;
    }
    const refusal = this.refusal(entry.mayBeWritten);
    if (refusal === undefined && this.environment.now() < entry.giveUpAt) return false;
    this.settle(entry, E.left(refusal ?? unavailable(reason, this.limits.retryAfterMs, entry.mayBeWritten)));
    return true;
  }

  /** Answers what needs no writing, and gives what is to be written together now. */
  private nextGroup(queue: StreamQueue): Group {
    const group: Written[] = [];
    let after = -1n;
    const keys = new Set<string>();
    let [events, bytes] = [0, 0];
    for (const entry of queue.entries) {
      if (this.answered(entry, 'KurrentDB does not answer in time')) continue;
      const judged = this.replica.judge(entry.batch);
      if (E.isLeft(judged)) {
        if (group.length > 0) break;
        this.settle(entry, judged);
        continue;
      }
      const { fresh, position } = judged.right;
      entry.before = position;
      if (fresh.length === 0) {
        this.settle(entry, E.right({ recorded: 0, duplicates: entry.batch.length, position }));
        continue;
      }
      const encoded = encodeBatch(entry.id, fresh, entry.recordedAtOf);
      const tooLarge = this.sizes.refusalOfNew(entry.batch, fresh, encoded.bytes);
      if (tooLarge !== undefined) {
        this.settle(entry, E.left(tooLarge));
        continue;
      }
      const written: Written = { entry, fresh, ...encoded, keys: fresh.map(keyOf) };
      const fits =
        group.length === 0 ||
        (!entry.alone &&
          events + fresh.length <= this.limits.groupEventsMax &&
          bytes + written.bytes <= this.limits.groupBytesMax &&
          written.keys.every((key) => !keys.has(key)));
      if (!fits) break;
      if (group.length === 0) after = this.replica.revisionOf(queue.stream);
      group.push(written);
      if (entry.alone) break;
      events += fresh.length;
      bytes += written.bytes;
      for (const key of written.keys) keys.add(key);
    }
    return { after, entries: group };
  }

  /** Writes a group once, and finds out what became of it. Whether anything did. */
  private async writeGroup(queue: StreamQueue, { after, entries: group }: Group): Promise<boolean> {
    for (const { entry } of group) {
      entry.forget();
      entry.forget = this.catchUp.expect(entry.id, (verdict) => {
        if (entry.verdict?.kind !== 'recorded') entry.verdict = verdict;
      });
    }
    const records = group.flatMap((written) => written.records);
    let outcome: WriteOutcome;
    try {
      outcome = await this.connection.write(queue.stream, after, records);
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error;
      return this.afterFailure(group, error);
    }
    switch (outcome.kind) {
      case 'written':
        for (const { entry } of group) entry.mayBeWritten = true;
        return this.awaitVerdicts(group);
      case 'wrong-revision':
        await this.catchUpOrLeave();
        return this.answerAll(group, 'the stream keeps growing faster than it can be written to');
      case 'too-large':
        if (group.length > 1) {
          for (const { entry } of group) entry.alone = true;
          return true;
        }
        this.sizes.learn(outcome.limit, outcome.of);
        this.settle(group[0]!.entry, E.left(this.tooLarge(group[0]!, outcome.limit)));
        return true;
    }
  }

  /** What the server said of an append, in the words in which it will be said from now on. */
  private tooLarge({ entry, fresh, bytes }: Written, limit: number): AppendError {
    const refusal = this.sizes.refusalOfNew(entry.batch, fresh, bytes);
    return refusal ?? { kind: 'too-large', limit, unit: 'bytes', what: 'batch' };
  }

  private async afterFailure(group: ReadonlyArray<Written>, failure: ServerFailure): Promise<boolean> {
    for (const { entry } of group) entry.mayBeWritten ||= failure.mayHaveWritten;
    if (failure.kind === 'denied' || failure.kind === 'deleted') {
      for (const { entry } of group) {
        this.settle(
          entry,
          E.left(unavailable(failure.message, this.limits.retryAfterMs, entry.mayBeWritten)),
        );
      }
      return true;
    }
    if (failure.mayHaveWritten) await this.catchUpOrLeave();
    return this.answerAll(group, failure.message);
  }

  /** Reads up to the end of the log if the server lets us. */
  private async catchUpOrLeave(): Promise<void> {
    try {
      await this.catchUp.barrier();
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error;
    }
  }

  private answerAll(group: ReadonlyArray<Written>, reason: string): boolean {
    return group.map(({ entry }) => this.answered(entry, reason)).some((isAnswered) => isAnswered);
  }

  /** Waits until the log has been read up to the appends; a server that wrote them before names no new place. */
  private async awaitVerdicts(group: ReadonlyArray<Written>): Promise<boolean> {
    const isDecided = (): boolean => group.every(({ entry }) => entry.verdict !== undefined);
    if (!isDecided()) await this.catchUp.changeWithin(this.limits.fetchAfterMs);
    if (!isDecided()) await this.catchUpOrLeave();
    return this.answerAll(group, 'KurrentDB does not deliver what was written to it');
  }
}

/**
 * The subscription that delivers new records as they are written.
 *
 * It is reopened whenever it ends. Its own progress reports are ignored, since the client reports being caught up
 * before the events have been handled.
 */
import { once } from 'node:events';
import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { type CatchUpRead, readPrefixes } from './catch-up-read.ts';
import { backoffMs, type Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { LogProblem } from './log-problems.ts';
import { bytesIn, recordOf } from './page-read.ts';
import type { RawRecord } from './record-format.ts';
import type { Feed, ReplicaUpdates } from './replica-updates.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure, toServerFailure } from './server-failure.ts';

/** Keeps a subscription open, and passes its records to the replica. */
export class LiveSubscription {
  private readonly ledger: string;
  private readonly updates: ReplicaUpdates;
  private readonly read: CatchUpRead;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly stopping: AbortSignal;
  private readonly onConfirmed: () => void;
  private reopening = new AbortController();
  private confirmedFeed: Feed | undefined;

  /** @param onConfirmed called whenever the server has confirmed a subscription. */
  constructor(
    ledger: string,
    updates: ReplicaUpdates,
    read: CatchUpRead,
    connection: ServerConnection,
    limits: Limits,
    environment: Environment,
    stopping: AbortSignal,
    onConfirmed: () => void,
  ) {
    this.ledger = ledger;
    this.updates = updates;
    this.read = read;
    this.connection = connection;
    this.limits = limits;
    this.environment = environment;
    this.stopping = stopping;
    this.onConfirmed = onConfirmed;
  }

  /** The feed of the subscription, while the server has it confirmed. */
  get feed(): Feed | undefined {
    return this.confirmedFeed;
  }

  /** Drops the current subscription, so that the next one is opened. */
  reopen(): void {
    this.reopening.abort();
  }

  /** Subscribes repeatedly until stopped. */
  async run(): Promise<void> {
    const { backoffMsMin, backoffMsMax } = this.limits;
    let attempt = 0;
    for (let isFirst = true; !this.stopping.aborted; isFirst = false) {
      this.reopening = new AbortController();
      let confirmedAt = Number.POSITIVE_INFINITY;
      try {
        if (!isFirst) await this.read.verifyLog();
        await this.consume(() => {
          confirmedAt = this.environment.now();
        });
      } catch (error) {
        this.confirmedFeed = undefined;
        if (this.stopping.aborted) return;
        if (this.environment.now() - confirmedAt > backoffMsMax) attempt = 0;
        const retryInMs = backoffMs(attempt, backoffMsMin, backoffMsMax, this.environment.random());
        const reason = error instanceof Error ? error.message : String(error);
        if (!(error instanceof LogProblem))
          this.environment.notify({ kind: 'connection-lost', reason, retryInMs });
        attempt += 1;
        await this.environment.sleep(retryInMs, this.stopping);
      }
    }
  }

  /** Handles the records of a subscription until it ends, which always throws. */
  private async consume(confirmed: () => void): Promise<never> {
    const feed = this.updates.newFeed();
    const subscription = this.connection.subscribe(feed.position, readPrefixes(this.ledger));
    const ended = new AbortController();
    let failure: unknown = new ServerFailure('unreachable', 'KurrentDB ended the subscription', false);
    subscription.on('error', (error: Error) => {
      failure = toServerFailure(error);
      ended.abort();
    });
    for (const event of ['end', 'close']) subscription.on(event, () => ended.abort());
    const over = AbortSignal.any([ended.signal, this.reopening.signal, this.stopping]);
    try {
      await this.confirmation(subscription, over);
      if (!over.aborted) {
        confirmed();
        this.confirmedFeed = feed;
        this.onConfirmed();
      }
      while (!over.aborted) {
        const records = this.delivered(subscription);
        if (records.length > 0) {
          await this.read.take(feed, records);
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

  /** The records that were delivered and not yet handled. */
  private delivered(subscription: AllStreamSubscription): ReadonlyArray<RawRecord> {
    const { pageRecordsMax, pageBytesMax } = this.limits;
    const records: RawRecord[] = [];
    let bytes = 0;
    while (records.length < pageRecordsMax && bytes < pageBytesMax) {
      const resolved: AllStreamResolvedEvent | null = subscription.read();
      if (resolved === null) break;
      const record = recordOf(resolved);
      if (record === undefined) continue;
      records.push(record);
      bytes += bytesIn(record);
    }
    return records;
  }
}

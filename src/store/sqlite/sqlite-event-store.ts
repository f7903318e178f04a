/**
 * The embedded event store: the log in one SQLite file, written by one process.
 *
 * Appends that arrive during a transaction share the next one and its single disk sync (group commit). Each append
 * remains atomic, and sees what the previous ones wrote.
 */

import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as otherWorkFirst } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import {
  type AppendError,
  type Appended,
  type EventStore,
  type EventToAppend,
  origin,
} from '../event-store.ts';
import { countKeeper, keptCount, lostRows } from '../kept-count.ts';
import { laterThan } from '../known-time.ts';
import { assertWellFormed } from '../well-formed.ts';
import { batchWriter } from './batch-writer.ts';
import { ledgerFormat } from './ledger-format.ts';
import { ledgerQueries } from './log-reader.ts';
import { openToWrite, preparing, transact } from './open-database.ts';
import { StoreFull, StoreLocked, StoreUnusable, toStoreProblem } from './store-problems.ts';

/** The limits of one append, and of all waiting appends. */
export interface Limits {
  readonly eventsPerBatchMax: number;
  readonly bytesPerEventMax: number;
  readonly bytesPerBatchMax: number;
  readonly queuedBatchesMax: number;
  readonly queuedBytesMax: number;
}

const defaultLimits: Limits = {
  eventsPerBatchMax: 10_000,
  bytesPerEventMax: 4 * 1_024 * 1_024,
  bytesPerBatchMax: 32 * 1_024 * 1_024,
  queuedBatchesMax: 4_096,
  queuedBytesMax: 128 * 1_024 * 1_024,
};

/** When a refused caller may retry. */
const retryAfterMs = 1_000;

export interface SqliteEventStoreOptions {
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => Instant;
  readonly limits?: Partial<Limits>;
  /** The pages of the file that it may keep in memory. */
  readonly cacheBytes?: number | undefined;
  /** Receives the writing connection, for example to limit the size of the file. */
  readonly configure?: (database: DatabaseSync) => void;
}

interface QueuedBatch {
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly bytes: number;
  settle(outcome: E.Either<AppendError, Appended>): void;
  fail(error: unknown): void;
}

const bytesOf = (batch: ReadonlyArray<EventToAppend>): number => {
  let bytes = 0;
  for (const event of batch) bytes += event.bytes.length;
  return bytes;
};

const tooLarge = (
  batch: ReadonlyArray<EventToAppend>,
  bytes: number,
  limits: Limits,
): AppendError | undefined => {
  const { eventsPerBatchMax, bytesPerEventMax, bytesPerBatchMax } = limits;
  if (batch.length > eventsPerBatchMax) {
    return { kind: 'too-large', limit: eventsPerBatchMax, unit: 'events', what: 'batch' };
  }
  const index = batch.findIndex((event) => event.bytes.length > bytesPerEventMax);
  if (index >= 0)
    return { kind: 'too-large', limit: bytesPerEventMax, unit: 'bytes', what: `event ${index}` };
  if (bytes > bytesPerBatchMax)
    return { kind: 'too-large', limit: bytesPerBatchMax, unit: 'bytes', what: 'batch' };
  return undefined;
};

const unavailable = (reason: string, outcomeUnknown: boolean): AppendError => ({
  kind: 'unavailable',
  reason,
  retryAfterMs,
  outcomeUnknown,
});

/** The error of a failed transaction for its appends, if a retry can help. */
const toAppendError = (problem: unknown, committing: boolean): AppendError | undefined => {
  if (problem instanceof StoreFull) return { kind: 'full' };
  if (problem instanceof StoreLocked) return unavailable('another program holds a lock on the ledger', false);
  if (problem instanceof StoreUnusable) return unavailable("the ledger's disk reports errors", committing);
  return undefined;
};

/**
 * Opens the ledger in this file, and creates it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do. Calls reject with one if the file is found
 * damaged later.
 */
export const openSqliteEventStore = (path: string, options: SqliteEventStoreOptions): EventStore => {
  const { now } = options;
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const kept = keptCount(path);
  const opened = openToWrite(path, ledgerFormat, now(), options.cacheBytes);
  const { file, database } = opened;
  const { writer, queries, count, lost } = preparing(opened, () => {
    options.configure?.(database);
    const reading = ledgerQueries(database, file);
    // The remaining events can be read. Nothing is appended to them, since others may have the missing ones.
    const missing = lostRows(file, reading.head(), kept, 'position');
    const keeper = countKeeper(file);
    if (missing === undefined) keeper.keep(reading.head());
    return {
      writer: batchWriter(database),
      queries: reading,
      count: keeper,
      lost: missing === undefined ? undefined : `the log lost events: ${missing}`,
    };
  });

  let counted = queries.head();
  let queue: QueuedBatch[] = [];
  let queuedBytes = 0;
  let draining: Promise<void> | undefined;
  let isClosing = false;

  const writeGroup = (group: ReadonlyArray<QueuedBatch>): void => {
    let committing = false;
    try {
      const outcomes = transact(database, () => {
        // The group becomes known at once, and later than everything before.
        const last = writer.findEnd();
        const written = group.map(({ batch }) => writer.write(batch, laterThan(last, now())));
        committing = true;
        return written;
      });
      // Stored before the appends are confirmed, so that the count includes everything confirmed.
      const head = Math.max(...outcomes.map((each) => (E.isRight(each) ? each.right.position : origin)));
      if (head > counted) {
        count.keep(head);
        counted = head;
      }
      for (const [index, { settle }] of group.entries()) settle(outcomes[index]!);
    } catch (error) {
      const problem = toStoreProblem(file, error);
      const refusal = toAppendError(problem, committing);
      for (const { settle, fail } of group) refusal === undefined ? fail(problem) : settle(E.left(refusal));
    }
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      await otherWorkFirst();
      const group = queue;
      queue = [];
      queuedBytes = 0;
      writeGroup(group);
    }
    draining = undefined;
  };

  const append: EventStore['append'] = async (batch) => {
    assertWellFormed(batch);
    const bytes = bytesOf(batch);
    const refusal = tooLarge(batch, bytes, limits);
    if (refusal !== undefined) return E.left(refusal);
    if (isClosing) return E.left(unavailable('the ledger is shutting down', false));
    if (lost !== undefined) return E.left(unavailable(lost, false));
    if (queue.length >= limits.queuedBatchesMax || queuedBytes + bytes > limits.queuedBytesMax) {
      return E.left(unavailable('too many appends are waiting', false));
    }
    return new Promise((settle, fail) => {
      queue.push({ batch, bytes, settle, fail });
      queuedBytes += bytes;
      draining ??= drain();
    });
  };

  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    isClosing = true;
    await draining;
    opened.close();
    count.close();
  };

  return {
    kind: 'sqlite',
    appendsInSequence: true,
    append,
    head: async () => queries.head(),
    fault: () => lost,
    close: () => (closed ??= close()),
  };
};

/**
 * The port to the log: what Domicile asks of any event store.
 *
 * The log is append-only and totally ordered. One stream a `source`; a batch is one atomic append. Adapters live
 * in `sqlite/` (embedded) and `kurrentdb/`; each must pass `test/contract/event-store.ts` whole.
 */
import type * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../domain/time/instant.ts';

/**
 * A place in the log: its events are numbered in order, 1 to n, the same in every store and every copy. 0 is before
 * the first event. On the wire it is a decimal string, which only orders.
 */
export type Position = number;

/** The position before every event. */
export const origin: Position = 0;

/** An event as it enters the log. `source` + `id` identify it; `bytes` are kept exactly as given. */
export interface EventToAppend {
  readonly source: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** An event as the log holds it. `recordedAt` never decreases along positions. */
export interface StoredEvent extends EventToAppend {
  readonly position: Position;
  readonly recordedAt: Instant;
}

/** How many events the stream of a source holds must equal this, or nothing is appended. */
export interface ExpectedRevision {
  readonly source: string;
  readonly count: number;
}

/** What an append did. `position` is that of the last event of the batch in the log, duplicates included. */
export interface Appended {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: Position;
}

/** Everything that can go wrong with an append; nothing of the batch is recorded then. */
export type AppendError =
  /** The event at `index` has the `source` + `id` of a recorded event (or an earlier one of the batch) with other bytes. */
  | { readonly kind: 'conflict'; readonly index: number; readonly source: string; readonly id: string }
  /** An expected revision was not met. */
  | {
      readonly kind: 'wrong-revision';
      readonly source: string;
      readonly expected: number;
      readonly actual: number;
    }
  /** The batch or one of its events is larger than the store takes. */
  | {
      readonly kind: 'too-large';
      readonly limit: number;
      readonly unit: 'bytes' | 'events';
      readonly what: string;
    }
  /** No space is left where the log is kept. */
  | { readonly kind: 'full' }
  /** The store does not answer, or is shutting down; trying again later may succeed. `outcomeUnknown`: it may have been recorded. */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly outcomeUnknown: boolean;
    };

export interface EventStore {
  /** A name for messages: `sqlite` or `kurrentdb`. */
  readonly kind: string;
  /**
   * Appends the batch atomically, or nothing of it. An event already recorded with the same bytes counts as a
   * duplicate and is left where it is. Durable when the promise resolves.
   */
  append(
    batch: ReadonlyArray<EventToAppend>,
    expected?: ReadonlyArray<ExpectedRevision>,
  ): Promise<E.Either<AppendError, Appended>>;
  /** Up to `limit` events after a position, in log order. */
  read(after: Position, limit: number): Promise<ReadonlyArray<StoredEvent>>;
  /** Up to `limit` events of one source after a position, in log order. */
  readSource(source: string, after: Position, limit: number): Promise<ReadonlyArray<StoredEvent>>;
  /** The event with this `source` + `id`, if it is recorded. */
  find(source: string, id: string): Promise<StoredEvent | undefined>;
  /** The position of the last event, `origin` when there is none. */
  head(): Promise<Position>;
  /** Follows the log from after a position: pages of events in order, none skipped, none twice, for ever, until aborted. */
  follow(after: Position, signal: AbortSignal): AsyncIterable<ReadonlyArray<StoredEvent>>;
  /** Releases everything; appends under way are finished first. */
  close(): Promise<void>;
}

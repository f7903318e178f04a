/**
 * The port for recording events in the log. Reading it is the port of `log-reader.ts`.
 *
 * The log is append-only and totally ordered. Each `source` has one stream, and a batch is one atomic append. The
 * adapters are `sqlite/` (embedded) and `kurrentdb/`; both must pass `test/contract/event-store.ts`.
 */
import type * as E from 'fp-ts/lib/Either.js';
import type { Attribution } from '../domain/recording/attribution.ts';
import type { Instant } from '../domain/time/instant.ts';

/**
 * A place in the log. Events are numbered 1 to n in log order, the same in every store and every copy; 0 is
 * before the first event. On the wire it is a decimal string, and clients may only compare it.
 */
export type Position = number;

/** The position before every event. */
export const origin: Position = 0;

/**
 * An event to record. `source` and `id` identify it. The log keeps `bytes` exactly as given, and the attribution.
 */
export interface EventToAppend extends Attribution {
  readonly source: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * A recorded event. `recordedAt` never decreases from one position to the next, and the events that become known
 * together are later than all before them: see `known-time.ts`.
 */
export interface StoredEvent extends EventToAppend {
  readonly position: Position;
  readonly recordedAt: Instant;
}

/** The result of an append. `position` is that of the batch's last event in the log, duplicates included. */
export interface Appended {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: Position;
}

/** Why an append failed. Nothing of the batch is recorded, unless `outcomeUnknown` says that it may be. */
export type AppendError =
  /** The event at `index` has the `source` + `id` of a recorded event (or an earlier one of the batch) with other bytes. */
  | { readonly kind: 'conflict'; readonly index: number; readonly source: string; readonly id: string }
  /** The batch or one of its events exceeds a limit of the store. `what` names which. */
  | {
      readonly kind: 'too-large';
      readonly limit: number;
      readonly unit: 'bytes' | 'events';
      readonly what: string;
    }
  /** The disk that holds the log is full. */
  | { readonly kind: 'full' }
  /**
   * The store is shutting down, overloaded or not answering; a retry may succeed. `outcomeUnknown`: the batch may have
   * been recorded anyway, which makes a retry no less safe.
   */
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfterMs: number;
      readonly outcomeUnknown: boolean;
    };

export interface EventStore {
  /** A name for messages: `sqlite` or `kurrentdb`. */
  readonly kind: string;
  /** Whether the events of a batch follow one another in the log, without others in between, if all of them are new. */
  readonly appendsInSequence: boolean;
  /**
   * Appends the batch atomically. An event already recorded with the same bytes counts as a duplicate, regardless
   * of its sender, and stays unchanged. The batch is durable when the promise resolves.
   */
  append(batch: ReadonlyArray<EventToAppend>): Promise<E.Either<AppendError, Appended>>;
  /**
   * The position of the last event, `origin` when there is none. It includes what other processes recorded before the
   * call, and a `LogReader` sees every event up to it.
   */
  head(): Promise<Position>;
  /** Why nothing can be recorded until an operator repairs the log; undefined if it can. */
  fault(): string | undefined;
  /** Releases everything, after finishing the current appends. */
  close(): Promise<void>;
}

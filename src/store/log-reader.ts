/**
 * The port to reading the log at once: what questions and the projector ask of it, without waiting.
 *
 * A question loads the few events that concern it by position; a projector, in a thread of its own, runs through all
 * of them. Both need a local copy of the log: the ledger's own file, or a mirror of a remote one.
 */
import type { Instant } from '../domain/time/instant.ts';
import type { Position, StoredEvent } from './event-store.ts';

/**
 * Events in log order as they lie in the log, without an object for each: what runs through all of it reads pages of
 * these.
 */
export interface LogPage {
  readonly positions: ReadonlyArray<Position>;
  /** The bytes of all of them, end to end: those of the nth begin at `starts[n]` and end at `starts[n + 1]`. */
  readonly bytes: Uint8Array;
  readonly starts: ReadonlyArray<number>;
  /** Their ids, in UTF-8: that of the nth begins at `idStarts[n]` and ends at `idEnds[n]`. */
  readonly ids: Uint8Array;
  readonly idStarts: ReadonlyArray<number>;
  readonly idEnds: ReadonlyArray<number>;
  /** The source of the nth. */
  sourceOf(index: number): string;
}

/**
 * A synchronous reader. It sees every event that is durable when it is asked, and no other.
 *
 * Each method throws a tagged error, with what to do, when the log cannot be read or is found damaged.
 */
export interface LogReader {
  /** The event at this position, if there is one. */
  at(position: Position): StoredEvent | undefined;
  /** Up to `limit` events after a position, in log order. */
  after(position: Position, limit: number): ReadonlyArray<StoredEvent>;
  /**
   * A page of the events after a position and up to another: no more than `limit`, and fewer where they are large, but
   * at least one where there is one.
   */
  page(after: Position, upTo: Position, limit: number): LogPage;
  /** The event with this `source` + `id`, if it is recorded. */
  find(source: string, id: string): StoredEvent | undefined;
  /** The position of the last event, `origin` when there is none. */
  head(): Position;
  /** When the event at this position was recorded, if there is one. */
  recordedAtOf(position: Position): Instant | undefined;
  /** The position of the last event with `recordedAt` <= `instant`, `origin` when there is none. */
  lastKnownBy(instant: Instant): Position;
  /** Follows the log from after a position: pages of events in order, none skipped, none twice, until aborted. */
  follow(after: Position, signal: AbortSignal): AsyncIterable<ReadonlyArray<StoredEvent>>;
  /** Releases everything; followers end. */
  close(): void;
}

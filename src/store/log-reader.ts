/**
 * The port for reading the log synchronously, from a file on this machine.
 *
 * A question loads the few events that concern it by position; a projector scans all events in a separate thread.
 * The file is the embedded ledger itself, or the local replica of a remote log.
 */
import type { Instant } from '../domain/time/instant.ts';
import type { Position, StoredEvent } from './event-store.ts';

/** Consecutive events in columns, without an object for each, so that scanning the whole log stays fast. */
export interface LogPage {
  readonly positions: ReadonlyArray<Position>;
  /** The bytes of all events, concatenated: those of the nth are from `starts[n]` to `starts[n + 1]`. */
  readonly bytes: Uint8Array;
  readonly starts: ReadonlyArray<number>;
  /** The ids in UTF-8: that of the nth is from `idStarts[n]` to `idEnds[n]`. */
  readonly ids: Uint8Array;
  readonly idStarts: ReadonlyArray<number>;
  readonly idEnds: ReadonlyArray<number>;
  /** The number of the source of the nth event. Equal sources have equal numbers while the log is open. */
  readonly sources: ReadonlyArray<number>;
  /** The source of the nth. */
  sourceOf(index: number): string;
}

/**
 * A synchronous reader. Each call sees exactly the events that are durable at that moment.
 *
 * Every method throws a StoreProblem, which names the remedy, when the log is unreadable or damaged.
 */
export interface LogReader {
  /** The event at this position, if there is one. */
  at(position: Position): StoredEvent | undefined;
  /**
   * Lends the event at this position, if there is one: its bytes may be read until `use` returns. Their memory is freed then,
   * where otherwise a collection of garbage would be needed for every few hundred large events.
   */
  lend<A>(position: Position, use: (event: StoredEvent | undefined) => A): A;
  /**
   * The events at these positions that exist and have at most `bytesMax` bytes, in any order; much cheaper than reading
   * each. Of larger ones nothing is read.
   */
  some(positions: ReadonlyArray<Position>, bytesMax: number): ReadonlyArray<StoredEvent>;
  /** Up to `limit` events after a position, in log order. */
  after(position: Position, limit: number): ReadonlyArray<StoredEvent>;
  /** The same, but fewer when they are large: some megabytes of events at most, or one; none at the end. */
  next(position: Position, limit: number): ReadonlyArray<StoredEvent>;
  /**
   * The events after one position up to another, at most `limit` of them. A page of large events has fewer, but at
   * least one if there is one.
   */
  page(after: Position, upTo: Position, limit: number): LogPage;
  /** The event with this `source` + `id`, if it is recorded. */
  find(source: string, id: string): StoredEvent | undefined;
  /** Its position, by the index alone: nothing of the event is read. */
  positionOf(source: string, id: string): Position | undefined;
  /** The recorded events of a source with these ids, in any order; much cheaper than finding each. */
  findSome(source: string, ids: ReadonlyArray<string>): ReadonlyArray<StoredEvent>;
  /** Up to `limit` events of a source after a position, in log order; the cost depends only on these. */
  ofSource(source: string, after: Position, limit: number): ReadonlyArray<StoredEvent>;
  /** The position of the last event, `origin` when there is none. */
  head(): Position;
  /** When the event at this position was recorded, if there is one. */
  recordedAtOf(position: Position): Instant | undefined;
  /** The position of the last event with `recordedAt` <= `instant`, `origin` when there is none. */
  lastKnownBy(instant: Instant): Position;
  /** Releases everything. */
  close(): void;
}

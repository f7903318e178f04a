/**
 * Scans the embedded ledger in pages. SQLite concatenates the events of a page into two values, one with their
 * bytes and one with the other columns, because creating an object and a buffer for each event would take most of
 * the time. Every row is compared with its checksum.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time/instant.ts';
import type { Position } from '../event-store.ts';
import type { LogPage } from '../log-reader.ts';
import { checksumOfPacked } from './ledger-format.ts';
import { damaged } from './store-problems.ts';

/** How many events one query reads; larger pages are slower, because of garbage collection. */
const eventsAtOnceMax = 1_000;
/** How many the first query reads, when nothing is known of their size. */
const eventsAtFirst = 64;
/**
 * About how many bytes of events a query reads. SQLite holds them twice while it concatenates them, and each thread that
 * follows the log reads for itself.
 */
const pageBytesWanted = 4 * 1_024 * 1_024;
/** The size limit of the values that SQLite builds; larger pages are read in parts. Events are far smaller. */
const valueBytesMax = 64 * 1_024 * 1_024;
/** SQLite's result code for larger values: `SQLITE_TOOBIG`. */
const tooBig = 18;

/** A page with the times at which its events were recorded, and the numbers of their attributions. */
export interface RecordedPage extends LogPage {
  readonly recordedAt: ReadonlyArray<Instant>;
  readonly attributions: ReadonlyArray<number>;
}

const space = 0x20;
const minus = 0x2d;
const zero = 0x30;

/** Parses a list of numbers separated by spaces. */
class Numbers {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  next(): number {
    const { bytes } = this;
    const isNegative = bytes[this.at] === minus;
    let at = this.at + (isNegative ? 1 : 0);
    let value = 0;
    for (; at < bytes.length && bytes[at] !== space; at++) value = value * 10 + (bytes[at]! - zero);
    this.at = at + 1;
    return isNegative ? -value : value;
  }
}

const isTooBig = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === tooBig;

const nothing = new Uint8Array(0);

/**
 * Prepares reading in pages on an open connection.
 *
 * @param file for messages.
 * @param nameOf the name of a source by its number.
 * @returns a function that reads up to `limit` events after one position up to another. It returns fewer if they
 * are very large or many, but at least one if there is one.
 */
export const pageReader = (
  database: DatabaseSync,
  file: string,
  nameOf: (source: number) => string,
): ((after: Position, upTo: Position, limit: number) => RecordedPage) => {
  database.limits.length = valueBytesMax;
  // Rows of a subquery are copied column by column, which would take as long as the rest. Without an index, they are read in
  // the order of their positions; below, any other order is damage.
  const select = database.prepare(
    `SELECT CAST(group_concat(CAST(bytes AS TEXT), '') AS BLOB),
            CAST(group_concat(concat_ws(' ', position, source, recorded_at, attribution, checksum, octet_length(bytes), octet_length(id), id), ' ') AS BLOB)
     FROM event NOT INDEXED
     WHERE position > ? AND position <= (
       SELECT max(position)
       FROM (SELECT position FROM event WHERE position > ? AND position <= ? ORDER BY position LIMIT ?)
     )`,
  );
  select.setReturnArrays(true);
  let atOnce = eventsAtFirst;

  const selectPage = (after: Position, upTo: Position, limit: number) => {
    for (;;) {
      const events = Math.min(limit, atOnce);
      try {
        const values = select.get(after, after, upTo, events);
        return values as unknown as [bytes: Uint8Array | null, rows: Uint8Array | null];
      } catch (error) {
        if (!isTooBig(error) || events <= 1) throw error;
        atOnce = Math.floor(events / 2);
      }
    }
  };

  /** Reads as many events next as are about as large together as a page is to be. */
  const learnSize = (events: number, bytes: number): void => {
    if (events === 0) return;
    const fitting = Math.floor((events * pageBytesWanted) / Math.max(1, bytes));
    atOnce = Math.max(1, Math.min(fitting, atOnce * 2, eventsAtOnceMax));
  };

  return (after, upTo, limit) => {
    const [content, rows] = selectPage(after, upTo, limit);
    const bytes = content ?? nothing;
    const numbers = new Numbers(rows ?? nothing);
    const [positions, sources, recordedAt]: [number[], number[], number[]] = [[], [], []];
    const attributions: number[] = [];
    const [starts, idStarts, idEnds]: [number[], number[], number[]] = [[0], [], []];
    for (let start = 0, last = after; numbers.at < numbers.bytes.length; ) {
      const position = numbers.next();
      const source = numbers.next();
      const recorded = numbers.next();
      const attribution = numbers.next();
      const checksum = numbers.next();
      const end = start + numbers.next();
      const idEnd = numbers.next() + numbers.at;
      if (!(position > last && end <= bytes.length && idEnd <= numbers.bytes.length)) {
        throw damaged(file, `the event after position ${last} is cut off`);
      }
      const of = bytes.subarray(start, end);
      const { bytes: ids, at } = numbers;
      if (checksumOfPacked(position, source, recorded, attribution, ids, at, idEnd, of) !== checksum) {
        throw damaged(file, `the event at position ${position} is damaged`);
      }
      positions.push(position);
      sources.push(source);
      recordedAt.push(recorded);
      attributions.push(attribution);
      starts.push(end);
      idStarts.push(numbers.at);
      idEnds.push(idEnd);
      numbers.at = idEnd + 1;
      start = end;
      last = position;
    }
    learnSize(positions.length, bytes.length);
    return {
      positions,
      recordedAt,
      attributions,
      bytes,
      starts,
      ids: numbers.bytes,
      idStarts,
      idEnds,
      sources,
      sourceOf: (index) => nameOf(sources[index]!),
    };
  };
};

/**
 * Reads the embedded ledger synchronously over a separate connection, in any thread or process.
 *
 * Readers and the writer never wait for each other. Each call sees what is durable at that moment.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Instant } from '../../domain/time/instant.ts';
import { origin, type Position, type StoredEvent } from '../event-store.ts';
import type { LogReader } from '../log-reader.ts';
import { attributionReader } from './attributions.ts';
import type { FileFormat } from './file-checks.ts';
import { type EventRow, eventColumns, isAsWritten, ledgerFormat, sourceChecksum } from './ledger-format.ts';
import { pageReader } from './log-pages.ts';
import { openToRead } from './open-database.ts';
import { damaged, toStoreProblem } from './store-problems.ts';

/** How many names of sources a reader caches. */
const sourceNamesMax = 10_000;

/** Rejects negative limits, which mean no limit to SQLite. */
const checkedLimit = (limit: number): number => {
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw new RangeError(`a page of ${limit} events cannot be read`);
  return limit;
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The queries that the store and its readers share. */
export type LedgerQueries = Omit<LogReader, 'close'>;

/** Prepares the queries of a ledger on an open connection; `file` is for messages. */
export const ledgerQueries = (database: DatabaseSync, file: string): LedgerQueries => {
  const prepare = (sql: string) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const selectAt = prepare(`SELECT ${eventColumns} FROM event WHERE position = ?`);
  const selectThese = prepare(
    `SELECT ${eventColumns} FROM event
     WHERE position IN (SELECT value FROM json_each(?)) AND length(bytes) <= ?`,
  );
  const selectFound = prepare(`SELECT ${eventColumns} FROM event WHERE source = ? AND id = ?`);
  const selectPosition = prepare('SELECT position FROM event WHERE source = ? AND id = ?');
  const selectSome = prepare(
    `SELECT ${eventColumns} FROM event WHERE source = ? AND id IN (SELECT value FROM json_each(?))`,
  );
  const selectOfSource = prepare(
    `SELECT ${eventColumns} FROM event WHERE source = ? AND position > ? ORDER BY position LIMIT ?`,
  );
  const selectHead = prepare('SELECT max(position) FROM event');
  const selectRecordedAt = prepare('SELECT recorded_at FROM event WHERE position = ?');
  const selectSourceName = prepare('SELECT name, checksum FROM source WHERE id = ?');
  const selectSourceId = prepare('SELECT id FROM source WHERE name = ?');

  const guard = <A>(read: () => A): A => {
    try {
      return read();
    } catch (error) {
      throw toStoreProblem(file, error);
    }
  };

  const names = new LRUCache<number, string>({ max: sourceNamesMax });
  const nameOf = (source: number): string => {
    const known = names.get(source);
    if (known !== undefined) return known;
    const [name, checksum] = (selectSourceName.get(source) ?? []) as unknown as [string?, number?];
    if (name === undefined || checksum !== sourceChecksum(source, name)) {
      throw damaged(file, `the name of the source with number ${source} is damaged`);
    }
    names.set(source, name);
    return name;
  };

  const attributionOf = attributionReader(database, file);

  const toEvent = (row: EventRow): StoredEvent => {
    const [position, source, id, recordedAt, attribution, bytes] = row;
    if (!isAsWritten(row)) throw damaged(file, `the event at position ${position} is damaged`);
    const { recordedBy, authority } = attributionOf(attribution);
    return { position, source: nameOf(source), id, recordedAt, recordedBy, authority, bytes };
  };

  const page = pageReader(database, file, nameOf);

  const next = (position: Position, limit: number): ReadonlyArray<StoredEvent> => {
    const read = page(position, Number.MAX_SAFE_INTEGER, limit);
    const { positions, recordedAt, attributions, bytes, starts, ids, idStarts, idEnds, sourceOf } = read;
    return positions.map((at, index) => {
      const { recordedBy, authority } = attributionOf(attributions[index]!);
      return {
        position: at,
        source: sourceOf(index),
        id: decoder.decode(ids.subarray(idStarts[index]!, idEnds[index]!)),
        recordedAt: recordedAt[index]!,
        recordedBy,
        authority,
        bytes: bytes.subarray(starts[index]!, starts[index + 1]!),
      };
    });
  };

  const after = (position: Position, limit: number): ReadonlyArray<StoredEvent> => {
    const out: StoredEvent[] = [];
    for (let last = position; out.length < limit; ) {
      const some = next(last, limit - out.length);
      if (some.length === 0) break;
      for (const each of some) out.push(each);
      last = some.at(-1)!.position;
    }
    return out;
  };

  const numbers = new Map<string, number>();
  /** The number of a source, which never changes. This is called for every recorded event. */
  const numberOf = (source: string): number | undefined => {
    const known = numbers.get(source);
    if (known !== undefined) return known;
    const number = (selectSourceId.get(source) as unknown as [number] | undefined)?.[0];
    if (number !== undefined) {
      if (numbers.size >= sourceNamesMax) numbers.clear();
      numbers.set(source, number);
    }
    return number;
  };
  const head = (): Position => (selectHead.get() as unknown as [number | null])[0] ?? origin;
  const recordedAtOf = (position: Position): Instant | undefined =>
    (selectRecordedAt.get(position) as unknown as [number] | undefined)?.[0];

  const lastKnownBy = (instant: Instant): Position => {
    let known = origin;
    let unknown = head() + 1;
    while (unknown - known > 1) {
      const middle = Math.floor((known + unknown) / 2);
      const recordedAt = recordedAtOf(middle);
      if (recordedAt === undefined) throw damaged(file, `the event at position ${middle} is missing`);
      if (recordedAt <= instant) known = middle;
      else unknown = middle;
    }
    return known;
  };

  const at = (position: Position): StoredEvent | undefined =>
    guard(() => {
      const row = selectAt.get(position);
      return row === undefined ? undefined : toEvent(row as unknown as EventRow);
    });

  return {
    at,
    lend: (position, use) => {
      const event = at(position);
      try {
        return use(event);
      } finally {
        // SQLite made this memory for the event alone; what is transferred to a length of 0 is freed.
        if (event !== undefined) (event.bytes.buffer as ArrayBuffer).transfer(0);
      }
    },
    some: (positions, bytesMax) =>
      guard(() => {
        const rows = selectThese.all(JSON.stringify(positions), bytesMax);
        return (rows as unknown as ReadonlyArray<EventRow>).map(toEvent);
      }),
    after: (position, limit) => guard(() => after(position, checkedLimit(limit))),
    next: (position, limit) => guard(() => next(position, checkedLimit(limit))),
    page: (position, upTo, limit) => guard(() => page(position, upTo, checkedLimit(limit))),
    find: (source, id) =>
      guard(() => {
        const number = numberOf(source);
        const row = number === undefined ? undefined : selectFound.get(number, id);
        return row === undefined ? undefined : toEvent(row as unknown as EventRow);
      }),
    positionOf: (source, id) =>
      guard(() => {
        const number = numberOf(source);
        const row = number === undefined ? undefined : selectPosition.get(number, id);
        return (row as unknown as [Position] | undefined)?.[0];
      }),
    findSome: (source, ids) =>
      guard(() => {
        const number = numberOf(source);
        if (number === undefined) return [];
        const rows = selectSome.all(number, JSON.stringify(ids));
        return (rows as unknown as ReadonlyArray<EventRow>).map(toEvent);
      }),
    ofSource: (source, position, limit) =>
      guard(() => {
        const number = numberOf(source);
        if (number === undefined) return [];
        const rows = selectOfSource.all(number, position, checkedLimit(limit));
        return (rows as unknown as ReadonlyArray<EventRow>).map(toEvent);
      }),
    head: () => guard(head),
    recordedAtOf: (position) => guard(() => recordedAtOf(position)),
    lastKnownBy: (instant) => guard(() => lastKnownBy(instant)),
  };
};

/**
 * Opens a reader of the embedded ledger in this file. Another process may be writing it.
 *
 * @throws a StoreProblem when there is no ledger, or it cannot be trusted.
 */
export const openLogReader = (file: string, cacheBytes?: number): LogReader =>
  openQueries(file, ledgerFormat, cacheBytes);

/**
 * The same for any file with the tables of the embedded ledger.
 *
 * @throws a StoreProblem when there is no such file, or it cannot be trusted.
 */
export const openQueries = (file: string, format: FileFormat, cacheBytes?: number): LogReader => {
  const database = openToRead(file, format, cacheBytes);
  const queries = ledgerQueries(database, file);
  /** The event whose time was read last: each question asks several times for that of the last event of the log. */
  let last: { readonly position: Position; readonly recordedAt: Instant } | undefined;
  return {
    ...queries,
    recordedAtOf: (position) => {
      if (position === origin) return undefined;
      if (position === last?.position) return last.recordedAt;
      const recordedAt = queries.recordedAtOf(position);
      if (recordedAt !== undefined) last = { position, recordedAt };
      return recordedAt;
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

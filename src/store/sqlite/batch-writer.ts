/**
 * Writes one batch into the embedded ledger, inside a transaction that it shares with other batches.
 *
 * Usually all events are new, so the batch is first inserted as a whole. If one of them turns out to be recorded, the
 * insert is rolled back to a savepoint and the batch is compared event by event before anything is written again. A
 * refused batch therefore leaves nothing behind, and does not affect the others in the transaction.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { type Attribution, isSameAttribution } from '../../domain/recording/attribution.ts';
import type { Instant } from '../../domain/time/instant.ts';
import {
  type AppendError,
  type Appended,
  type EventToAppend,
  origin,
  type Position,
} from '../event-store.ts';
import { beforeEverything } from '../known-time.ts';
import { attributionWriter } from './attributions.ts';
import { eventChecksum, eventColumns, sourceChecksum } from './ledger-format.ts';

export interface BatchWriter {
  /**
   * Reads the end of the log, and returns when its last event was recorded. Call it first in every transaction,
   * since the previous one may have failed.
   */
  findEnd(): Instant;
  /** Writes the new events of a batch with the time `at`. Call it inside a transaction. */
  write(batch: ReadonlyArray<EventToAppend>, at: Instant): E.Either<AppendError, Appended>;
}

/** The stream of a source, before the batch; `number` is 0 if there is none. */
interface Stream {
  number: number;
  readonly count: number;
}

/** The new events of a batch, and the last position of its other events. */
interface New {
  readonly events: ReadonlyArray<EventToAppend>;
  readonly position: Position;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** How many events one statement inserts: a statement for each takes a fifth longer. */
const eventsAtOnce = 16;

/**
 * With `OR FAIL`, SQLite keeps no journal of the statement, which would take longer than the insertion of its rows; an error
 * rolls the transaction back.
 */
const insertion = (events: number): string =>
  `INSERT OR FAIL INTO event (${eventColumns}) VALUES ${Array(events).fill('(?, ?, ?, ?, ?, ?, ?)').join(', ')}
   ON CONFLICT (source, id) DO NOTHING`;

/** Prepares the writing statements on the writing connection. */
export const batchWriter = (database: DatabaseSync): BatchWriter => {
  const selectEnd = database.prepare(
    'SELECT position, recorded_at FROM event ORDER BY position DESC LIMIT 1',
  );
  const selectSource = database.prepare('SELECT id, count FROM source WHERE name = ?');
  const insertSource = database.prepare('INSERT INTO source (id, name, count, checksum) VALUES (?, ?, 0, ?)');
  const selectLastSource = database.prepare('SELECT coalesce(max(id), 0) AS last FROM source');
  const updateCount = database.prepare('UPDATE source SET count = ? WHERE id = ?');
  const selectSame = database.prepare(
    'SELECT position, bytes = ? AS same FROM event WHERE source = ? AND id = ?',
  );
  const insertOne = database.prepare(insertion(1));
  const insertMany = database.prepare(insertion(eventsAtOnce));

  const attributionNumberOf = attributionWriter(database);

  let head: Position = origin;
  let lastRecordedAt: Instant = beforeEverything;
  const findEnd = (): Instant => {
    const end = selectEnd.get();
    head = end === undefined ? origin : Number(end.position);
    lastRecordedAt = end === undefined ? beforeEverything : Number(end.recorded_at);
    return lastRecordedAt;
  };

  const streamOf = (source: string): Stream => {
    const row = selectSource.get(source);
    return row === undefined ? { number: 0, count: 0 } : { number: Number(row.id), count: Number(row.count) };
  };

  const makeSource = (name: string): number => {
    const number = Number(selectLastSource.get()!.last) + 1;
    insertSource.run(number, name, sourceChecksum(number, name));
    return number;
  };

  /** Inserts events. Returns false, with some of them inserted, on the first one that is already recorded. */
  const insertAll = (events: ReadonlyArray<EventToAppend>, recordedAt: Instant): boolean => {
    const streams = new Map<string, { readonly stream: Stream; added: number }>();
    let position = head;
    let attributed: { readonly by: Attribution; readonly number: number } | undefined;
    const many = events.length - (events.length % eventsAtOnce);
    let [values, rows]: [SQLInputValue[], number] = [[], 0];
    for (const [place, event] of events.entries()) {
      const { source, id, bytes } = event;
      if (attributed === undefined || !isSameAttribution(attributed.by, event))
        attributed = { by: event, number: attributionNumberOf(event) };
      let into = streams.get(source);
      if (into === undefined) {
        into = { stream: streamOf(source), added: 0 };
        if (into.stream.number === 0) into.stream.number = makeSource(source);
        streams.set(source, into);
      }
      const { number } = into.stream;
      position++;
      const attribution = attributed.number;
      const checksum = eventChecksum(position, number, id, recordedAt, attribution, bytes);
      values.push(position, number, id, recordedAt, attribution, bytes, checksum);
      rows++;
      into.added++;
      if (place < many && rows < eventsAtOnce) continue;
      const inserted = (place < many ? insertMany : insertOne).run(...values);
      if (inserted.changes !== rows) return false;
      [values, rows] = [[], 0];
    }
    for (const { stream, added } of streams.values()) updateCount.run(stream.count + added, stream.number);
    head = position;
    lastRecordedAt = recordedAt;
    return true;
  };

  /** Inserts all events or none. */
  const insertWhole = (events: ReadonlyArray<EventToAppend>, recordedAt: Instant): boolean => {
    database.exec('SAVEPOINT batch');
    const isWritten = insertAll(events, recordedAt);
    if (!isWritten) database.exec('ROLLBACK TO batch');
    database.exec('RELEASE batch');
    return isWritten;
  };

  /** Finds the events of a batch that are not recorded yet. */
  const newOf = (batch: ReadonlyArray<EventToAppend>): E.Either<AppendError, New> => {
    const streams = new Map<
      string,
      { readonly number: number; readonly added: Map<string, EventToAppend> }
    >();
    let position = origin;
    const events: EventToAppend[] = [];
    for (const [index, event] of batch.entries()) {
      const { source, id, bytes } = event;
      let stream = streams.get(source);
      if (stream === undefined) {
        stream = { number: streamOf(source).number, added: new Map() };
        streams.set(source, stream);
      }
      const earlier = stream.added.get(id);
      const recorded =
        earlier === undefined && stream.number !== 0 ? selectSame.get(bytes, stream.number, id) : undefined;
      if (earlier === undefined && recorded === undefined) {
        stream.added.set(id, event);
        events.push(event);
        continue;
      }
      const same = earlier === undefined ? recorded!.same === 1 : sameBytes(earlier.bytes, bytes);
      if (!same) return E.left({ kind: 'conflict', index, source, id });
      if (recorded !== undefined) position = Math.max(position, Number(recorded.position));
    }
    return E.right({ events, position });
  };

  const isRecorded = ({ source, id, bytes }: EventToAppend): boolean =>
    selectSame.get(bytes, streamOf(source).number, id) !== undefined;

  const write: BatchWriter['write'] = (batch, at) => {
    const recordedAt = Math.max(lastRecordedAt, at);
    // If the first event is new, usually all are, and the unique index detects the exceptions during the insert. A
    // batch that is sent again is recognised by its first event, without a write.
    if (batch.length > 0 && !isRecorded(batch[0]!) && insertWhole(batch, recordedAt))
      return E.right({ recorded: batch.length, duplicates: 0, position: head });
    const found = newOf(batch);
    if (E.isLeft(found)) return found;
    const { events, position } = found.right;
    if (events.length > 0) insertAll(events, recordedAt);
    return E.right({
      recorded: events.length,
      duplicates: batch.length - events.length,
      position: events.length > 0 ? head : position,
    });
  };

  return { findEnd, write };
};

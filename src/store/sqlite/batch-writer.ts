/**
 * Writes one batch into the embedded ledger, inside a transaction that others share.
 *
 * A batch of which something is recorded already is taken back before it is looked at event by event, and what can
 * refuse it is found before its first row is written again: so a refused batch leaves nothing behind, and its
 * neighbours in the transaction are none the worse.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import {
  type AppendError,
  type Appended,
  type EventToAppend,
  origin,
  type Position,
} from '../event-store.ts';
import { eventChecksum, sourceChecksum } from './ledger-format.ts';

export interface BatchWriter {
  /** Finds where the log ends. To be called first in every transaction, since the one before may have failed. */
  findEnd(): void;
  /** Writes what is new of the batch; `at` is the clock's instant. To be called inside a transaction. */
  write(batch: ReadonlyArray<EventToAppend>, at: Instant): E.Either<AppendError, Appended>;
}

/** A stream as a batch finds it. */
interface Stream {
  number: number;
  readonly count: number;
}

/** What of a batch is to be written, the rest being recorded already; `position` is the last place where. */
interface New {
  readonly events: ReadonlyArray<EventToAppend>;
  readonly position: Position;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Prepares the writes of a ledger on its writing connection. */
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
  const insertEvent = database.prepare(
    `INSERT INTO event (position, source, id, recorded_at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (source, id) DO NOTHING`,
  );

  let head: Position = origin;
  let lastRecordedAt: Instant = Number.NEGATIVE_INFINITY;
  const findEnd = (): void => {
    const end = selectEnd.get();
    head = end === undefined ? origin : Number(end.position);
    lastRecordedAt = end === undefined ? Number.NEGATIVE_INFINITY : Number(end.recorded_at);
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

  /** Writes the events; false, with some of them written, as soon as one is found to be recorded already. */
  const insertAll = (events: ReadonlyArray<EventToAppend>, recordedAt: Instant): boolean => {
    const streams = new Map<string, { readonly stream: Stream; added: number }>();
    let position = head;
    for (const { source, id, bytes } of events) {
      let into = streams.get(source);
      if (into === undefined) {
        into = { stream: streamOf(source), added: 0 };
        if (into.stream.number === 0) into.stream.number = makeSource(source);
        streams.set(source, into);
      }
      const { number } = into.stream;
      position++;
      const checksum = eventChecksum(position, number, id, recordedAt, bytes);
      if (insertEvent.run(position, number, id, recordedAt, bytes, checksum).changes === 0) return false;
      into.added++;
    }
    for (const { stream, added } of streams.values()) updateCount.run(stream.count + added, stream.number);
    head = position;
    lastRecordedAt = recordedAt;
    return true;
  };

  /** The same, or nothing is written. */
  const insertWhole = (events: ReadonlyArray<EventToAppend>, recordedAt: Instant): boolean => {
    database.exec('SAVEPOINT batch');
    const isWritten = insertAll(events, recordedAt);
    if (!isWritten) database.exec('ROLLBACK TO batch');
    database.exec('RELEASE batch');
    return isWritten;
  };

  /** What of the batch is not recorded yet. */
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
    // Where the first is new, mostly all of them are, and the index of ids tells while it is written to. What is sent
    // again as a whole is found without a write.
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

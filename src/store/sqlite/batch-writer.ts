/**
 * Writes one batch into the embedded ledger, inside a transaction that others share.
 *
 * Everything that can refuse a batch is looked at before its first row is written, so that a refused batch leaves
 * nothing behind and its neighbours in the transaction are none the worse.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time.ts';
import {
  type AppendError,
  type Appended,
  type EventToAppend,
  type ExpectedRevision,
  origin,
  type Position,
} from '../event-store.ts';
import { eventChecksum, sourceChecksum } from './ledger-format.ts';

export interface BatchWriter {
  /** Finds where the log ends. To be called first in every transaction, since the one before may have failed. */
  findEnd(): void;
  /** Writes what is new of the batch; `at` is the clock's instant. To be called inside a transaction. */
  write(
    batch: ReadonlyArray<EventToAppend>,
    expected: ReadonlyArray<ExpectedRevision>,
    at: Instant,
  ): E.Either<AppendError, Appended>;
}

/** A stream as a batch finds it, and what the batch adds to it. */
interface Stream {
  number: number;
  count: number;
  readonly added: Map<string, EventToAppend>;
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
    'INSERT INTO event (position, source, id, recorded_at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
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
    return {
      number: row === undefined ? 0 : Number(row.id),
      count: row === undefined ? 0 : Number(row.count),
      added: new Map(),
    };
  };

  const makeSource = (name: string): number => {
    const number = Number(selectLastSource.get()!.last) + 1;
    insertSource.run(number, name, sourceChecksum(number, name));
    return number;
  };

  const write: BatchWriter['write'] = (batch, expected, at) => {
    for (const { source, count } of expected) {
      const actual = streamOf(source).count;
      if (actual !== count) return E.left({ kind: 'wrong-revision', source, expected: count, actual });
    }

    const streams = new Map<string, Stream>();
    let duplicates = 0;
    let position = origin;
    for (const [index, event] of batch.entries()) {
      const { source, id, bytes } = event;
      let stream = streams.get(source);
      if (stream === undefined) {
        stream = streamOf(source);
        streams.set(source, stream);
      }
      const earlier = stream.added.get(id);
      const recorded =
        earlier === undefined && stream.number !== 0 ? selectSame.get(bytes, stream.number, id) : undefined;
      if (earlier === undefined && recorded === undefined) {
        stream.added.set(id, event);
        continue;
      }
      const same = earlier === undefined ? recorded!.same === 1 : sameBytes(earlier.bytes, bytes);
      if (!same) return E.left({ kind: 'conflict', index, source, id });
      duplicates++;
      if (recorded !== undefined) position = Math.max(position, Number(recorded.position));
    }

    const recorded = batch.length - duplicates;
    if (recorded > 0) {
      const recordedAt = Math.max(lastRecordedAt, at);
      for (const [source, stream] of streams) {
        if (stream.added.size === 0) continue;
        if (stream.number === 0) stream.number = makeSource(source);
        updateCount.run(stream.count + stream.added.size, stream.number);
      }
      for (const event of batch) {
        const { source, id, bytes } = event;
        const { number, added } = streams.get(source)!;
        if (added.get(id) !== event) continue;
        head++;
        insertEvent.run(
          head,
          number,
          id,
          recordedAt,
          bytes,
          eventChecksum(head, number, id, recordedAt, bytes),
        );
        added.delete(id);
      }
      lastRecordedAt = recordedAt;
      position = head;
    }
    return E.right({ recorded, duplicates, position });
  };

  return { findEnd, write };
};

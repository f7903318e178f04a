/**
 * The SQL of the local replica.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Instant } from '../../domain/time/instant.ts';
import { type EventToAppend, origin, type Position } from '../event-store.ts';
import { beforeEverything } from '../known-time.ts';
import { attributionWriter } from '../sqlite/attributions.ts';
import { eventChecksum, sourceChecksum } from '../sqlite/ledger-format.ts';
import type { RecordedBefore } from './compare-batch.ts';
import type { LogPosition, RawRecord } from './record-format.ts';
import { type LastRecord, progressQuery } from './replica-format.ts';

const cachedSourcesMax = 10_000;

interface Source {
  number: number;
  count: number;
}

/** Prepares the statements of the writing connection. Those that write run inside a transaction. */
export const replicaStatements = (database: DatabaseSync) => {
  const selectSource = database.prepare('SELECT id, count FROM source WHERE name = ?');
  const selectLastSource = database.prepare('SELECT coalesce(max(id), 0) AS last FROM source');
  const insertSource = database.prepare('INSERT INTO source (id, name, count, checksum) VALUES (?, ?, 0, ?)');
  const updateCount = database.prepare('UPDATE source SET count = ? WHERE id = ?');
  const selectSame = database.prepare(
    'SELECT position, bytes = ? AS same FROM event WHERE source = ? AND id = ?',
  );
  const insertEvent = database.prepare(
    'INSERT INTO event (position, source, id, recorded_at, attribution, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const attributionNumberOf = attributionWriter(database);
  const selectEnd = database.prepare(
    'SELECT position, recorded_at FROM event ORDER BY position DESC LIMIT 1',
  );
  const selectRevision = database.prepare('SELECT revision FROM stream WHERE name = ?');
  selectRevision.setReadBigInts(true);
  const upsertRevision = database.prepare(
    'INSERT INTO stream (name, revision) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision WHERE excluded.revision > revision',
  );
  const state = progressQuery(database);
  const updateProgress = database.prepare('UPDATE progress SET commit_position = ?, prepare_position = ?');
  const updateLast = database.prepare(
    'UPDATE progress SET stream = ?, revision = ?, event_id = ?, last_commit = ?, last_prepare = ?',
  );

  const updateCreated = database.prepare('UPDATE history SET last_created = ?');
  const updateReached = database.prepare(
    'UPDATE history SET reached_end = :reached WHERE reached_end <> :reached',
  );

  const sources = new LRUCache<string, Source>({ max: cachedSourcesMax });
  const sourceOf = (name: string): Source => {
    const known = sources.get(name);
    if (known !== undefined) return known;
    const row = selectSource.get(name);
    const source = { number: Number(row?.id ?? 0), count: Number(row?.count ?? 0) };
    sources.set(name, source);
    return source;
  };
  /** The last position, and when its event was recorded. */
  let end: { position: Position; recordedAt: Instant } | undefined;
  const endOf = (): { position: Position; recordedAt: Instant } => {
    const row = selectEnd.get();
    return {
      position: Number(row?.position ?? origin),
      recordedAt: Number(row?.recorded_at ?? beforeEverything),
    };
  };
  return {
    /** Drops the caches, which may be wrong after a failed transaction. */
    forget: (): void => {
      sources.clear();
      end = undefined;
    },
    countOf: (source: string): number => sourceOf(source).count,
    find: (event: EventToAppend): RecordedBefore | undefined => {
      const { number } = sourceOf(event.source);
      const row = number === 0 ? undefined : selectSame.get(event.bytes, number, event.id);
      return row === undefined ? undefined : { position: Number(row.position), hasSameBytes: row.same === 1 };
    },
    /** When the last event was recorded. */
    lastRecordedAt: (): Instant => {
      end ??= endOf();
      return end.recordedAt;
    },
    /** Adds an event at the next position, and returns the position. */
    insert: (event: EventToAppend, recordedAt: Instant): Position => {
      const source = sourceOf(event.source);
      if (source.number === 0) {
        source.number = Number(selectLastSource.get()!.last) + 1;
        insertSource.run(source.number, event.source, sourceChecksum(source.number, event.source));
      }
      end ??= endOf();
      end.position += 1;
      end.recordedAt = Math.max(end.recordedAt, recordedAt);
      const { position, recordedAt: at } = end;
      const { id, bytes } = event;
      const attribution = attributionNumberOf(event);
      const checksum = eventChecksum(position, source.number, id, at, attribution, bytes);
      insertEvent.run(position, source.number, id, at, attribution, bytes, checksum);
      source.count += 1;
      updateCount.run(source.count, source.number);
      return end.position;
    },
    revisionOf: (stream: string): bigint =>
      (selectRevision.get(stream)?.revision as bigint | undefined) ?? -1n,
    saveRevision: (record: RawRecord): void => {
      upsertRevision.run(record.stream, record.revision);
    },
    progress: (): LogPosition | undefined => state().readUpTo,
    saveProgress: (position: LogPosition): void => {
      updateProgress.run(String(position.commit), String(position.prepare));
    },
    last: (): LastRecord | undefined => state().last,
    saveLast: ({ stream, revision, eventId, position, createdAt }: RawRecord): void => {
      updateLast.run(stream, String(revision), eventId, String(position.commit), String(position.prepare));
      updateCreated.run(createdAt);
    },
    saveReachedEnd: (reached: boolean): void => {
      updateReached.run({ reached: reached ? 1 : 0 });
    },
    reachedEnd: (): boolean => state().reachedEnd,
  };
};

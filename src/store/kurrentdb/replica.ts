/**
 * The replica: what the log in KurrentDB says, in one SQLite file on this machine.
 *
 * It is where the ledger's promises are kept on KurrentDB. The log is in one order for everyone; each append is
 * looked at in that order, at its place, and either counts as a whole or not at all: an event that stands further
 * up with the same bytes is not recorded again, one with other bytes or an unmet expectation voids its append. So
 * whatever was written twice, by a retry or by two processes at once, is recorded once, and every process that reads
 * the log finds the same. What counts is numbered in that order, 1 to n: positions are those of the embedded ledger,
 * and the same in every replica. Nothing here is lost with the file: it can be made again from the log at any time.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { type AppendError, type EventToAppend, origin, type Position } from '../event-store.ts';
import { eventChecksum, sourceChecksum } from '../sqlite/ledger-format.ts';
import { type LedgerQueries, ledgerQueries } from '../sqlite/log-reader.ts';
import { type OpenDatabase, openToWrite } from '../sqlite/open-database.ts';
import { toStoreProblem } from '../sqlite/store-problems.ts';
import type { LoggedBatch, Reading } from './batch-assembly.ts';
import { isAfter, type LogPosition, type RawRecord } from './record-format.ts';
import { type LastRecord, progressQuery, replicaFormat } from './replica-format.ts';

/** What became of an append at its place in the log. */
export type Verdict =
  | { readonly kind: 'recorded'; readonly recorded: number; readonly position: Position }
  | { readonly kind: 'void' };

/** What an append would be if it were written now. */
export interface Judgement {
  /** The events that are not recorded yet, each once. */
  readonly fresh: ReadonlyArray<EventToAppend>;
  /** The position of the last of the others. */
  readonly position: Position;
}

/** What a page of the log changed. */
export interface Applied {
  /** The verdicts on the appends of the page, by their ids. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** How many events were recorded. */
  readonly recorded: number;
  /** Where the appends of the page end that do not count. */
  readonly voided: ReadonlyArray<LogPosition>;
  /** Records in streams of the ledger that are not its own. */
  readonly foreign: ReadonlyArray<RawRecord>;
}

/** Everything that can be known without the server. */
export interface Replica extends LedgerQueries {
  readonly file: string;
  /** Applies what was read of the log, each place once; what has been applied before is passed over. */
  apply(readings: ReadonlyArray<Reading>): Applied;
  /** Up to where the log has been read. */
  progress(): LogPosition | undefined;
  lastRecord(): LastRecord | undefined;
  /** The revision of a stream's last record, `-1n` when it has none. */
  revisionOf(stream: string): bigint;
  /** What an append is as far as the log has been read. */
  judge(batch: ReadonlyArray<EventToAppend>): E.Either<AppendError, Judgement>;
  close(): void;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** How many sources are kept at hand. */
const sourcesKeptMax = 10_000;

interface Source {
  number: number;
  count: number;
}

interface Found {
  readonly position: Position;
  readonly same: boolean;
}

/** Reads and writes of one connection, to be used inside a transaction. */
const statements = (database: DatabaseSync) => {
  const selectSource = database.prepare('SELECT id, count FROM source WHERE name = ?');
  const selectLastSource = database.prepare('SELECT coalesce(max(id), 0) AS last FROM source');
  const insertSource = database.prepare('INSERT INTO source (id, name, count, checksum) VALUES (?, ?, 0, ?)');
  const updateCount = database.prepare('UPDATE source SET count = ? WHERE id = ?');
  const selectSame = database.prepare(
    'SELECT position, bytes = ? AS same FROM event WHERE source = ? AND id = ?',
  );
  const insertEvent = database.prepare(
    'INSERT INTO event (position, source, id, recorded_at, bytes, checksum) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const selectEnd = database.prepare(
    'SELECT position, recorded_at FROM event ORDER BY position DESC LIMIT 1',
  );
  const selectRevision = database.prepare('SELECT revision FROM stream WHERE name = ?');
  const upsertRevision = database.prepare(
    'INSERT INTO stream (name, revision) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET revision = excluded.revision WHERE excluded.revision > revision',
  );
  const state = progressQuery(database);
  const updateProgress = database.prepare('UPDATE progress SET commit_position = ?, prepare_position = ?');
  const updateLast = database.prepare(
    'UPDATE progress SET stream = ?, revision = ?, event_id = ?, last_commit = ?, last_prepare = ?',
  );

  const sources = new Map<string, Source>();
  const sourceOf = (name: string): Source => {
    const known = sources.get(name);
    if (known !== undefined) return known;
    const row = selectSource.get(name);
    const source = { number: Number(row?.id ?? 0), count: Number(row?.count ?? 0) };
    if (sources.size >= sourcesKeptMax) sources.clear();
    sources.set(name, source);
    return source;
  };
  /** Where the events end, and when the last was recorded. */
  let end: { position: Position; recordedAt: Instant } | undefined;
  const endOf = (): { position: Position; recordedAt: Instant } => {
    const row = selectEnd.get();
    return {
      position: Number(row?.position ?? origin),
      recordedAt: Number(row?.recorded_at ?? Number.NEGATIVE_INFINITY),
    };
  };
  return {
    /** What is kept at hand may be wrong after a transaction that failed. */
    forget: (): void => {
      sources.clear();
      end = undefined;
    },
    countOf: (source: string): number => sourceOf(source).count,
    find: (event: EventToAppend): Found | undefined => {
      const { number } = sourceOf(event.source);
      const row = number === 0 ? undefined : selectSame.get(event.bytes, number, event.id);
      return row === undefined ? undefined : { position: Number(row.position), same: row.same === 1 };
    },
    /** Adds an event at the next position, which it answers. */
    insert: (event: EventToAppend, recordedAt: Instant): Position => {
      const source = sourceOf(event.source);
      if (source.number === 0) {
        source.number = Number(selectLastSource.get()!.last) + 1;
        insertSource.run(source.number, event.source, sourceChecksum(source.number, event.source));
      }
      // Nodes have clocks of their own: after an election the time may step back, the ledger's does not.
      end ??= endOf();
      end.position += 1;
      end.recordedAt = Math.max(end.recordedAt, recordedAt);
      const checksum = eventChecksum(end.position, source.number, event.id, end.recordedAt, event.bytes);
      insertEvent.run(end.position, source.number, event.id, end.recordedAt, event.bytes, checksum);
      source.count += 1;
      updateCount.run(source.count, source.number);
      return end.position;
    },
    revisionOf: (stream: string): bigint => BigInt((selectRevision.get(stream)?.revision as number) ?? -1),
    saveRevision: (record: RawRecord): void => {
      upsertRevision.run(record.stream, record.revision);
    },
    progress: (): LogPosition | undefined => state().readUpTo,
    saveProgress: (position: LogPosition): void => {
      updateProgress.run(String(position.commit), String(position.prepare));
    },
    last: (): LastRecord | undefined => state().last,
    saveLast: ({ stream, revision, eventId, position }: RawRecord): void => {
      updateLast.run(stream, String(revision), eventId, String(position.commit), String(position.prepare));
    },
  };
};

/** What an append is against the events recorded before it. */
const judgeAgainst = (
  held: { find: (event: EventToAppend) => Found | undefined },
  batch: ReadonlyArray<EventToAppend>,
): E.Either<AppendError, Judgement> => {
  const fresh = new Map<string, EventToAppend>();
  let position = origin;
  for (const [index, event] of batch.entries()) {
    const { source, id } = event;
    const key = JSON.stringify([source, id]);
    const earlier = fresh.get(key);
    const found = earlier === undefined ? held.find(event) : undefined;
    const same = earlier === undefined ? (found?.same ?? true) : sameBytes(earlier.bytes, event.bytes);
    if (!same) return E.left({ kind: 'conflict', index, source, id });
    if (found !== undefined) position = Math.max(position, found.position);
    else if (earlier === undefined) fresh.set(key, event);
  }
  return E.right({ fresh: [...fresh.values()], position });
};

/**
 * Opens the replica in this file, and makes an empty one if there is none.
 *
 * @throws a StoreProblem when the file is in use, damaged, or not a replica.
 */
export const openReplica = (path: string, now: Instant): Replica => {
  const opened: OpenDatabase = openToWrite(path, replicaFormat, now);
  const { database, file } = opened;
  const queries = ledgerQueries(database, file);
  const held = statements(database);

  const guard = <A>(run: () => A): A => {
    try {
      return run();
    } catch (error) {
      throw toStoreProblem(file, error);
    }
  };

  const inTransaction = <A>(run: () => A): A =>
    guard(() => {
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = run();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        held.forget();
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    });

  const applyBatch = (batch: LoggedBatch): Verdict => {
    const isExpected = batch.events[0]!.expected.every(({ source, count }) => held.countOf(source) === count);
    if (!batch.whole || !isExpected) return { kind: 'void' };
    const judged = judgeAgainst(held, batch.events);
    if (E.isLeft(judged)) return { kind: 'void' };
    let { position } = judged.right;
    const fresh = new Set(judged.right.fresh);
    for (const event of batch.events) {
      if (fresh.has(event)) position = held.insert(event, event.recordedAt);
    }
    return { kind: 'recorded', recorded: fresh.size, position };
  };

  const apply: Replica['apply'] = (readings) =>
    inTransaction(() => {
      let progress = held.progress();
      let last: RawRecord | undefined;
      const verdicts = new Map<string, Verdict>();
      const voided: LogPosition[] = [];
      const foreign: RawRecord[] = [];
      let recorded = 0;
      for (const { batch, record, upTo } of readings) {
        if (!isAfter(upTo, progress)) continue;
        progress = upTo;
        if (record === undefined) continue;
        held.saveRevision(record);
        last = record;
        if (batch === undefined) {
          foreign.push(record);
          continue;
        }
        const verdict = applyBatch(batch);
        if (verdict.kind === 'void') voided.push(upTo);
        else recorded += verdict.recorded;
        // A batch that was written twice was recorded by the first that counts.
        if (verdicts.get(batch.id)?.kind !== 'recorded') verdicts.set(batch.id, verdict);
      }
      if (progress !== undefined) held.saveProgress(progress);
      if (last !== undefined) held.saveLast(last);
      return { verdicts, recorded, voided, foreign };
    });

  return {
    ...queries,
    file,
    apply,
    progress: () => guard(held.progress),
    lastRecord: () => guard(held.last),
    revisionOf: (stream) => guard(() => held.revisionOf(stream)),
    judge: (batch) => guard(() => judgeAgainst(held, batch)),
    close: () => opened.close(),
  };
};

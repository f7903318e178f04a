/**
 * The file format of the replica, and how it is read.
 *
 * Its events are stored like those of the embedded ledger, at positions from 1 to n. Beside them it stores how far
 * KurrentDB's log has been read, in KurrentDB's own positions.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time/instant.ts';
import type { LogReader } from '../log-reader.ts';
import type { FileFormat } from '../sqlite/file-checks.ts';
import { ledgerFormat } from '../sqlite/ledger-format.ts';
import { openQueries } from '../sqlite/log-reader.ts';
import type { LogPosition } from './record-format.ts';

const schema = `
${ledgerFormat.schema}
CREATE TABLE stream (
  name TEXT PRIMARY KEY,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE progress (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  commit_position TEXT,
  prepare_position TEXT,
  stream TEXT,
  revision TEXT,
  event_id TEXT,
  last_commit TEXT,
  last_prepare TEXT
) STRICT;
INSERT INTO progress (one) VALUES (1);
CREATE TABLE history (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  last_created INTEGER,
  reached_end INTEGER NOT NULL
) STRICT;
INSERT INTO history (one, reached_end) VALUES (1, 0);
`;

/** The checks of the embedded ledger, and one more: everything replicated must have been read. */
const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  const { events, last, read } = database
    .prepare(
      `SELECT (SELECT coalesce(max(position), 0) FROM event) AS events,
              coalesce(CAST(last_commit AS INTEGER), -1) AS last,
              coalesce(CAST(commit_position AS INTEGER), -1) AS read
       FROM progress`,
    )
    .get() as { events: number; last: number; read: number };
  if (last > read) return `it has a record at ${last}, but claims to be read only up to ${read}`;
  if (events > 0 && last < 0) return `it has ${events} events, but claims to have no record`;
  return ledgerFormat.contradiction(database, whole);
};

/**
 * The format of a replica; `application_id` is `DMCM` in ASCII. It does not wait for syncs, since a lost tail is
 * read again. A replica of an earlier version is rebuilt from the log, never upgraded: it may lack what that version
 * could not read. In version 1 the positions were KurrentDB's own, with gaps; in version 2 two appends could have the
 * same time; version 3 did not store who recorded an event, version 4 not when KurrentDB wrote the last record; up to
 * version 5, records with several events could be skipped as foreign.
 */
export const replicaFormat: FileFormat = {
  name: 'local replica of KurrentDB',
  applicationId: 0x444d434d,
  schemaVersion: 6,
  schema,
  pragmas: 'PRAGMA synchronous = NORMAL; PRAGMA fullfsync = OFF; PRAGMA checkpoint_fullfsync = OFF;',
  contradiction,
};

/** The file extension of replicas. */
export const replicaExtension = '.mirror';

/** The file of a ledger's replica in a directory. */
export const replicaFileOf = (directory: string, ledger: string): string =>
  join(directory, `kurrentdb-${ledger}${replicaExtension}`);

/** The last record of the replica. If it is at its place in a log, that log is the replicated one. */
export interface LastRecord {
  readonly stream: string;
  readonly revision: bigint;
  readonly eventId: string;
  readonly position: LogPosition;
  /** When KurrentDB wrote it. */
  readonly createdAt: Instant;
}

/** The progress of a replica. */
export interface ReplicaState {
  readonly readUpTo: LogPosition | undefined;
  readonly last: LastRecord | undefined;
  /** Whether it ever had the whole log. */
  readonly reachedEnd: boolean;
}

const positionOf = (commit: unknown, prepare: unknown): LogPosition => ({
  commit: BigInt(String(commit)),
  prepare: BigInt(String(prepare)),
});

/** Prepares reading the progress of a replica. */
export const progressQuery = (database: DatabaseSync): (() => ReplicaState) => {
  const select = database.prepare(
    `SELECT commit_position, prepare_position, stream, revision, event_id, last_commit, last_prepare, last_created, reached_end
     FROM progress JOIN history USING (one)`,
  );
  return () => {
    const row = select.get() ?? {};
    return {
      readUpTo:
        row.commit_position == null ? undefined : positionOf(row.commit_position, row.prepare_position),
      last:
        row.stream == null
          ? undefined
          : {
              stream: String(row.stream),
              revision: BigInt(String(row.revision)),
              eventId: String(row.event_id),
              position: positionOf(row.last_commit, row.last_prepare),
              createdAt: Number(row.last_created),
            },
      reachedEnd: row.reached_end === 1,
    };
  };
};

/**
 * Opens a reader of a replica, in any thread or process, while the adapter fills it.
 *
 * @throws a StoreProblem when there is no replica, or it cannot be trusted.
 */
export const openReplicaReader = (path: string, cacheBytes?: number): LogReader =>
  openQueries(path, replicaFormat, cacheBytes);

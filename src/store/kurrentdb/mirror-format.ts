/**
 * How the mirror lies in its file, and how it is read.
 *
 * Its events lie as those of the embedded ledger do, except that their positions are KurrentDB's and have gaps.
 */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { origin } from '../event-store.ts';
import type { LogReader } from '../log-reader.ts';
import { type Changes, followPages } from '../sqlite/follow.ts';
import { type EventRow, eventColumns, isAsWritten, ledgerFormat } from '../sqlite/ledger-format.ts';
import { type LedgerQueries, ledgerQueries } from '../sqlite/log-reader.ts';
import { type FileFormat, openToRead, pragmaNumber } from '../sqlite/open-database.ts';
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
`;

/** What is mirrored must have been read; `whole` compares every event's checksum. */
const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  const { last, read } = database
    .prepare(
      'SELECT (SELECT coalesce(max(position), 0) FROM event) AS last, (SELECT coalesce(CAST(commit_position AS INTEGER), 0) FROM progress) AS read',
    )
    .get() as { last: number; read: number };
  if (last > read) return `it holds position ${last}, but says it was read up to ${read}`;
  if (!whole) return undefined;
  const rows = database.prepare(`SELECT ${eventColumns} FROM event`);
  rows.setReturnArrays(true);
  for (const row of rows.iterate() as unknown as Iterable<EventRow>) {
    if (!isAsWritten(row)) return `the event at position ${row[0]} is not as it was written`;
  }
  return undefined;
};

/** The format of a mirror; `application_id` is `DMCM` in ASCII. A lost tail is read again, so no sync is waited for. */
export const mirrorFormat: FileFormat = {
  name: 'mirror of KurrentDB',
  applicationId: 0x444d434d,
  schemaVersion: 1,
  schema,
  pragmas: 'PRAGMA synchronous = NORMAL; PRAGMA fullfsync = OFF; PRAGMA checkpoint_fullfsync = OFF;',
  contradiction,
};

/** What the files of mirrors end in. */
export const mirrorExtension = '.mirror';

/** The file of a ledger's mirror in a directory. */
export const mirrorFileOf = (directory: string, ledger: string): string =>
  join(directory, `kurrentdb-${ledger}${mirrorExtension}`);

/** The record that the mirror has come to: the log is the one mirrored if it stands there. */
export interface LastRecord {
  readonly stream: string;
  readonly revision: bigint;
  readonly eventId: string;
  readonly position: LogPosition;
}

/** How far a mirror has come. */
export interface MirrorState {
  readonly readUpTo: LogPosition | undefined;
  readonly last: LastRecord | undefined;
}

const positionOf = (commit: unknown, prepare: unknown): LogPosition => ({
  commit: BigInt(String(commit)),
  prepare: BigInt(String(prepare)),
});

/** How to ask a mirror how far it has come. */
export const progressQuery = (database: DatabaseSync): (() => MirrorState) => {
  const select = database.prepare(
    'SELECT commit_position, prepare_position, stream, revision, event_id, last_commit, last_prepare FROM progress',
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
            },
    };
  };
};

/** How often a follower in another thread looks whether the file has grown. */
const followerPollMs = 10;

/** The reads of a mirror on an open connection. */
export const mirrorQueries = (database: DatabaseSync, file: string): LedgerQueries => {
  const queries = ledgerQueries(database, file);
  const selectNext = database.prepare(
    'SELECT position, recorded_at FROM event WHERE position > ? AND position <= ? ORDER BY position LIMIT 1',
  );
  const lastKnownBy: LogReader['lastKnownBy'] = (instant) => {
    // Everything up to `known` was recorded by then, and nothing after `bound`.
    let [known, bound] = [origin, queries.head()];
    while (known < bound) {
      const middle = known + Math.floor((bound - known) / 2);
      const next = selectNext.get(middle, bound);
      if (next !== undefined && Number(next.recorded_at) <= instant) known = Number(next.position);
      else bound = middle;
    }
    return known;
  };
  return { ...queries, lastKnownBy };
};

/**
 * Opens a reader of a mirror, in any thread or process, while the adapter fills it.
 *
 * @throws a StoreProblem when there is no mirror, or it cannot be trusted.
 */
export const openMirrorReader = (path: string): LogReader => {
  const database = openToRead(path, mirrorFormat);
  const queries = mirrorQueries(database, path);
  const closed = new AbortController();
  const version = (): number => pragmaNumber(database, 'data_version');
  const changes: Changes = {
    version,
    beyond: async (seen, signal) => {
      while (!signal.aborted && version() === seen) {
        await wait(followerPollMs, undefined, { signal }).catch(() => undefined);
      }
    },
  };
  return {
    ...queries,
    follow: (after, signal) =>
      followPages(queries.after, changes, after, AbortSignal.any([signal, closed.signal])),
    close: () => {
      closed.abort();
      if (database.isOpen) database.close();
    },
  };
};

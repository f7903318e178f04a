/**
 * The tables of the projections: where to find events, and what is counted. Rows contain positions and hashes; the
 * events stay in the log. Everything here can be rebuilt from the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { emptyCounts } from './checked-rows.ts';
import { filterTable, runTables } from './run-tables.ts';

/** The version of the tables: a file of another version cannot be used, and is rebuilt first. */
export const tablesVersion = 7;
/** The version of the code that fills them: a file from other code serves until a replay has built the next. */
export const codeVersion = 2;

const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

${runTables}
  ${filterTable};
  -- Corrections, by the hash of the source and id of the event they are about.
  CREATE TABLE correction (target INTEGER NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (target, position)) WITHOUT ROWID;
  CREATE INDEX correction_position ON correction (position);

  -- Names that events mention, and since when.
  CREATE TABLE name (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, registered INTEGER NOT NULL, checksum INTEGER NOT NULL, UNIQUE (kind, name));

  -- Sources, in the order of their first events, and the types that each has sent.
  CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE event_kind (code INTEGER PRIMARY KEY, source INTEGER NOT NULL, type TEXT NOT NULL, checksum INTEGER NOT NULL);
  -- Which sources name a site or a party, and since when.
  CREATE TABLE naming_source (name INTEGER NOT NULL, source INTEGER NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (name, source)) WITHOUT ROWID;

  -- Corrected registrations: whatever names one of these things may fit or not.
  CREATE TABLE shaken (kind TEXT NOT NULL, name TEXT NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;

  -- Events that could not be applied, and why.
  CREATE TABLE set_aside (position INTEGER PRIMARY KEY, reason TEXT NOT NULL, checksum INTEGER NOT NULL);
`;

/** Creates the tables in an empty database. */
export const createTables = (database: DatabaseSync): void => {
  database.exec(
    `BEGIN; ${schema} INSERT INTO meta VALUES ('version', ${tablesVersion}), ('code', ${codeVersion}), ('position', 0), ${emptyCounts}; COMMIT;`,
  );
};

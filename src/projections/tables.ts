/**
 * What is kept of the events: where to find them again, and what is counted. Rows hold positions and hashes; the
 * events themselves stay in the log. Everything here can be rebuilt from the log.
 */
import type { DatabaseSync } from 'node:sqlite';

/** The version of these tables and of the code that fills them; another version in a file means: rebuild. */
export const projectionVersion = 1;

const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

  -- Under which topics an event is found.
  CREATE TABLE touch (topic INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (topic, position)) WITHOUT ROWID;

  -- Corrections, by the hash of the source and id of the event they are about.
  CREATE TABLE correction (target INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (target, position)) WITHOUT ROWID;

  -- Names that events mention, and since when.
  CREATE TABLE name (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, UNIQUE (kind, name));

  -- Subjects of whom nothing is known but one enrolment: they are counted, not folded.
  CREATE TABLE lone (subject INTEGER PRIMARY KEY, population INTEGER NOT NULL, time INTEGER NOT NULL, position INTEGER NOT NULL);
  CREATE INDEX lone_enrolled ON lone (population, time, position);

  -- Subjects of whom more is known, by each population they were ever enrolled in: they are folded.
  CREATE TABLE storied (population INTEGER NOT NULL, subject INTEGER NOT NULL, PRIMARY KEY (population, subject)) WITHOUT ROWID;

  -- Movements, copies and backups by valid time, as recorded and as corrected.
  CREATE TABLE movement (time INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (time, position)) WITHOUT ROWID;

  -- Events that may not fit the others: whether they do is judged when asked.
  CREATE TABLE doubt (position INTEGER PRIMARY KEY);

  -- Events that could not be applied, and why.
  CREATE TABLE set_aside (position INTEGER PRIMARY KEY, reason TEXT NOT NULL);

  -- The last position recorded at each wall-clock time at which anything was.
  CREATE TABLE tick (recorded_at INTEGER PRIMARY KEY, position INTEGER NOT NULL);
`;

/** Creates the tables in an empty database. */
export const createTables = (database: DatabaseSync): void => {
  database.exec(
    `BEGIN; ${schema} INSERT INTO meta VALUES ('version', ${projectionVersion}), ('position', 0); COMMIT;`,
  );
};

/** The file format of the log of reads: each row has a checksum. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Instant } from '../../domain/time/instant.ts';
import type { FileFormat } from '../../store/sqlite/file-checks.ts';

/** One question about a person. */
export interface Read {
  readonly id: number;
  readonly at: Instant;
  /** The name of the key, or of the holder of an OIDC token; null while there are no keys. */
  readonly reader: string | null;
  readonly subject: string;
  /** The question: `residency`, `history`, … */
  readonly question: string;
}

// Existing files contain this exact text, including spaces.
const firstSchema = `
CREATE TABLE read (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reader TEXT, subject TEXT NOT NULL, question TEXT NOT NULL
      ) STRICT;
CREATE INDEX read_subject ON read (subject, id);
`;

/** Version 2 has checksums; rows of version 1 have none. */
const secondSchema = 'ALTER TABLE read ADD COLUMN checksum INTEGER;';

/** The checksum of a row. */
export const readChecksum = ({ id, at, reader, subject, question }: Read): number =>
  crc32(JSON.stringify([id, at, reader, subject, question]));

/** Decodes a row; undefined if it is damaged. */
export const readOf = (row: Readonly<Record<string, unknown>>): Read | undefined => {
  const read: Read = {
    id: Number(row.id),
    at: Number(row.at),
    reader: row.reader as string | null,
    subject: String(row.subject),
    question: String(row.question),
  };
  return row.checksum === null || row.checksum === readChecksum(read) ? read : undefined;
};

const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  const { rows, last } = database
    .prepare('SELECT count(*) AS rows, coalesce(max(id), 0) AS last FROM read')
    .get() as { rows: number; last: number };
  if (rows !== last) return `it has ${rows} questions, but the last has the number ${last}`;
  if (!whole) return undefined;
  for (const row of database.prepare('SELECT * FROM read').iterate())
    if (readOf(row) === undefined) return `question ${row.id} is damaged`;
  return undefined;
};

/** The format of the file; `application_id` is `DomR` in ASCII. */
export const readLogFormat: FileFormat = {
  name: 'record of who asked about whom',
  applicationId: 0x446f6d52,
  schemaVersion: 2,
  schema: firstSchema + secondSchema,
  upgrades: [secondSchema],
  // `ReadLog` syncs the write-ahead log itself, in parallel to the writing thread, and has it checkpointed by another one.
  // Should that fail, the log still does not exceed 64 MiB by much.
  pragmas: 'PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16384;',
  contradiction,
};

/** Sets the version of a file from before files had versions to 1. */
export const giveFirstVersion = (file: string): void => {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    const number = (pragma: string): unknown =>
      Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0];
    if (number('application_id') === readLogFormat.applicationId && number('user_version') === 0)
      database.exec('PRAGMA user_version = 1');
  } catch {
    // Opening the file reports what is wrong with it.
  } finally {
    database.close();
  }
};

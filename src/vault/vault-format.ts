/**
 * How the vault lies in its file: entries in both directions, spread over small tables, each row with a checksum.
 *
 * Why the tables are small is told where entries are erased, in `sqlite-vault.ts`.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { FileFormat } from '../store/sqlite/file-checks.ts';

/** How many tables entries are spread over, in each direction; with a million people each holds about 4,000. */
const shards = 256;

const shardNumbers = Array.from({ length: shards }, (_, shard) => shard);

/** The number of the table in which a key, identifier or pseudonym, is looked for. */
export const shardOf = (key: string): number => crc32(key) % shards;

/** CRC-32 of an entry: a flipped bit must never make one person another. */
export const entryChecksum = (identifier: string, pseudonym: string): number =>
  crc32(identifier, crc32(pseudonym));

/** CRC-32 of the mark that nobody stands behind a pseudonym any more. */
export const forgottenChecksum = (pseudonym: string): number => crc32(pseudonym);

const schema = [
  ...shardNumbers.map(
    (shard) => `CREATE TABLE pseudonym_${shard} (
      identifier TEXT PRIMARY KEY, pseudonym TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  ),
  ...shardNumbers.map(
    (shard) => `CREATE TABLE identifier_${shard} (
      pseudonym TEXT PRIMARY KEY, identifier TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  ),
  'CREATE TABLE forgotten (pseudonym TEXT PRIMARY KEY, checksum INTEGER NOT NULL) STRICT, WITHOUT ROWID',
].join(';\n');

/** The statements on one shard, which maps a key to the other of the two. */
export interface Shard {
  readonly select: StatementSync;
  readonly insert: StatementSync;
  readonly all: StatementSync;
  readonly empty: StatementSync;
}

export const prepareShard = (
  database: DatabaseSync,
  direction: 'pseudonym' | 'identifier',
  shard: number,
): Shard => {
  const table = `${direction}_${shard}`;
  const key = direction === 'pseudonym' ? 'identifier' : 'pseudonym';
  return {
    select: database.prepare(`SELECT ${direction} AS value, checksum FROM ${table} WHERE ${key} = ?`),
    insert: database.prepare(`INSERT INTO ${table} (${key}, ${direction}, checksum) VALUES (?, ?, ?)`),
    all: database.prepare(`SELECT ${key} AS key, ${direction} AS value, checksum FROM ${table}`),
    empty: database.prepare(`DELETE FROM ${table}`),
  };
};

/** Compares every row's checksum, and the number of entries in one direction with that in the other. */
const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  if (!whole) return undefined;
  const entries = { pseudonym: 0, identifier: 0 };
  for (const direction of ['pseudonym', 'identifier'] as const) {
    for (const shard of shardNumbers) {
      const rows = database
        .prepare(`SELECT identifier, pseudonym, checksum FROM ${direction}_${shard}`)
        .all();
      for (const { identifier, pseudonym, checksum } of rows) {
        if (entryChecksum(String(identifier), String(pseudonym)) !== checksum)
          return 'an entry is not as it was written';
      }
      entries[direction] += rows.length;
    }
  }
  if (entries.pseudonym !== entries.identifier) return 'it holds entries in one direction only';
  for (const { pseudonym, checksum } of database
    .prepare('SELECT pseudonym, checksum FROM forgotten')
    .iterate()) {
    if (forgottenChecksum(String(pseudonym)) !== checksum)
      return 'a forgotten pseudonym is not as it was written';
  }
  return undefined;
};

/** The vault's format; `application_id` is `DMCV` in ASCII. */
export const vaultFormat: FileFormat = {
  name: 'vault',
  applicationId: 0x444d4356,
  schemaVersion: 1,
  pageBytes: 1_024,
  schema,
  pragmas: 'PRAGMA secure_delete = ON;',
  contradiction,
};

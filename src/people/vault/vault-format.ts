/**
 * The vault's file format: consecutive entries, each with a checksum, and the index that finds them.
 *
 * Entries are only added at the end, and overwritten in place by equally many bytes; `sqlite-vault.ts` explains
 * why.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { distinct, entryOf } from '../../sorted-runs/sorted-runs.ts';
import { type FileFormat, versionOf } from '../../store/sqlite/file-checks.ts';
import { EntryIndex } from './entry-index.ts';
import { filterColumn, indexTables } from './run-table.ts';

/** The hash of an identifier in the index: FNV-1a over its UTF-16 code units, with Murmur's finalizer. */
export const identifierHash = (identifier: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < identifier.length; index++)
    hash = Math.imul(hash ^ identifier.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** The hash of a pseudonym in the index. A pseudonym is random, so any of its bytes serve. */
export const pseudonymHash = (pseudonym: Uint8Array): number =>
  (pseudonym[0]! | (pseudonym[1]! << 8) | (pseudonym[2]! << 16) | (pseudonym[3]! << 24)) >>> 0;

/**
 * CRC-32 of an entry: a flipped bit must never turn one person into another, nor bring one back. It is shifted
 * beyond 32 bits, where every number takes the same number of bytes in the file.
 */
export const entryChecksum = (identifier: string, pseudonym: Uint8Array, isForgotten: boolean): number =>
  2 ** 32 + crc32(identifier, crc32(pseudonym, isForgotten ? 1 : 0));

/** A row of `entry`, in the order of `entryColumns`. */
export type EntryRow = [
  id: number,
  identifier: string,
  pseudonym: Uint8Array,
  forgotten: number,
  checksum: number,
];

export const entryColumns = 'id, identifier, pseudonym, forgotten, checksum';

/** Whether the row matches its checksum. */
export const isAsWritten = ([, identifier, pseudonym, forgotten, checksum]: EntryRow): boolean =>
  entryChecksum(identifier, pseudonym, forgotten === 1) === checksum;

/**
 * The vault's knowledge of its log: the position up to which it has everybody, a checksum of the event there (see
 * `markOf`), and the position up to which erasures were applied.
 */
export interface LogKnown {
  readonly knownUpTo: number;
  readonly mark: number;
  readonly erasedUpTo: number;
}

/** The checksum of this knowledge. */
export const logKnownChecksum = ({ knownUpTo, mark, erasedUpTo }: LogKnown): number =>
  crc32(`${knownUpTo} ${mark} ${erasedUpTo}`);

/** Version 3 stores the knowledge of the log. */
const thirdSchema = `
CREATE TABLE log (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  known_up_to INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  erased_up_to INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
INSERT INTO log VALUES (1, 0, 0, 0, ${logKnownChecksum({ knownUpTo: 0, mark: 0, erasedUpTo: 0 })});
`;

const schema = `
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  identifier TEXT NOT NULL,
  pseudonym BLOB NOT NULL,
  forgotten INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX entry_forgotten ON entry (forgotten) WHERE forgotten = 1;
${indexTables}${thirdSchema}${filterColumn}`;

const sameNumbers = (a: Float64Array, b: Float64Array): boolean =>
  a.length === b.length && a.every((number, index) => number === b[index]);

/** The vault's knowledge of its log; undefined if it is damaged. */
export const logKnownIn = (database: DatabaseSync): LogKnown | undefined => {
  const row = database.prepare('SELECT known_up_to, mark, erased_up_to, checksum FROM log').get();
  if (row === undefined) return undefined;
  const known = {
    knownUpTo: Number(row.known_up_to),
    mark: Number(row.mark),
    erasedUpTo: Number(row.erased_up_to),
  };
  return logKnownChecksum(known) === row.checksum ? known : undefined;
};

/** Compares every entry with its checksum, and the index with a rebuilt one. */
const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  if (logKnownIn(database) === undefined) return 'its record of the log is damaged';
  if (!whole) return undefined;
  const damage = new Error('its index is damaged');
  try {
    return indexContradiction(database, new EntryIndex(database, () => damage));
  } catch (error) {
    if (error === damage) return damage.message;
    throw error;
  }
};

const indexContradiction = (database: DatabaseSync, index: EntryIndex): string | undefined => {
  const fault = index.load();
  if (fault !== undefined) return fault;
  const select = database.prepare(`SELECT ${entryColumns} FROM entry WHERE id >= ? AND id < ? ORDER BY id`);
  select.setReturnArrays(true);
  if (!index.agrees()) return 'its index is damaged';
  for (const { first, entries, numbers } of index.content()) {
    const expected: number[] = [];
    for (const row of select.iterate(first, first + entries) as unknown as Iterable<EntryRow>) {
      if (!isAsWritten(row)) return 'an entry is damaged';
      const [id, identifier, pseudonym, forgotten] = row;
      if (forgotten === 0) expected.push(entryOf(identifierHash(identifier), id - first));
      expected.push(entryOf(pseudonymHash(pseudonym), id - first));
    }
    if (!sameNumbers(distinct(Float64Array.from(expected).sort()), numbers))
      return 'its index and its entries do not match';
  }
  return undefined;
};

/** What vaults of earlier versions lack, in tables that only the connection sees which makes them. */
const lacking = (version: number): string =>
  (version < 3 ? thirdSchema.replace('TABLE', 'TEMP TABLE') : '') +
  (version < 5 ? 'CREATE TEMP TABLE run AS SELECT *, 1 AS filter FROM main.run;' : '');

/**
 * Compares every entry, also of a vault of an earlier version, with its checksum, and the index with a rebuilt one. It
 * reads one snapshot, since the writer may reuse the slots to which the index leads.
 *
 * @returns what is damaged; undefined if nothing is.
 */
export const damageIn = (database: DatabaseSync): string | undefined => {
  database.exec('BEGIN');
  try {
    database.exec(lacking(versionOf(database)));
    return contradiction(database, true);
  } finally {
    database.exec('ROLLBACK');
  }
};

/** The vault's format; `application_id` is `DMCV` in ASCII. */
export const vaultFormat: FileFormat = {
  name: 'vault',
  applicationId: 0x444d4356,
  schemaVersion: 5,
  schema,
  // Version 4 stores the fences and the filter of each run, and version 5 has better filters; `EntryIndex.upgrade`
  // writes earlier runs again.
  upgrades: [undefined, thirdSchema, '', filterColumn],
  pragmas: 'PRAGMA secure_delete = ON;',
  contradiction,
};

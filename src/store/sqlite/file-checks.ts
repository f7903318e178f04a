/**
 * What is looked at before a file of ours is trusted: whose it is, and whether it holds what was written to it.
 *
 * What is checked, in proportion: always the header, the size, the tables and the file's own totals; small files row
 * by row; after a crash, every page of middling ones. SQLite's recovery covers what a crash can do to a sound disk, so
 * a large ledger starts at once. Whatever its size, each row is compared with its checksum when it is read.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { damaged, ForeignFile, OlderSchema, UnsupportedSqlite, WrongSchema } from './store-problems.ts';
import { damageInWriteAheadLog } from './write-ahead-log.ts';

/** What a file must be to be opened: whose it is, and how it is laid out. */
export interface FileFormat {
  /** What the file is called in messages, such as `ledger`. */
  readonly name: string;
  /** SQLite's `application_id`: four bytes in the header that say whose file it is. */
  readonly applicationId: number;
  /** SQLite's `user_version`: the version of the schema. */
  readonly schemaVersion: number;
  /** The statements that make an empty file into one of this format. */
  readonly schema: string;
  /** Pragmas of this format's connections, applied after those that all share. */
  readonly pragmas?: string;
  /** Looks for contradictions in what the file holds at every opening: `whole` in every row, otherwise in little time. */
  readonly contradiction: (database: DatabaseSync, whole: boolean) => string | undefined;
}

/** Older versions can damage a write-ahead log when two connections write and checkpoint at once. */
const oldestSqlite = [3, 51, 3] as const;
/** Files up to this size are checked whole at every opening, their indexes against their tables: about 0.1 s. */
const wholeCheckBytesMax = 16 * 1_024 * 1_024;
/** After a crash, files up to this size have every page checked: about 1 s, from a slow disk a few more. */
const crashCheckBytesMax = 128 * 1_024 * 1_024;

/** The one number that a pragma answers. */
const pragmaNumber = (database: DatabaseSync, pragma: string): number =>
  Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);

/** Whether a version of SQLite is recent enough to be trusted with a write-ahead log. */
export const isSupportedSqlite = (version: string): boolean => {
  const numbers = version.split('.').map(Number);
  for (const [index, oldest] of oldestSqlite.entries()) {
    const number = numbers[index] ?? 0;
    if (number !== oldest) return number > oldest;
  }
  return true;
};

/** Refuses to run on an SQLite with known faults. */
export const refuseOldSqlite = (file: string): void => {
  const version = process.versions.sqlite ?? '0';
  if (isSupportedSqlite(version)) return;
  throw new UnsupportedSqlite(
    file,
    `the SQLite in this Node is ${version}, and versions before ${oldestSqlite.join('.')} can damage files`,
    'Run Domicile with its own Node, the `node` package among its dependencies',
  );
};

/** Refuses a missing or an empty file: SQLite would silently take either for a new database. */
export const refuseMissing = (file: string, format: FileFormat): void => {
  if (existsSync(file)) {
    if (statSync(file).size === 0)
      throw damaged(file, `the ${format.name} is empty: its content was cut off`);
  } else if (existsSync(`${file}-wal`)) {
    throw damaged(file, `the ${format.name} is missing, but its write-ahead log is still there`);
  }
};

/** Refuses a file of another program, or of another version of this one. */
export const refuseForeign = (file: string, format: FileFormat, database: DatabaseSync): void => {
  const applicationId = pragmaNumber(database, 'application_id');
  if (applicationId !== format.applicationId) {
    throw new ForeignFile(
      file,
      `it is an SQLite database, but not a Domicile ${format.name} (its application_id is ${applicationId})`,
      'It was left untouched; point the settings at the right file',
    );
  }
  const version = pragmaNumber(database, 'user_version');
  if (version !== format.schemaVersion) {
    const what = `this ${format.name} has schema version ${version}, and this Domicile works with version ${format.schemaVersion}`;
    if (version > format.schemaVersion)
      throw new WrongSchema(file, what, 'It was written by a newer Domicile: run that one');
    throw new OlderSchema(
      file,
      what,
      'It was written by an older Domicile: run that one, or export from it and record into a new ledger',
    );
  }
};

/** Refuses a file that contradicts itself, looking as far as its size and the last close suggest. */
export const refuseDamaged = (
  file: string,
  format: FileFormat,
  database: DatabaseSync,
  lastCloseWasClean: boolean,
): void => {
  const bytes = pragmaNumber(database, 'page_count') * pragmaNumber(database, 'page_size');
  const whole = bytes <= wholeCheckBytesMax;
  const check = whole
    ? 'integrity_check'
    : !lastCloseWasClean && bytes <= crashCheckBytesMax
      ? 'quick_check'
      : undefined;
  if (check !== undefined) {
    const verdict = String(Object.values(database.prepare(`PRAGMA ${check}(1)`).get() ?? {})[0]);
    if (verdict !== 'ok')
      throw damaged(file, `the ${format.name} is damaged (${verdict.replaceAll('\n', ' ')})`);
  }
  const contradiction = format.contradiction(database, whole);
  if (contradiction !== undefined) throw damaged(file, `the ${format.name} is damaged (${contradiction})`);
};

/** Refuses a write-ahead log that would silently lose events. */
export const refuseDamagedLog = (file: string, format: FileFormat): void => {
  const damage = damageInWriteAheadLog(file);
  if (damage !== undefined) throw damaged(file, `the ${format.name} is damaged (${damage})`);
};

const schemaOf = (database: DatabaseSync): string =>
  database
    .prepare('SELECT sql FROM sqlite_schema ORDER BY rowid')
    .all()
    .map(({ sql }) => sql)
    .join(';');

/** SQLite believes the schema in the file, so that a flipped bit there would change what statements mean. */
export const refuseOtherTables = (file: string, format: FileFormat, database: DatabaseSync): void => {
  const reference = new DatabaseSync(':memory:');
  try {
    reference.exec(format.schema);
    if (schemaOf(database) === schemaOf(reference)) return;
  } finally {
    reference.close();
  }
  throw damaged(file, `the tables of the ${format.name} are not as they were made`);
};

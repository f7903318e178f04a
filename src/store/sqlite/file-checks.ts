/**
 * The checks before a file is trusted: whether it is ours, and whether it contains what was written.
 *
 * The header, the size, the tables and the totals are always checked; small files row by row; after a crash, every
 * page of medium-sized files. SQLite's recovery handles a crash on a sound disk, so a large ledger starts at once.
 * In files of any size, each row is compared with its checksum when it is read.
 */
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { damaged, ForeignFile, OlderSchema, UnsupportedSqlite, WrongSchema } from './store-problems.ts';
import { damageInWriteAheadLog } from './write-ahead-log.ts';

/** The identity and layout of a kind of file. */
export interface FileFormat {
  /** The name of the kind in messages, such as `ledger`. */
  readonly name: string;
  /** SQLite's `application_id`: four bytes in the header that identify the application. */
  readonly applicationId: number;
  /** SQLite's `user_version`: the version of the schema. */
  readonly schemaVersion: number;
  /** The statements that create the tables. */
  readonly schema: string;
  /** The statements that bring a file of version n + 1 to the next version, if earlier files are upgraded. */
  readonly upgrades?: ReadonlyArray<string | undefined>;
  /** Pragmas that only a new file takes, before it has any table. */
  readonly firstPragmas?: string;
  /** Pragmas of this format, applied after the shared ones. */
  readonly pragmas?: string;
  /**
   * Looks for contradictions in the content when the file is opened: in every row if `whole`, otherwise quickly.
   */
  readonly contradiction: (database: DatabaseSync, whole: boolean) => string | undefined;
}

/** Older versions can damage a write-ahead log when two connections write and checkpoint at once. */
const oldestSqlite = [3, 51, 3] as const;
/** Files up to this size are fully checked at every opening, including indexes: about 0.1 s. */
const wholeCheckBytesMax = 16 * 1_024 * 1_024;
/** After a crash, every page of files up to this size is checked: about 1 s, or a few more on a slow disk. */
const crashCheckBytesMax = 128 * 1_024 * 1_024;

/** The number that a pragma returns. */
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

/** Refuses versions of SQLite with known faults. */
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

/** The version of the file's schema. */
export const versionOf = (database: DatabaseSync): number => pragmaNumber(database, 'user_version');

/** Whether a file of an earlier version is upgraded when opened for writing. */
const isUpgraded = (format: FileFormat, version: number): boolean =>
  version > 0 && version < format.schemaVersion && format.upgrades?.[version - 1] !== undefined;

/**
 * Refuses a file of another program, or of another version of this one.
 *
 * @param upgrading whether an earlier version is accepted, because it can be upgraded.
 */
export const refuseForeign = (
  file: string,
  format: FileFormat,
  database: DatabaseSync,
  upgrading: boolean,
): void => {
  const applicationId = pragmaNumber(database, 'application_id');
  if (applicationId !== format.applicationId) {
    throw new ForeignFile(
      file,
      `it is an SQLite database, but not a Domicile ${format.name} (its application_id is ${applicationId})`,
      'It was left untouched; point the settings at the right file',
    );
  }
  const version = versionOf(database);
  if (version !== format.schemaVersion) {
    if (upgrading && isUpgraded(format, version)) return;
    const what = `this ${format.name} has schema version ${version}, and this Domicile works with version ${format.schemaVersion}`;
    if (version > format.schemaVersion)
      throw new WrongSchema(file, what, 'It was written by a newer Domicile: run that version');
    throw new OlderSchema(
      file,
      what,
      isUpgraded(format, version)
        ? 'It was written by an older Domicile: start the server once, which upgrades it'
        : 'It was written by an older Domicile: run that version, or export from it and record into a new ledger',
    );
  }
};

/** Refuses an inconsistent file. The extent of the check depends on its size and on the last close. */
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

const statementsOf = (database: DatabaseSync): ReadonlyArray<string> =>
  database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .all()
    .map(({ sql }) => String(sql));

/** The tables that a file would have after an upgrade; of one of this version, those that it has. */
const upgradedTables = (format: FileFormat, database: DatabaseSync): ReadonlyArray<string> => {
  const version = versionOf(database);
  if (version === format.schemaVersion) return statementsOf(database);
  const draft = new DatabaseSync(':memory:');
  try {
    for (const statement of [...statementsOf(database), ...(format.upgrades?.slice(version - 1) ?? [])])
      draft.exec(statement ?? '');
    return statementsOf(draft);
  } finally {
    draft.close();
  }
};

/**
 * Refuses a file with other tables than its version has. SQLite trusts the schema in the file, so a flipped bit there
 * changes statements.
 */
export const refuseOtherTables = (file: string, format: FileFormat, database: DatabaseSync): void => {
  const reference = new DatabaseSync(':memory:');
  try {
    reference.exec(format.schema);
    if (upgradedTables(format, database).join(';') === statementsOf(reference).join(';')) return;
  } finally {
    reference.close();
  }
  throw damaged(file, `the tables of the ${format.name} are not as they were made`);
};

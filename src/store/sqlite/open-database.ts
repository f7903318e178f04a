/**
 * Opens the SQLite files that Domicile keeps the truth in, and refuses whatever could not be trusted.
 *
 * A new file is made complete under another name and then renamed, so that an empty or half-made file is always the
 * sign of damage, never of a beginning. Only SQLite itself opens these files: closing a file descriptor of our own
 * would release the locks SQLite holds for the whole process.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time.ts';
import {
  damaged,
  ForeignFile,
  StoreUnusable,
  toOpeningProblem,
  UnsupportedSqlite,
  WrongSchema,
} from './store-problems.ts';
import { damageInWriteAheadLog } from './write-ahead-log.ts';
import { takeWriterLock } from './writer-lock.ts';

/** What a file must be to be opened: whose it is, and how it is laid out. */
export interface FileFormat {
  /** What the file is called in messages, such as `ledger`. */
  readonly name: string;
  /** SQLite's `application_id`: four bytes in the header that say whose file it is. */
  readonly applicationId: number;
  /** SQLite's `user_version`: the version of the schema. */
  readonly schemaVersion: number;
  /** The size of a page, SQLite's default if not given. */
  readonly pageBytes?: number;
  /** The statements that make an empty file into one of this format. */
  readonly schema: string;
  /** Pragmas of this format's connections, applied after those that all share. */
  readonly pragmas?: string;
  /** Looks for contradictions in what the file holds at every opening: `whole` in every row, otherwise in little time. */
  readonly contradiction: (database: DatabaseSync, whole: boolean) => string | undefined;
}

/** An open file with its writer's lock. */
export interface OpenDatabase {
  readonly file: string;
  readonly database: DatabaseSync;
  /** Writes the log back into the file, closes it and lets go of the lock; a second time does nothing. */
  close(): void;
}

/** Older versions can damage a write-ahead log when two connections write and checkpoint at once. */
const oldestSqlite = [3, 51, 3] as const;
/** How long a statement waits for another connection, such as a backup or an SQLite shell. */
const busyWaitMs = 1_000;
/** The log is written back into the file once it has this many pages of 4 KiB. */
const walPagesMax = 4_096;
/** After a burst the log's file is cut back to this size. */
const walKeptBytesMax = 64 * 1_024 * 1_024;
const pageCacheKibibytes = 64 * 1_024;

/** Files up to this size are checked whole at every opening, their indexes against their tables: about 0.1 s. */
const wholeCheckBytesMax = 16 * 1_024 * 1_024;
/** After a crash, files up to this size have every page checked: about 1 s. Larger ones are for `domicile doctor`. */
const crashCheckBytesMax = 512 * 1_024 * 1_024;

const sharedPragmas = `
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -${pageCacheKibibytes};
`;

const writerPragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA wal_autocheckpoint = ${walPagesMax};
  PRAGMA journal_size_limit = ${walKeptBytesMax};
`;

/** Runs `act` in a transaction, and undoes all of it if anything is thrown. */
export const transact = <A>(database: DatabaseSync, act: () => A): A => {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/** The one number that a pragma answers. */
export const pragmaNumber = (database: DatabaseSync, pragma: string): number =>
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

const refuseOldSqlite = (file: string): void => {
  const version = process.versions.sqlite ?? '0';
  if (isSupportedSqlite(version)) return;
  throw new UnsupportedSqlite(
    file,
    `the SQLite in this Node is ${version}, and versions before ${oldestSqlite.join('.')} can damage files`,
    'Run Domicile with its own Node, the `node` package among its dependencies',
  );
};

/** The same file under one name, whatever links lead to it, so that it has one lock. */
const canonical = (file: string): string => {
  const path = resolve(file);
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
};

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

const create = (file: string, format: FileFormat): void => {
  const draft = `${file}-draft`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  const database = new DatabaseSync(draft);
  try {
    if (format.pageBytes !== undefined) database.exec(`PRAGMA page_size = ${format.pageBytes}`);
    database.exec(writerPragmas);
    transact(database, () => {
      database.exec(
        `PRAGMA application_id = ${format.applicationId}; PRAGMA user_version = ${format.schemaVersion}`,
      );
      database.exec(format.schema);
    });
  } finally {
    database.close();
  }
  renameSync(draft, file);
  syncFolder(dirname(file));
};

/** Refuses a missing or an empty file: SQLite would silently take either for a new database. */
const refuseMissing = (file: string, format: FileFormat): void => {
  if (existsSync(file)) {
    if (statSync(file).size === 0)
      throw damaged(file, `the ${format.name} is empty: its content was cut off`);
  } else if (existsSync(`${file}-wal`)) {
    throw damaged(file, `the ${format.name} is missing, but its write-ahead log is still there`);
  }
};

const refuseForeign = (file: string, format: FileFormat, database: DatabaseSync): void => {
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
    throw new WrongSchema(
      file,
      `this ${format.name} has schema version ${version}, and this Domicile works with version ${format.schemaVersion}`,
      version > format.schemaVersion
        ? 'It was written by a newer Domicile: run that one'
        : 'It was written by an older Domicile: run that one, or export from it and record into a new ledger',
    );
  }
};

const refuseDamaged = (file: string, format: FileFormat, database: DatabaseSync, clean: boolean): void => {
  const bytes = pragmaNumber(database, 'page_count') * pragmaNumber(database, 'page_size');
  const whole = bytes <= wholeCheckBytesMax;
  const check = whole ? 'integrity_check' : !clean && bytes <= crashCheckBytesMax ? 'quick_check' : undefined;
  if (check !== undefined) {
    const verdict = String(Object.values(database.prepare(`PRAGMA ${check}(1)`).get() ?? {})[0]);
    if (verdict !== 'ok')
      throw damaged(file, `the ${format.name} is damaged (${verdict.replaceAll('\n', ' ')})`);
  }
  const contradiction = format.contradiction(database, whole);
  if (contradiction !== undefined) throw damaged(file, `the ${format.name} is damaged (${contradiction})`);
};

const schemaOf = (database: DatabaseSync): string =>
  database
    .prepare('SELECT sql FROM sqlite_schema ORDER BY rowid')
    .all()
    .map(({ sql }) => sql)
    .join(';');

/** SQLite believes the schema in the file, so that a flipped bit there would change what statements mean. */
const refuseOtherTables = (file: string, format: FileFormat, database: DatabaseSync): void => {
  const reference = new DatabaseSync(':memory:');
  try {
    reference.exec(format.schema);
    if (schemaOf(database) === schemaOf(reference)) return;
  } finally {
    reference.close();
  }
  throw damaged(file, `the tables of the ${format.name} are not as they were made`);
};

/** Runs `open` on a connection, and closes it again if anything is wrong. */
const connect = (file: string, readOnly: boolean, open: (database: DatabaseSync) => void): DatabaseSync => {
  const database = new DatabaseSync(file, { readOnly, timeout: busyWaitMs });
  try {
    open(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/**
 * Opens a file to write it, and makes it if there is none.
 *
 * What is checked, in proportion: always the header, the size, whose file it is and its own totals; small files
 * whole; after a crash, every page of middling ones. SQLite's recovery covers what a crash can do to a sound disk, so
 * that a large ledger starts at once; checking all of one is a task of its own.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openToWrite = (path: string, format: FileFormat, now: Instant): OpenDatabase => {
  try {
    refuseOldSqlite(path);
    mkdirSync(dirname(resolve(path)), { recursive: true });
    const file = canonical(path);
    const lock = takeWriterLock(file, now);
    try {
      refuseMissing(file, format);
      const lostInLog = damageInWriteAheadLog(file);
      if (lostInLog !== undefined) throw damaged(file, `the ${format.name} is damaged (${lostInLog})`);
      if (!existsSync(file)) create(file, format);
      connect(file, true, (database) => refuseForeign(file, format, database)).close();
      const database = connect(file, false, (opening) => {
        opening.exec(sharedPragmas);
        refuseOtherTables(file, format, opening);
        opening.exec(writerPragmas + (format.pragmas ?? ''));
        refuseDamaged(file, format, opening, lock.lastCloseWasClean);
      });
      return {
        file,
        database,
        close: () => {
          if (!database.isOpen) return;
          database.close();
          lock.release(true);
        },
      };
    } catch (error) {
      lock.release(lock.lastCloseWasClean);
      throw error;
    }
  } catch (error) {
    throw toOpeningProblem(path, error);
  }
};

/** Prepares what is needed of a file that was just opened, and closes it again if that fails. */
export const preparing = <A>(opened: OpenDatabase, prepare: (database: DatabaseSync) => A): A => {
  try {
    return prepare(opened.database);
  } catch (error) {
    opened.close();
    throw toOpeningProblem(opened.file, error);
  }
};

/**
 * Opens a file that another connection may be writing, to read it only.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openToRead = (path: string, format: FileFormat): DatabaseSync => {
  try {
    refuseOldSqlite(path);
    if (!existsSync(path)) {
      throw new StoreUnusable(
        path,
        `there is no ${format.name} here`,
        'Start the server once, which makes it',
      );
    }
    const file = canonical(path);
    refuseMissing(file, format);
    return connect(file, true, (database) => {
      database.exec(sharedPragmas);
      refuseForeign(file, format, database);
      refuseOtherTables(file, format, database);
    });
  } catch (error) {
    throw toOpeningProblem(path, error);
  }
};

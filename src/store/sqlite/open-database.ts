/**
 * Opens the SQLite files of the ledger and the vault, and refuses untrustworthy ones.
 *
 * A new file is completed under another name and then renamed, so an empty or incomplete file always means damage.
 * Only SQLite opens these files: closing a file descriptor of ours would release the locks that SQLite holds for
 * the process.
 */
import { existsSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time/instant.ts';
import { makePrivateDirectory, makePrivateFile } from '../private-files.ts';
import { syncFolder } from '../sync-folder.ts';
import {
  type FileFormat,
  refuseDamaged,
  refuseDamagedLog,
  refuseForeign,
  refuseMissing,
  refuseOldSqlite,
  refuseOtherTables,
  versionOf,
} from './file-checks.ts';
import { StoreUnusable, toOpeningProblem } from './store-problems.ts';
import { takeWriterLock } from './writer-lock.ts';

/** An open file with its writer's lock. */
export interface OpenDatabase {
  readonly file: string;
  readonly database: DatabaseSync;
  /** Checkpoints the write-ahead log, closes the file and releases the lock. Calling it again has no effect. */
  close(): void;
}

/** How long a statement waits for another connection, such as a backup or an SQLite shell. */
const busyWaitMs = 1_000;
/** The write-ahead log is checkpointed once it has this many pages of 4 KiB. */
const walPagesMax = 4_096;
/** After a burst, the file of the write-ahead log is truncated to this size. */
const walKeptBytesMax = 64 * 1_024 * 1_024;
/** Pages that a connection keeps in memory where its share is not given, in bytes. */
const pageCacheBytes = 8 * 1_024 * 1_024;

const sharedPragmas = `
  PRAGMA trusted_schema = OFF;
  PRAGMA cell_size_check = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA foreign_keys = ON;
`;

const cachePragma = (bytes: number): string => `PRAGMA cache_size = -${Math.ceil(bytes / 1_024)};`;

const writerPragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA wal_autocheckpoint = ${walPagesMax};
  PRAGMA journal_size_limit = ${walKeptBytesMax};
`;

/** Runs `act` in a transaction, which is rolled back if it throws. */
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

/** Resolves links, so that a file has one name and one lock. */
const canonical = (file: string): string => {
  const path = resolve(file);
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path));
};

const create = (file: string, format: FileFormat): void => {
  const draft = `${file}-draft`;
  for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true });
  makePrivateFile(draft);
  const database = new DatabaseSync(draft);
  try {
    database.exec((format.firstPragmas ?? '') + writerPragmas);
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

/** Runs `open` on a connection, and closes it again on failure. */
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

/** Upgrades a file of an earlier version in one atomic transaction. */
const upgrade = (file: string, format: FileFormat, database: DatabaseSync): void => {
  const version = versionOf(database);
  if (version === format.schemaVersion) return;
  transact(database, () => {
    for (const statements of format.upgrades?.slice(version - 1) ?? []) database.exec(statements ?? '');
    database.exec(`PRAGMA user_version = ${format.schemaVersion}`);
    refuseOtherTables(file, format, database);
  });
};

/**
 * Opens a file for writing, and creates it if there is none. A file of an earlier version is upgraded.
 *
 * @param cacheBytes the pages that the connection may keep in memory.
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openToWrite = (
  path: string,
  format: FileFormat,
  now: Instant,
  cacheBytes: number = pageCacheBytes,
): OpenDatabase => {
  try {
    refuseOldSqlite(path);
    makePrivateDirectory(dirname(resolve(path)));
    const file = canonical(path);
    const lock = takeWriterLock(file, now);
    try {
      refuseMissing(file, format);
      if (!existsSync(file)) create(file, format);
      connect(file, true, (database) => refuseForeign(file, format, database, true)).close();
      refuseDamagedLog(file, format);
      const database = connect(file, false, (opening) => {
        opening.exec(sharedPragmas + cachePragma(cacheBytes));
        upgrade(file, format, opening);
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

/** Prepares statements on a newly opened file, and closes it if that fails. */
export const preparing = <A>(opened: OpenDatabase, prepare: (database: DatabaseSync) => A): A => {
  try {
    return prepare(opened.database);
  } catch (error) {
    opened.close();
    throw toOpeningProblem(opened.file, error);
  }
};

/**
 * Opens a file read-only, while another connection may be writing it.
 *
 * @param cacheBytes the pages that the connection may keep in memory.
 * @param earlierToo whether a file of an earlier version that can be upgraded is accepted; it stays as it is.
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openToRead = (
  path: string,
  format: FileFormat,
  cacheBytes: number = pageCacheBytes,
  earlierToo = false,
): DatabaseSync => {
  try {
    refuseOldSqlite(path);
    if (!existsSync(path)) {
      throw new StoreUnusable(
        path,
        `there is no ${format.name} here`,
        'Start the server once, which creates it',
      );
    }
    const file = canonical(path);
    refuseMissing(file, format);
    return connect(file, true, (database) => {
      database.exec(sharedPragmas + cachePragma(cacheBytes));
      refuseForeign(file, format, database, earlierToo);
      refuseOtherTables(file, format, database);
    });
  } catch (error) {
    throw toOpeningProblem(path, error);
  }
};

/**
 * One writer for each file: a lock that names its holder, and that the operating system releases, even after
 * SIGKILL.
 *
 * The lock is an open transaction on a small SQLite file beside the locked one. It excludes other writers and lets
 * them read who holds it. It ends with the process, so there are no stale locks to clean up.
 */
import { hostname } from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import { makePrivateFile } from '../private-files.ts';
import { DamagedStore, isBusy, StoreLocked, toStoreProblem } from './store-problems.ts';

/** How long a process waits for the previous one to release the lock, as in a quick restart. */
const lockWaitMs = 250;

export interface WriterLock {
  /** Whether the previous holder released the lock; false after a crash. */
  readonly lastCloseWasClean: boolean;
  /** Releases the lock, and records whether the file was closed properly. */
  release(clean: boolean): void;
}

/** The lock file of a file. */
export const lockFileOf = (file: string): string => `${file}-lock`;

const schema = `CREATE TABLE IF NOT EXISTS holder (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  pid INTEGER NOT NULL,
  host TEXT NOT NULL,
  since INTEGER NOT NULL,
  released INTEGER NOT NULL
) STRICT`;

const holderOf = (lock: DatabaseSync): string => {
  try {
    const holder = lock.prepare('SELECT pid, host, since FROM holder').get();
    if (holder !== undefined) {
      return `process ${holder.pid} on ${holder.host} holds it since ${formatInstant(Number(holder.since))}`;
    }
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
  return 'another process is opening it';
};

const take = (lock: DatabaseSync, now: Instant): boolean => {
  lock.exec(schema);
  // Once its table exists, the file changes in place and needs no journal, and so no disk space.
  lock.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
  const before = lock.prepare('SELECT released FROM holder').get();
  lock
    .prepare('INSERT OR REPLACE INTO holder (one, pid, host, since, released) VALUES (1, ?, ?, ?, 0)')
    .run(process.pid, hostname(), now);
  lock.exec('COMMIT; BEGIN IMMEDIATE');
  return before === undefined || before.released === 1;
};

/**
 * Takes the writer's lock of a file.
 *
 * @throws StoreLocked, naming the process that holds it.
 */
export const takeWriterLock = (file: string, now: Instant): WriterLock => {
  const lockFile = lockFileOf(file);
  let lock: DatabaseSync | undefined;
  try {
    makePrivateFile(lockFile);
    lock = new DatabaseSync(lockFile, { timeout: lockWaitMs });
    const lastCloseWasClean = take(lock, now);
    const held = lock;
    return {
      lastCloseWasClean,
      release: (clean) => {
        try {
          held.exec(`UPDATE holder SET released = ${clean ? 1 : 0}; COMMIT`);
        } finally {
          held.close();
        }
      },
    };
  } catch (error) {
    try {
      if (lock === undefined || !isBusy(error)) throw error;
      throw new StoreLocked(
        file,
        `${holderOf(lock)}, and only one process at a time may write to it`,
        'Stop that process, or use its HTTP API instead of opening the file',
        error,
      );
    } catch (problem) {
      const translated = toStoreProblem(lockFile, problem);
      const lockIsBroken =
        translated instanceof Error && ['DamagedStore', 'ForeignFile'].includes(translated.name);
      if (!lockIsBroken) throw translated;
      throw new DamagedStore(
        lockFile,
        'this lock file is damaged',
        'Make sure that no process writes to the ledger, delete only the lock file, and start again',
        problem,
      );
    } finally {
      if (lock?.isOpen === true) lock.close();
    }
  }
};

/**
 * Copies all files of a ledger as of one moment, while a server writes them.
 *
 * A transaction reads each file as it was when the transaction began. The transactions begin one after another, in
 * an order that tolerates concurrent writes: the tree before the log, so that no checkpoint covers events that the
 * log lacks; the log before the vault, so that the vault knows everybody whom the log names. An erasure is recorded
 * in the log before it changes the vault. If the log got one meanwhile, the transactions begin again (R21).
 */
import { copyFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { ledgerSource } from '../../domain/recording/authority.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { makePrivateFile } from '../../store/private-files.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type BackupFault, backupFault } from './backup-format.ts';
import { isEmbedded, logFileOf, readToEnd, writeEmbedded } from './log-on-kurrentdb.ts';

/** How often the transactions may begin again because of an erasure, and the pause before each, in milliseconds. */
const beginningsMax = 100;
const beginAgainMs = 50;
/** How long to wait for a file that another connection locks, in milliseconds. */
const busyWaitMs = 10_000;
/** Pages copied before other work gets its turn. */
const pagesAtOnce = 1_024;
/** The vault is copied in one go: until then, nobody can be erased from it. */
const allPages = 2_147_483_647;

/** The copied files. */
export interface Cut {
  /** The names of the files in the staging directory. */
  readonly names: ReadonlyArray<string>;
  /** Events in the log; null if there is none. */
  readonly events: number | null;
}

/** Opens a file in a transaction that sees it as it is now. */
const asOfNow = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyWaitMs });
  try {
    database.exec('BEGIN');
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

const headOf = (log: DatabaseSync): number =>
  Number(log.prepare('SELECT coalesce(max(position), 0) AS head FROM event').get()?.head);

/** Whether the log has an erasure after a position. */
const erasedAfter = (logFile: string, position: number): boolean => {
  const log = openLogFile(logFile);
  try {
    return log.ofSource(ledgerSource, position, 1).length > 0;
  } finally {
    log.close();
  }
};

/** Open transactions on all files, as of one moment. */
interface Moment {
  readonly opened: ReadonlyMap<string, DatabaseSync>;
  readonly events: number | null;
}

const close = ({ opened }: Pick<Moment, 'opened'>): void => {
  for (const database of opened.values()) database.close();
};

const beginAll = (files: ReadonlyArray<string>, logFile: string): Moment => {
  const opened = new Map<string, DatabaseSync>();
  try {
    for (const file of files) if (existsSync(file)) opened.set(file, asOfNow(file));
    const log = opened.get(logFile);
    return { opened, events: log === undefined ? null : headOf(log) };
  } catch (error) {
    close({ opened });
    throw error;
  }
};

/** Copies a database as its transaction sees it. */
const copyAsOfThen = async (database: DatabaseSync, to: string, rate: number): Promise<void> => {
  makePrivateFile(to);
  await backup(database, to, { rate });
  database.exec('COMMIT');
};

/**
 * Copies the files of a ledger into an empty directory. The copy of the log is that of an embedded ledger, even if
 * the log is in KurrentDB.
 *
 * @throws errors of SQLite and the file system, such as a full disk; and, for a ledger on KurrentDB that no server
 * has open, errors of opening it.
 */
export const cutLedger = async (
  settings: Settings,
  staging: string,
  now: Instant,
): Promise<E.Either<BackupFault, Cut>> => {
  const files = filesIn(settings.dataDirectory);
  const log = logFileOf(settings);
  if (!isEmbedded(settings)) await readToEnd(settings);
  for (let beginning = 1; ; beginning++) {
    const moment = beginAll([files.tree, log, files.vault, files.reads], log);
    try {
      const { opened, events } = moment;
      if (events !== null && erasedAfter(log, events)) {
        if (beginning === beginningsMax) {
          return backupFault(
            `people are being erased without a pause: the backup found no moment between two erasures in ${beginningsMax} attempts`,
            'Make the backup again when the erasures are done',
          );
        }
        await wait(beginAgainMs);
        continue;
      }
      const names: string[] = [];
      for (const file of [files.vault, files.tree, log, files.reads]) {
        const database = opened.get(file);
        if (database === undefined) continue;
        const name = basename(file === log ? files.log : file);
        if (file === log && log !== files.log) {
          const written = await writeEmbedded(log, join(staging, name), events!, now);
          if (E.isLeft(written)) return written;
        } else
          await copyAsOfThen(database, join(staging, name), file === files.vault ? allPages : pagesAtOnce);
        names.push(name);
      }
      for (const [name, file] of [
        ['keys.json', files.keys],
        ['keys-required', files.keysRequired],
        ['signing-keys.json', settings.signingKeyFile ?? files.signingKeys],
      ] as const) {
        if (!existsSync(file)) continue;
        makePrivateFile(join(staging, name));
        copyFileSync(file, join(staging, name));
        names.push(name);
      }
      return E.right({ names, events });
    } finally {
      close(moment);
    }
  }
};

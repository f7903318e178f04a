/**
 * Opens two stores and copies the log of one into the other.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import {
  type Copied,
  type CopiedEvent,
  type CopyOptions,
  type CopyProblem,
  type CopyTarget,
  copyLog,
} from '../copy.ts';
import { type AppendError, type Appended, origin } from '../event-store.ts';
import { processEnvironment } from '../kurrentdb/environment.ts';
import { type BatchWriter, batchWriter } from '../sqlite/batch-writer.ts';
import { ledgerFormat } from '../sqlite/ledger-format.ts';
import { ledgerQueries } from '../sqlite/log-reader.ts';
import { openToWrite } from '../sqlite/open-database.ts';
import { StoreFull, toStoreProblem } from '../sqlite/store-problems.ts';
import { openLogFile } from './open-log-file.ts';
import {
  embeddedLogFile,
  type OpenStoreOptions,
  openKurrentDb,
  openStore,
  type StoreSettings,
} from './open-store.ts';
import { storeSettingOf } from './store-setting.ts';

export interface OpenTarget extends CopyTarget {
  close(): Promise<void>;
}

/** Adds all events with their original times, or none. */
const addInTransaction = (
  database: DatabaseSync,
  writer: BatchWriter,
  events: ReadonlyArray<CopiedEvent>,
): E.Either<AppendError, Appended> => {
  let sum: Appended = { recorded: 0, duplicates: 0, position: origin };
  database.exec('BEGIN IMMEDIATE');
  try {
    writer.findEnd();
    for (const event of events) {
      const outcome = writer.write([event], event.recordedAt);
      if (E.isLeft(outcome)) {
        database.exec('ROLLBACK');
        return outcome;
      }
      sum = {
        recorded: sum.recorded + outcome.right.recorded,
        duplicates: sum.duplicates + outcome.right.duplicates,
        position: Math.max(sum.position, outcome.right.position),
      };
    }
    database.exec('COMMIT');
    return E.right(sum);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
};

/** Opens an embedded ledger for events with their original times of recording. */
export const openEmbeddedTarget = (file: string, now: number): OpenTarget => {
  const { database, close } = openToWrite(file, ledgerFormat, now);
  const queries = ledgerQueries(database, file);
  const writer = batchWriter(database);
  return {
    after: queries.after,
    head: async () => queries.head(),
    add: async (events) => {
      try {
        return addInTransaction(database, writer, events);
      } catch (error) {
        const problem = toStoreProblem(file, error);
        if (problem instanceof StoreFull) return E.left({ kind: 'full' });
        throw problem;
      }
    },
    close: async () => close(),
  };
};

const openTarget = async (
  { store, dataDirectory }: StoreSettings,
  options: OpenStoreOptions,
): Promise<OpenTarget> => {
  const setting = storeSettingOf(store);
  if (setting.kind === 'sqlite') {
    const { now } = options.environment ?? processEnvironment();
    return openEmbeddedTarget(embeddedLogFile(dataDirectory), now());
  }
  const opened = await openKurrentDb(setting.settings, dataDirectory, options);
  const reader = openLogFile(opened.logFile);
  return {
    after: reader.after,
    head: opened.store.head,
    add: opened.store.appendCopies,
    close: async () => {
      reader.close();
      await opened.store.close();
    },
  };
};

/**
 * Copies the log of one ledger into another store, or resumes an earlier copy.
 *
 * @throws errors of opening either store.
 */
export const copyBetween = async (
  from: StoreSettings,
  to: StoreSettings,
  copying: CopyOptions,
  options: OpenStoreOptions = {},
): Promise<E.Either<CopyProblem, Copied>> => {
  const source = await openStore(from, options);
  const reader = openLogFile(source.logFile);
  try {
    const target = await openTarget(to, options);
    try {
      return await copyLog({ after: reader.after, head: source.store.head }, target, copying);
    } finally {
      await target.close();
    }
  } finally {
    reader.close();
    await source.store.close();
  }
};

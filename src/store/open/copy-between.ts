/**
 * The stores between which a ledger is copied, opened for that.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Copied, type CopyOptions, type CopyProblem, type CopyTarget, copyLog } from '../copy.ts';
import { type AppendError, type Appended, origin } from '../event-store.ts';
import { processEnvironment } from '../kurrentdb/environment.ts';
import { replicaFileOf } from '../kurrentdb/replica-format.ts';
import { WrongStoreSetting } from '../kurrentdb/settings.ts';
import { batchWriter } from '../sqlite/batch-writer.ts';
import { ledgerFormat } from '../sqlite/ledger-format.ts';
import { ledgerQueries } from '../sqlite/log-reader.ts';
import { openToWrite } from '../sqlite/open-database.ts';
import { StoreFull, toStoreProblem } from '../sqlite/store-problems.ts';
import { openLogFile } from './open-log-file.ts';
import {
  embeddedLogFile,
  type OpenStoreOptions,
  openStore,
  readStoreSetting,
  type StoreSettings,
} from './open-store.ts';

interface OpenTarget extends CopyTarget {
  close(): Promise<void>;
}

/** An embedded ledger that takes events with their times: each is written at its own. */
const openEmbeddedTarget = (file: string, now: number): OpenTarget => {
  const { database, close } = openToWrite(file, ledgerFormat, now);
  const queries = ledgerQueries(database, file);
  const writer = batchWriter(database);
  return {
    after: queries.after,
    head: async () => queries.head(),
    add: async (events) => {
      try {
        database.exec('BEGIN IMMEDIATE');
        writer.findEnd();
        let sum: Appended = { recorded: 0, duplicates: 0, position: origin };
        let refusal: AppendError | undefined;
        for (const event of events) {
          const outcome = writer.write([event], event.recordedAt);
          if (E.isLeft(outcome)) {
            refusal = outcome.left;
            break;
          }
          sum = {
            recorded: sum.recorded + outcome.right.recorded,
            duplicates: sum.duplicates + outcome.right.duplicates,
            position: Math.max(sum.position, outcome.right.position),
          };
        }
        database.exec(refusal === undefined ? 'COMMIT' : 'ROLLBACK');
        return refusal === undefined ? E.right(sum) : E.left(refusal);
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        const problem = toStoreProblem(file, error);
        if (problem instanceof StoreFull) return E.left({ kind: 'full' });
        throw problem;
      }
    },
    close: async () => close(),
  };
};

const openTarget = async (settings: StoreSettings, options: OpenStoreOptions): Promise<OpenTarget> => {
  const setting = readStoreSetting(settings.store);
  if (E.isLeft(setting)) throw new WrongStoreSetting(setting.left);
  const environment = options.environment ?? processEnvironment(options.notify);
  if (setting.right.kind === 'sqlite') {
    return openEmbeddedTarget(embeddedLogFile(settings.dataDirectory), environment.now());
  }
  const { openKurrentDbEventStore } = await import('../kurrentdb/kurrentdb-event-store.ts');
  const store = await openKurrentDbEventStore({
    settings: setting.right.settings,
    directory: settings.dataDirectory,
    environment,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const reader = openLogFile(replicaFileOf(settings.dataDirectory, setting.right.settings.ledger));
  return {
    after: reader.after,
    head: store.head,
    add: store.appendCopies,
    close: async () => {
      reader.close();
      await store.close();
    },
  };
};

/**
 * Copies the log of one ledger into another store, or goes on where an earlier copy ended.
 *
 * @throws what opening either store throws.
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

/**
 * Opens the event store that the settings name: the embedded one, or KurrentDB.
 */
import { join } from 'node:path';
import type { EventStore } from '../event-store.ts';
import { type Environment, type Notice, processEnvironment } from '../kurrentdb/environment.ts';
import type { KurrentDbEventStore } from '../kurrentdb/kurrentdb-event-store.ts';
import type { Limits } from '../kurrentdb/limits.ts';
import { replicaFileOf } from '../kurrentdb/replica-format.ts';
import type { KurrentDbSettings } from '../kurrentdb/settings.ts';
import { makePrivateDirectory } from '../private-files.ts';
import { openThreadedEventStore } from '../sqlite/threaded-event-store.ts';
import { storeSettingOf } from './store-setting.ts';

/** The store to open, and the directory of the ledger's files. */
export interface StoreSettings {
  /** `sqlite:DIR`, or a connection string such as `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** The directory of the log or its replica. */
  readonly dataDirectory: string;
}

/** An open store, and the file in which any thread can read its log. */
export interface OpenedStore {
  readonly store: EventStore;
  readonly logFile: string;
  /**
   * Calls back when another process has recorded events. Call the returned function to stop. The embedded store
   * never calls back, since it has one writer.
   */
  readonly onGrown: (listener: () => void) => () => void;
  /**
   * Records in the log which vault belongs to it, if several processes share a log: see `kurrentdb/vault-claim.ts`.
   */
  readonly claimVault?: KurrentDbEventStore['claimVault'];
}

export interface OpenStoreOptions {
  /** Receives notices for operators. */
  readonly notify?: (notice: Notice) => void;
  readonly environment?: Environment;
  readonly limits?: Partial<Limits>;
  /** The pages of an embedded log that its writer may keep in memory, in bytes. */
  readonly writerCacheBytes?: number;
}

/** The log of an embedded ledger, in its directory. */
export const embeddedLogFile = (directory: string): string => join(directory, 'log.sqlite');

/** Opens KurrentDB, with the replica of its log in a directory. */
export const openKurrentDb = async (
  settings: KurrentDbSettings,
  directory: string,
  { notify, environment = processEnvironment(notify), limits = {} }: OpenStoreOptions,
): Promise<{ readonly store: KurrentDbEventStore; readonly logFile: string }> => {
  // Embedded ledgers start faster without loading the client.
  const { openKurrentDbEventStore } = await import('../kurrentdb/kurrentdb-event-store.ts');
  const store = await openKurrentDbEventStore({ settings, directory, environment, limits });
  return { store, logFile: replicaFileOf(directory, settings.ledger) };
};

/**
 * Opens the store that the settings name, and creates an embedded one if there is none.
 *
 * @throws WrongStoreSetting; a StoreProblem about a file; ServerUnreachable or a LogProblem about KurrentDB. Each
 * message says what is wrong, where, and what to do.
 */
export const openStore = async (
  { store: named, dataDirectory }: StoreSettings,
  options: OpenStoreOptions = {},
): Promise<OpenedStore> => {
  const setting = storeSettingOf(named);
  makePrivateDirectory(dataDirectory);
  if (setting.kind === 'sqlite') {
    const logFile = embeddedLogFile(dataDirectory);
    const store = await openThreadedEventStore(logFile, { cacheBytes: options.writerCacheBytes });
    return { store, logFile, onGrown: () => () => undefined };
  }
  const opened = await openKurrentDb(setting.settings, dataDirectory, options);
  return { ...opened, onGrown: opened.store.onGrown, claimVault: opened.store.claimVault };
};

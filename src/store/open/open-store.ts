/**
 * Opens the event store that the settings name: the embedded one, or KurrentDB.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { EventStore } from '../event-store.ts';
import { type Environment, type Notice, processEnvironment } from '../kurrentdb/environment.ts';
import { replicaFileOf } from '../kurrentdb/replica-format.ts';
import {
  type KurrentDbSettings,
  type Limits,
  parseSettings,
  WrongStoreSetting,
} from '../kurrentdb/settings.ts';
import { openThreadedEventStore } from '../sqlite/threaded-event-store.ts';

/** Which store, and where the ledger's own files are. */
export interface StoreSettings {
  /** `sqlite:DIR`, or a connection string such as `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** Where the log, or the replica of it, is on this machine. */
  readonly dataDirectory: string;
}

/** A store, and the file in which its log can be read at once, in any thread. */
export interface OpenedStore {
  readonly store: EventStore;
  readonly logFile: string;
  /**
   * Calls back when somebody else recorded something, until the returned function is called. The embedded store has
   * one writer, whose appends need no telling.
   */
  readonly onGrown: (listener: () => void) => () => void;
}

export interface OpenStoreOptions {
  /** Is told what an operator may want to know. */
  readonly notify?: (notice: Notice) => void;
  readonly environment?: Environment;
  readonly limits?: Partial<Limits>;
}

/** A setting, read: the directory of an embedded ledger, or where KurrentDB is. */
export type ReadStoreSetting =
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'kurrentdb'; readonly settings: KurrentDbSettings };

/** Reads the setting of the store; on the left, what would be right. */
export const readStoreSetting = (store: string): E.Either<string, ReadStoreSetting> => {
  const text = store.trim();
  if (text.startsWith('sqlite:')) {
    const directory = text.slice('sqlite:'.length);
    return directory === '' ? E.left('sqlite: takes a directory') : E.right({ kind: 'sqlite', directory });
  }
  if (!text.includes('://')) return E.left('expected sqlite:DIR, esdb://… or esdb+discover://…');
  return E.map((settings: KurrentDbSettings): ReadStoreSetting => ({ kind: 'kurrentdb', settings }))(
    parseSettings(text),
  );
};

/** The log of an embedded ledger, in its directory. */
export const embeddedLogFile = (directory: string): string => join(directory, 'log.sqlite');

/**
 * Opens the store that the settings name, and makes an embedded one if there is none.
 *
 * @throws WrongStoreSetting; a StoreProblem about a file; ServerUnreachable or AnotherLog about KurrentDB. Each says
 * what is wrong, where, and what to do.
 */
export const openStore = async (
  { store, dataDirectory }: StoreSettings,
  options: OpenStoreOptions = {},
): Promise<OpenedStore> => {
  const setting = readStoreSetting(store);
  if (E.isLeft(setting)) throw new WrongStoreSetting(setting.left);
  const environment = options.environment ?? processEnvironment(options.notify);
  mkdirSync(dataDirectory, { recursive: true });
  if (setting.right.kind === 'sqlite') {
    const logFile = embeddedLogFile(dataDirectory);
    return {
      store: await openThreadedEventStore(logFile),
      logFile,
      onGrown: () => () => undefined,
    };
  }
  const { settings } = setting.right;
  // Who has the log in a file of their own need not load the client.
  const { openKurrentDbEventStore } = await import('../kurrentdb/kurrentdb-event-store.ts');
  const opened = await openKurrentDbEventStore({
    settings,
    directory: dataDirectory,
    environment,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  return {
    store: opened,
    logFile: replicaFileOf(dataDirectory, settings.ledger),
    onGrown: opened.onGrown,
  };
};

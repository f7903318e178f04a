/**
 * Opening a ledger: the store, the vault, the serving projections and the thread that keeps them at the head.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../api/ledger.ts';
import { Generations } from '../projections/generations.ts';
import { openLogReader } from '../store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../store/sqlite/sqlite-event-store.ts';
import { openSqliteVault } from '../vault/sqlite-vault.ts';
import type { Settings } from './settings.ts';

/** The files of an embedded ledger in its directory. */
export const filesIn = (directory: string) => ({
  log: join(directory, 'log.sqlite'),
  vault: join(directory, 'vault.sqlite'),
  projections: join(directory, 'projections'),
});

const now = (): number => Date.now();

/**
 * Opens the ledger that the settings name, and makes it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openLedger = (settings: Settings): Ledger => {
  mkdirSync(settings.dataDirectory, { recursive: true });
  const files = filesIn(settings.dataDirectory);
  const store = openSqliteEventStore(files.log, { now });
  const vault = openSqliteVault(files.vault, { now, random: randomBytes });
  const log = openLogReader(files.log);
  const generations = new Generations(files.projections);
  return new Ledger({ store, log, logFile: files.log, vault, generations, now, waitMs: settings.waitMs });
};

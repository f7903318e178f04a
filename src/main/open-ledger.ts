/**
 * Opening a ledger: the store, the vault, the serving projections and the thread that keeps them at the head.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Ledger } from '../api/ledger.ts';
import { Generations } from '../projections/generations.ts';
import type { Notice } from '../store/kurrentdb/environment.ts';
import { openLogFile } from '../store/open-log-file.ts';
import { openStore } from '../store/open-store.ts';
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
 * @param notify is told what an operator may want to know.
 * @throws what `openStore` throws, or a StoreProblem about the vault: each says what is wrong, where, and what to do.
 */
export const openLedger = async (settings: Settings, notify?: (notice: Notice) => void): Promise<Ledger> => {
  const { store, logFile, onGrown } = await openStore(settings, notify === undefined ? {} : { notify });
  const files = filesIn(settings.dataDirectory);
  try {
    const vault = openSqliteVault(files.vault, { now, random: randomBytes });
    const log = openLogFile(logFile);
    const generations = new Generations(files.projections);
    const ledger = new Ledger({ store, log, logFile, vault, generations, now, waitMs: settings.waitMs });
    onGrown(() => ledger.grown());
    return ledger;
  } catch (error) {
    await store.close();
    throw error;
  }
};

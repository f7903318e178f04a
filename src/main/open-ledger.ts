/**
 * Opening a ledger: the store, the vault, the serving projections and the thread that keeps them at the head.
 */
import { randomBytes } from 'node:crypto';
import { Keys } from '../access/keys.ts';
import { ReadLog } from '../access/read-log.ts';
import { Ledger } from '../api/ledger.ts';
import { Generations } from '../projections/generations.ts';
import type { Notice } from '../store/kurrentdb/environment.ts';
import { openLogFile } from '../store/open-log-file.ts';
import { openStore } from '../store/open-store.ts';
import { openSqliteVault } from '../vault/sqlite-vault.ts';
import { filesIn } from './files.ts';
import type { Settings } from './settings.ts';

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
    const keys = new Keys(files.keys);
    const reads = new ReadLog(files.reads);
    const ledger = new Ledger({
      store,
      log,
      logFile,
      vault,
      generations,
      keys,
      reads,
      now,
      waitMs: settings.waitMs,
    });
    onGrown(() => ledger.grown());
    return ledger;
  } catch (error) {
    await store.close();
    throw error;
  }
};

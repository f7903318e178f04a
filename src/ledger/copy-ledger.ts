/**
 * Moving a whole ledger from one store to another: the log, verified, and the vault beside it.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Copied, CopyProblem, CopyProgress } from '../store/copy.ts';
import { copyBetween } from '../store/open/copy-between.ts';
import { makePrivateFile } from '../store/private-files.ts';
import { filesIn } from './files.ts';
import type { Settings } from './settings.ts';

/**
 * Copies the vault if the copy has none yet: without it, nobody knows who is behind a pseudonym.
 *
 * An existing vault is left alone, so copying again brings back nobody who was erased from it.
 */
const copyVault = async (from: string, to: string): Promise<void> => {
  if (from === to || existsSync(to) || !existsSync(from)) return;
  const vault = new DatabaseSync(from, { readOnly: true });
  try {
    // Copied page by page, so that the checks of the file hold for the copy too.
    const draft = `${to}-draft`;
    rmSync(draft, { force: true });
    makePrivateFile(draft);
    await backup(vault, draft);
    renameSync(draft, to);
  } finally {
    vault.close();
  }
};

/**
 * Copies a ledger, or continues where an earlier copy ended. Nothing should be recorded in either meanwhile.
 *
 * @throws what opening either store throws.
 */
export const copyLedger = async (
  from: Settings,
  to: Settings,
  onProgress: (progress: CopyProgress) => void,
): Promise<E.Either<CopyProblem, Copied>> => {
  const copied = await copyBetween(from, to, { onProgress, sleep: (ms) => wait(ms) });
  if (E.isRight(copied)) await copyVault(filesIn(from.dataDirectory).vault, filesIn(to.dataDirectory).vault);
  return copied;
};

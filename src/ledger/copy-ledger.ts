/**
 * Moving a whole ledger from one store to another: the log, verified, and the vault beside it.
 */
import { existsSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Copied, CopyProblem, CopyProgress } from '../store/copy.ts';
import { copyBetween } from '../store/open/copy-between.ts';
import { filesIn } from './files.ts';
import type { Settings } from './settings.ts';

/**
 * Copies the vault where the copy has none yet: without it, nobody behind a pseudonym is known.
 *
 * A vault that is there is left alone; copying again after people were erased brings none of them back.
 */
const copyVault = async (from: string, to: string): Promise<void> => {
  if (from === to || existsSync(to) || !existsSync(from)) return;
  const vault = new DatabaseSync(from, { readOnly: true });
  try {
    // Page by page: the copy is the same file, down to what its checks look at.
    await backup(vault, to);
  } finally {
    vault.close();
  }
};

/**
 * Copies a ledger, or goes on where an earlier copy ended. Nothing should be recorded in either meanwhile.
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

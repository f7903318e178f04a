/** Copies a whole ledger from one store to another: the verified log, the vault, and the files beside them. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type { Copied, CopyProblem, CopyProgress } from '../store/copy.ts';
import { copyBetween } from '../store/open/copy-between.ts';
import { makePrivateFile } from '../store/private-files.ts';
import { filesIn } from './files.ts';
import type { Settings } from './settings.ts';

/** Copies a database unless the target exists. @returns whether it was copied. */
const copyDatabase = async (from: string, to: string): Promise<boolean> => {
  if (from === to || existsSync(to) || !existsSync(from)) return false;
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    // Copied page by page, so that the checksums of the file also hold for the copy.
    const draft = `${to}-draft`;
    rmSync(draft, { force: true });
    makePrivateFile(draft);
    await backup(database, draft);
    renameSync(draft, to);
    return true;
  } finally {
    database.close();
  }
};

const copyFile = (from: string, to: string): boolean => {
  if (from === to || existsSync(to) || !existsSync(from)) return false;
  makePrivateFile(to);
  copyFileSync(from, to);
  return true;
};

/** The files that were copied besides the log. */
export interface CopiedBeside {
  readonly copied: ReadonlyArray<string>;
  /** Files of the source that the copy lacks. */
  readonly leftOut: ReadonlyArray<string>;
}

/**
 * Copies the vault if the copy has none yet: without it, nobody knows who is behind a pseudonym. An existing vault
 * is left alone, so copying again brings back nobody who was erased from it.
 *
 * @param all whether to copy also the keys, the reads, and the signed tree with its signing keys.
 */
const copyBeside = async (from: Settings, to: Settings, all: boolean): Promise<CopiedBeside> => {
  const [source, target] = [filesIn(from.dataDirectory), filesIn(to.dataDirectory)];
  const copied: string[] = [];
  const leftOut: string[] = [];
  const take = async (what: string, pairs: ReadonlyArray<readonly [string, string]>, isTaken: boolean) => {
    for (const [one, other] of pairs) {
      if (one === other || !existsSync(one)) continue;
      const isDatabase = one.endsWith('.sqlite');
      const done = isTaken && (isDatabase ? await copyDatabase(one, other) : copyFile(one, other));
      (done ? copied : leftOut).push(what);
    }
  };
  await take('the vault', [[source.vault, target.vault]], true);
  await take('the keys of callers', [[source.keys, target.keys]], all);
  if (all) copyFile(source.keysRequired, target.keysRequired);
  await take('who asked about whom', [[source.reads, target.reads]], all);
  await take('the signed tree', [[source.tree, target.tree]], all);
  await take(
    'the keys that sign it',
    [[from.signingKeyFile ?? source.signingKeys, to.signingKeyFile ?? target.signingKeys]],
    all,
  );
  return { copied, leftOut };
};

/**
 * Copies a ledger, or continues an earlier copy. Nothing should be recorded in either ledger meanwhile.
 *
 * @param all whether to copy more than the log and the vault.
 * @throws errors of opening either store.
 */
export const copyLedger = async (
  from: Settings,
  to: Settings,
  all: boolean,
  onProgress: (progress: CopyProgress) => void,
): Promise<E.Either<CopyProblem, Copied & CopiedBeside>> => {
  const copied = await copyBetween(from, to, { onProgress, sleep: (ms) => wait(ms) });
  return E.isLeft(copied) ? copied : E.right({ ...copied.right, ...(await copyBeside(from, to, all)) });
};

/**
 * Verifies a whole ledger (V13): every stored byte against the tree, the tree against the checkpoints ever signed, the
 * projections against a rebuild, the vault against the log.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { signingKeys } from '../../integrity/signing-keys.ts';
import { openTreeToRead } from '../../integrity/tree-file.ts';
import { embeddedVault } from '../../people/vault/embedded-vault.ts';
import { openSqliteVault } from '../../people/vault/sqlite-vault.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { type Check, failed, problemCheck, warning } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { checkLog } from './verify-log.ts';
import { checkProjections } from './verify-projections.ts';
import { checkCheckpoints, checkTiles } from './verify-tree.ts';
import { checkVault } from './verify-vault.ts';

/** Told what is checked, and up to which of the events. */
export type OnVerified = (what: string, done: number, of: number) => void;

/** Runs a check to its end. */
const runCheck = (
  name: string,
  file: string,
  steps: Generator<number, Check>,
  onStep: (done: number) => void,
): Check => {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      onStep(value);
    }
  } catch (error) {
    if (error instanceof StoreProblem) return problemCheck(name, file, error);
    return failed(
      name,
      `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      'Restore it from a copy that verifies',
    );
  }
};

const vaultCheck = async (
  log: LogReader,
  file: string,
  now: () => Instant,
  onProgress: (position: number) => void,
): Promise<Check> => {
  if (!existsSync(file))
    return failed('vault', 'it is missing: nobody is known by name', 'Restore the latest vault');
  try {
    const vault = embeddedVault(openSqliteVault(file, { now, random: randomBytes }), log.head());
    try {
      return await checkVault(log, vault, onProgress);
    } finally {
      await vault.close();
    }
  } catch (error) {
    return error instanceof StoreProblem && error._tag === 'StoreLocked'
      ? warning(
          'vault',
          'a server has it open, so that it was not compared',
          'Stop the server and verify again to compare the vault as well',
        )
      : problemCheck('vault', file, error);
  }
};

/**
 * Verifies the embedded ledger in a directory. It may run beside a server, which keeps the vault to itself.
 *
 * @throws a StoreProblem where the log cannot be opened at all.
 */
export const verifyLedger = async (
  { dataDirectory, origin, signingKeyFile, vault }: Settings,
  now: () => Instant,
  onProgress: OnVerified,
): Promise<ReadonlyArray<Check>> => {
  const files = filesIn(dataDirectory);
  const log = openLogFile(files.log);
  try {
    const head = log.head();
    const checks: Check[] = [];
    const step = (what: string) => (done: number) => onProgress(what, done, head);
    if (!existsSync(files.tree)) {
      checks.push(warning('log', 'it is not hashed yet', 'Start the server, which hashes and signs it'));
    } else {
      const tree = openTreeToRead(files.tree);
      try {
        checks.push(runCheck('log', files.log, checkLog(log, tree), step('events compared with the tree')));
        checks.push(runCheck('tree', files.tree, checkTiles(tree), step('leaves hashed')));
        const keyFile = signingKeyFile ?? files.signingKeys;
        const keys = existsSync(keyFile)
          ? signingKeys(keyFile, origin, () => 0)
          : E.left(`${keyFile}: the signing keys are missing. Restore them from a copy`);
        checks.push(
          E.isLeft(keys)
            ? failed('checkpoints', keys.left, 'The signatures cannot be verified without the keys')
            : runCheck(
                'checkpoints',
                files.tree,
                // biome-ignore lint/correctness/useYield: a check that is quick has no steps to tell
                (function* () {
                  return checkCheckpoints(tree, origin, [...keys.right.verifiers, ...keys.right.retired]);
                })(),
                () => {},
              ),
        );
      } finally {
        tree.close();
      }
    }
    const projections = checkProjections(log, files.projections, now());
    checks.push(runCheck('projections', files.projections, projections, step('events applied anew')));
    if (vault === undefined) {
      checks.push(await vaultCheck(log, files.vault, now, step('events compared with the vault')));
    }
    return checks;
  } finally {
    log.close();
  }
};

/**
 * Verifies a whole ledger (V13): every stored byte against the tree, the tree against all signed and cosigned
 * checkpoints, the sealed index and the projections against rebuilt ones, the vault against the log.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { signingKeys } from '../../integrity/signing-keys.ts';
import type { TlogPolicy } from '../../integrity/tlog-policy.ts';
import { openTreeToRead, type TreeReader } from '../../integrity/tree-file.ts';
import { embeddedVault } from '../../people/vault/embedded-vault.ts';
import { openSqliteVault } from '../../people/vault/sqlite-vault.ts';
import { indexKeysOf, indexOriginOf } from '../../sealed-index/index-origin.ts';
import { openIndexToRead } from '../../sealed-index/index-reader.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { type Check, failed, ok, problemCheck, warning } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { readWitnesses } from '../witnessing/witnesses-file.ts';
import { type CosignedLog, checkCosignatures } from './verify-cosignatures.ts';
import { checkIndex } from './verify-index.ts';
import { checkLog } from './verify-log.ts';
import { checkProjections } from './verify-projections.ts';
import { checkCheckpoints, checkTiles } from './verify-tree.ts';
import { checkVault } from './verify-vault.ts';

/** Called with the name of the check, the events checked, and their total. */
export type OnVerified = (what: string, done: number, of: number) => void;

/** The result of a check that could not be made. */
const unreadable = (name: string, file: string, error: unknown): Check =>
  error instanceof StoreProblem
    ? problemCheck(name, file, error)
    : failed(
        name,
        `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        'Restore it from a copy that passes domicile verify',
      );

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
    return unreadable(name, file, error);
  }
};

const vaultCheck = async (
  log: LogReader,
  file: string,
  now: () => Instant,
  onProgress: (position: number) => void,
): Promise<Check> => {
  if (!existsSync(file))
    return failed('vault', 'it is missing: nobody can be identified', 'Restore the latest vault');
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
          'a server has it open, so it was not compared',
          'Stop the server and verify again to compare the vault too',
        )
      : problemCheck('vault', file, error);
  }
};

/** A quick check has no steps to report. */
const runAtOnce = (name: string, file: string, check: () => Check): Check =>
  runCheck(
    name,
    file,
    // biome-ignore lint/correctness/useYield: see above
    (function* () {
      return check();
    })(),
    () => {},
  );

/** The witness policy for verifying cosignatures, or what is wrong with its file. */
const witnessPolicy = (file: string | undefined): E.Either<Check, TlogPolicy | undefined> => {
  try {
    return E.right(file === undefined ? undefined : readWitnesses(file).policy);
  } catch (error) {
    return E.left(problemCheck('cosignatures', file ?? '', error));
  }
};

/** Checks a stored tree and its signed checkpoints. */
const treeChecks = async (
  log: LogReader,
  { dataDirectory, origin, signingKeyFile, witnessesFile }: Settings,
  step: (what: string) => (done: number) => void,
): Promise<ReadonlyArray<Check>> => {
  const files = filesIn(dataDirectory);
  if (!existsSync(files.tree))
    return [warning('log', 'it is not hashed yet', 'Start the server, which hashes and signs it')];
  const keyFile = signingKeyFile ?? files.signingKeys;
  const keys = existsSync(keyFile)
    ? signingKeys(keyFile, origin, () => 0)
    : E.left(`${keyFile}: the signing keys are missing. Restore them from a copy`);
  const own = E.isLeft(keys) ? keys : E.right([...keys.right.verifiers, ...keys.right.retired]);
  const checkpointsOf = (tree: TreeReader, file: string, name: string, signedAs: string): Check =>
    E.isLeft(own)
      ? failed(name, own.left, 'The signatures cannot be verified without the keys')
      : runAtOnce(name, file, () =>
          checkCheckpoints(tree, signedAs, signedAs === origin ? own.right : indexKeysOf(own.right), name),
        );
  const policy = witnessPolicy(witnessesFile);
  const cosignaturesOf = (
    tree: TreeReader,
    file: string,
    name: string,
    leaves: CosignedLog['leaves'],
  ): ReadonlyArray<Check> => {
    if (E.isLeft(policy)) return [];
    let cosigned: Check | undefined;
    const found = runAtOnce(name, file, () => {
      cosigned = checkCosignatures({ name, leaves, file: basename(file) }, tree, policy.right);
      return cosigned ?? ok(name, 'none');
    });
    return cosigned !== undefined || found.state === 'failed' ? [found] : [];
  };
  const checks: Check[] = [];
  const tree = openTreeToRead(files.tree);
  try {
    const given = { log, tree, files: { logFile: files.log, treeFile: files.tree } };
    checks.push(
      await checkLog(given, step('events compared with the tree')).catch((error: unknown) =>
        unreadable('log', files.log, error),
      ),
    );
    checks.push(runCheck('tree', files.tree, checkTiles(tree), step('leaves hashed')));
    checks.push(checkpointsOf(tree, files.tree, 'checkpoints', origin));
    if (E.isLeft(policy)) checks.push(policy.left);
    checks.push(...cosignaturesOf(tree, files.tree, 'cosignatures', 'events'));
  } finally {
    tree.close();
  }
  if (!existsSync(files.index) || !existsSync(files.indexTree)) return checks;
  const opened: { close(): void }[] = [];
  try {
    const index = openIndexToRead(files.index);
    opened.push(index);
    const indexTree = openTreeToRead(files.indexTree);
    opened.push(indexTree);
    checks.push(
      runCheck('index', files.index, checkIndex(log, index, indexTree), step('events sealed again')),
      runCheck('index tree', files.indexTree, checkTiles(indexTree, 'index tree'), () => {}),
      checkpointsOf(indexTree, files.indexTree, 'index checkpoints', indexOriginOf(origin)),
      ...cosignaturesOf(indexTree, files.indexTree, 'index cosignatures', 'stretches'),
    );
  } catch (error) {
    // Everything else can be checked without the index.
    checks.push(problemCheck('index', files.index, error));
  } finally {
    for (const file of opened) file.close();
  }
  return checks;
};

/**
 * Verifies the embedded ledger in a directory. A server may run at the same time; it then keeps the vault locked.
 *
 * @throws a StoreProblem if the log cannot be opened at all.
 */
export const verifyLedger = async (
  settings: Settings,
  now: () => Instant,
  onProgress: OnVerified,
): Promise<ReadonlyArray<Check>> => {
  const files = filesIn(settings.dataDirectory);
  const log = openLogFile(files.log);
  try {
    const head = log.head();
    const step = (what: string) => (done: number) => onProgress(what, done, head);
    const checks: Check[] = [...(await treeChecks(log, settings, step))];
    const projections = checkProjections(log, files.projections, now());
    checks.push(runCheck('projections', files.projections, projections, step('events applied again')));
    if (settings.vault === undefined) {
      checks.push(await vaultCheck(log, files.vault, now, step('events compared with the vault')));
    }
    return checks;
  } finally {
    log.close();
  }
};

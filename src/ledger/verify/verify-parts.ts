/**
 * The parts of a verification that need nothing of each other (V13), so that they can run side by side: the sealed
 * index, the projections and the vault.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import { openTreeToRead } from '../../integrity/tree-file.ts';
import { indexKeysOf, indexOriginOf } from '../../sealed-index/index-origin.ts';
import { openIndexToRead } from '../../sealed-index/index-reader.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { type Check, failed, problemCheck } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import { runCheck } from './run-check.ts';
import { checkIndex } from './verify-index.ts';
import { checkProjections } from './verify-projections.ts';
import {
  checkpointsCheck,
  cosignatureChecks,
  ownKeys,
  type SigningSettings,
  witnessPolicy,
} from './verify-signatures.ts';
import { checkTiles } from './verify-tree.ts';
import { checkVault } from './verify-vault.ts';

/** What a part needs to know. It can be sent to a thread. */
export interface PartInput extends SigningSettings {
  /** The instant at which projections are compared. */
  readonly validAt: Instant;
  /** An empty directory for what is built again, which the caller removes: a thread may end in the middle. */
  readonly scratch: string;
}

type Part = (log: LogReader, input: PartInput, onStep: (done: number) => void) => ReadonlyArray<Check>;

const indexChecks: Part = (log, input, onStep) => {
  const files = filesIn(input.dataDirectory);
  if (!existsSync(files.tree) || !existsSync(files.index) || !existsSync(files.indexTree)) return [];
  const opened: { close(): void }[] = [];
  try {
    const index = openIndexToRead(files.index);
    opened.push(index);
    const tree = openTreeToRead(files.indexTree);
    opened.push(tree);
    const origin = indexOriginOf(input.origin);
    return [
      runCheck('index', files.index, checkIndex(log, index, tree, input.scratch), onStep),
      runCheck('index tree', files.indexTree, checkTiles(tree, 'index tree'), () => {}),
      checkpointsCheck(
        'index checkpoints',
        tree,
        files.indexTree,
        origin,
        E.map(indexKeysOf)(ownKeys(input)),
      ),
      ...cosignatureChecks('index cosignatures', tree, files.indexTree, 'stretches', witnessPolicy(input)),
    ];
  } catch (error) {
    // Everything else can be checked without the index.
    return [problemCheck('index', files.index, error)];
  } finally {
    for (const file of opened) file.close();
  }
};

const projectionsChecks: Part = (log, { dataDirectory, validAt, scratch }, onStep) => {
  const { projections } = filesIn(dataDirectory);
  const steps = checkProjections(log, projections, validAt, scratch);
  return [runCheck('projections', projections, steps, onStep)];
};

const vaultChecks: Part = (log, { dataDirectory }, onStep) => {
  const { vault } = filesIn(dataDirectory);
  if (!existsSync(vault))
    return [failed('vault', 'it is missing: nobody can be identified', 'Restore the latest vault')];
  return [runCheck('vault', vault, checkVault(log, vault), onStep)];
};

const parts = { index: indexChecks, projections: projectionsChecks, vault: vaultChecks } as const;

/** The name of a part. */
export type PartName = keyof typeof parts;

/** What is done with each event of a part, to report progress. */
export const workOfPart: Readonly<Record<PartName, string>> = {
  index: 'events sealed again',
  projections: 'events applied again',
  vault: 'events compared with the vault',
};

/**
 * Runs a part.
 *
 * @param onStep called with the position up to which it is done.
 * @throws a StoreProblem if the log cannot be opened.
 */
export const runPart = (
  name: PartName,
  input: PartInput,
  onStep: (done: number) => void,
): ReadonlyArray<Check> => {
  const log = openLogFile(filesIn(input.dataDirectory).log);
  try {
    return parts[name](log, input, onStep);
  } finally {
    log.close();
  }
};

/**
 * A thread that compares two generations, so that questions need not wait for it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { Difference } from '../../projections/engine/replay.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { compareGenerations } from './compare-generations.ts';

/** The input of the thread. */
export interface DiffThreadInput {
  readonly before: string;
  readonly after: string;
  readonly logFile: string;
  readonly validAt: number;
}

/** The differences among the answers compared so far. */
export interface Compared {
  readonly difference: Difference;
  readonly isAll: boolean;
}

/** How often the thread reports its findings so far, in milliseconds. */
const reportEachMs = 100;

const { before, after, logFile, validAt } = workerData as DiffThreadInput;
const log = openLogFile(logFile);
try {
  let told = performance.now();
  let found: Difference | undefined;
  for (found of compareGenerations(before, after, log, validAt)) {
    if (performance.now() - told < reportEachMs) continue;
    told = performance.now();
    parentPort!.postMessage({ difference: found, isAll: false } satisfies Compared);
  }
  parentPort!.postMessage({ difference: found!, isAll: true } satisfies Compared);
} finally {
  log.close();
}

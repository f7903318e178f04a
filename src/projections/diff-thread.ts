/**
 * A thread that compares two generations, so that questions need not wait for it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFile } from '../store/open-log-file.ts';
import { compareGenerations } from './diff.ts';

/** What the thread is given. */
export interface DiffThreadInput {
  readonly before: string;
  readonly after: string;
  readonly logFile: string;
  readonly validAt: number;
}

const { before, after, logFile, validAt } = workerData as DiffThreadInput;
const log = openLogFile(logFile);
try {
  parentPort!.postMessage(compareGenerations(before, after, log, validAt));
} finally {
  log.close();
}

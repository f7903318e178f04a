/**
 * A thread that compares a part of the log with the tree (V13). Hashing takes most of a verification, and the parts
 * are independent.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { compareWithTree, type LogDifference } from '../../integrity/follow-log.ts';
import { openTreeToRead } from '../../integrity/tree-file.ts';
import type { Position } from '../../store/event-store.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { type PlainProblem, StoreProblem, toPlain } from '../../store/sqlite/store-problems.ts';

/** The input of the thread: compare the events after one position up to another. */
export interface LogPart {
  readonly logFile: string;
  readonly treeFile: string;
  readonly after: Position;
  readonly upTo: Position;
}

/** A report of the thread: how many events agree, the first difference, or why the part cannot be read. */
export type LogPartReport =
  | { readonly agreedUpTo: Position }
  | LogDifference
  | { readonly problem: PlainProblem };

const { logFile, treeFile, after, upTo } = workerData as LogPart;
const tell = (report: LogPartReport): void => parentPort!.postMessage(report);

try {
  const log = openLogFile(logFile);
  const tree = openTreeToRead(treeFile);
  try {
    for (const step of compareWithTree(log, tree, after, upTo)) tell(step);
  } finally {
    tree.close();
    log.close();
  }
} catch (error) {
  if (!(error instanceof StoreProblem)) throw error;
  tell({ problem: toPlain(error) });
}

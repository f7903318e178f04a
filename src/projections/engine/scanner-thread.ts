/**
 * A thread that scans batches of the log ahead of those that the projector's thread applies.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { memoryOf, type ScannedBatch } from './scanned-batch.ts';
import { Scanner, type ScannerUpdate } from './scanner.ts';

/** What the thread is given. */
export interface ScannerThreadInput {
  readonly logFile: string;
}

/** What the thread is asked: to scan the events after a position and up to another, or the first of them. */
export interface ScanOrder {
  readonly after: number;
  readonly upTo: number;
  readonly update: ScannerUpdate;
}

/** What the thread answers, in the order in which it was asked. */
export type ScanAnswer =
  | { readonly kind: 'scanned'; readonly batch: ScannedBatch | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

const { logFile } = workerData as ScannerThreadInput;
const log = openLogFile(logFile);
const scanner = new Scanner(log);

const scan = ({ after, upTo, update }: ScanOrder): void => {
  scanner.learn(update);
  const batch = scanner.scan(after, upTo);
  const answer: ScanAnswer = { kind: 'scanned', batch };
  parentPort!.postMessage(answer, batch === undefined ? [] : memoryOf(batch));
};

parentPort!.on('message', (order: ScanOrder) => {
  try {
    scan(order);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ kind: 'failed', reason } satisfies ScanAnswer);
  }
});

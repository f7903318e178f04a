/** A thread that scans batches of the log ahead of the projector's thread, which applies them. */
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { memoryOf, type ScannedBatch } from './scanned-batch.ts';
import { Scanner, type ScannerUpdate } from './scanner.ts';

/** The input of the thread. */
export interface ScannerThreadInput {
  readonly logFile: string;
}

/** A request: scan the events after one position up to another, or the first of them. */
export interface ScanOrder {
  readonly after: number;
  readonly upTo: number;
  readonly update: ScannerUpdate;
}

/** The answers of the thread, in the order of requests. */
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

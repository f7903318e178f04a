/**
 * A thread that scans stretches of the log for the projector's, ahead of what is applied.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { memoryOf, type Stretch } from './scanned-batch.ts';
import { type News, Scanner } from './scanner.ts';

/** What the thread is given. */
export interface ScannerThreadInput {
  readonly logFile: string;
}

/** What the thread is asked: to scan the events after a position and up to another, or the first of them. */
export interface ScanOrder {
  readonly after: number;
  readonly upTo: number;
  readonly news: News;
}

/** What the thread answers, in the order in which it was asked. */
export type ScanAnswer =
  | { readonly kind: 'scanned'; readonly stretch: Stretch | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

const { logFile } = workerData as ScannerThreadInput;
const log = openLogFile(logFile);
const scanner = new Scanner(log);

const scan = ({ after, upTo, news }: ScanOrder): void => {
  scanner.learn(news);
  const stretch = scanner.scan(after, upTo);
  const answer: ScanAnswer = { kind: 'scanned', stretch };
  parentPort!.postMessage(answer, stretch === undefined ? [] : memoryOf(stretch));
};

parentPort!.on('message', (order: ScanOrder) => {
  try {
    scan(order);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ kind: 'failed', reason } satisfies ScanAnswer);
  }
});

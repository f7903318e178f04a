/** Scanning ahead: while batches of the log are applied in order, other threads scan the next ones. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../threads/start-thread.ts';
import type { ScannedBatch } from './scanned-batch.ts';
import type { ScannerUpdate } from './scanner.ts';
import { batchEventsMax } from './scanner.ts';
import type { ScanAnswer, ScannerThreadInput, ScanOrder } from './scanner-thread.ts';

/** Threads that scan: the thread that applies cannot keep more busy. */
const threadsMax = 4;
/** Batches ordered from each thread at a time: while one is passed on, the next is scanned. */
const ordersOfThread = 2;

interface Order {
  readonly after: number;
  readonly upTo: number;
  readonly scanned: Promise<ScannedBatch | undefined>;
}

/** One thread with its orders. */
class ScannerThread {
  private readonly worker: Worker;
  private readonly nextUpdate: () => ScannerUpdate;
  private readonly waiting: {
    readonly resolve: (batch: ScannedBatch | undefined) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(logFile: string, nextUpdate: () => ScannerUpdate) {
    this.nextUpdate = nextUpdate;
    const workerData: ScannerThreadInput = { logFile };
    this.worker = startThread(new URL('./scanner-thread.ts', import.meta.url), workerData);
    this.worker.on('message', (answer: ScanAnswer) => {
      const asked = this.waiting.shift();
      if (answer.kind === 'scanned') asked?.resolve(answer.batch);
      else asked?.reject(new Error(answer.reason));
    });
    this.worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.once('exit', () => this.fail(new Error('the thread that scans the log has ended')));
  }

  get orders(): number {
    return this.waiting.length;
  }

  scan(after: number, upTo: number): Order {
    const order: ScanOrder = { after, upTo, update: this.nextUpdate() };
    const scanned = new Promise<ScannedBatch | undefined>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
    // The failure is reported when its turn comes.
    scanned.catch(() => {});
    this.worker.postMessage(order);
    return { after, upTo, scanned };
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

/**
 * The batches after one position up to another, in log order, scanned ahead of their use.
 *
 * @param updates returns, for each thread, the function that gives what its scanner has to learn next.
 * @param eventsOfBatch the approximate number of events in a batch.
 */
export async function* scanAhead(
  logFile: string,
  after: number,
  upTo: number,
  updates: () => () => ScannerUpdate,
  eventsOfBatch = batchEventsMax,
): AsyncGenerator<ScannedBatch> {
  const count = Math.min(availableParallelism(), threadsMax);
  const threads = Array.from({ length: count }, () => new ScannerThread(logFile, updates()));
  const order = (from: number, to: number): Order => {
    const idlest = threads.reduce((least, each) => (each.orders < least.orders ? each : least));
    return idlest.scan(from, to);
  };
  const orders: Order[] = [];
  let ordered = after;
  // How many positions a batch spans: as many as events, unless the log has gaps.
  let width = eventsOfBatch;
  try {
    for (;;) {
      while (orders.length < count * ordersOfThread && ordered < upTo) {
        const to = Math.min(upTo, ordered + width);
        orders.push(order(ordered, to));
        ordered = to;
      }
      const next = orders.shift();
      if (next === undefined) return;
      const batch = await next.scanned;
      if (batch === undefined) continue;
      const last = batch.positions.at(-1)!;
      // It may have been too much for one batch.
      if (last < next.upTo && !batch.isLast) orders.unshift(order(last, next.upTo));
      else {
        const events = batch.positions.length;
        width = Math.ceil(((next.upTo - next.after) * eventsOfBatch) / events);
      }
      yield batch;
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

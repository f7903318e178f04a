/**
 * Scanning ahead: while stretches of the log are applied in order, threads beside scan those to come.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../threads/start-thread.ts';
import type { Stretch } from './scanned-batch.ts';
import type { News } from './scanner.ts';
import { stretchEventsMax } from './scanner.ts';
import type { ScanAnswer, ScannerThreadInput, ScanOrder } from './scanner-thread.ts';

/** Threads that scan, at the most: more are not kept busy by one that applies. */
const threadsMax = 4;
/** Stretches that each has been asked for: while one is handed over, the next is scanned. */
const ordersOfThread = 2;

interface Order {
  readonly after: number;
  readonly upTo: number;
  readonly scanned: Promise<Stretch | undefined>;
}

/** One thread, with what it was asked. */
class ScannerThread {
  private readonly worker: Worker;
  private readonly news: () => News;
  private readonly waiting: {
    readonly resolve: (stretch: Stretch | undefined) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  constructor(logFile: string, news: () => News) {
    this.news = news;
    const workerData: ScannerThreadInput = { logFile };
    this.worker = startThread(new URL('./scanner-thread.ts', import.meta.url), workerData);
    this.worker.on('message', (answer: ScanAnswer) => {
      const asked = this.waiting.shift();
      if (answer.kind === 'scanned') asked?.resolve(answer.stretch);
      else asked?.reject(new Error(answer.reason));
    });
    this.worker.on('error', (error) => this.fail(error instanceof Error ? error : new Error(String(error))));
    this.worker.once('exit', () => this.fail(new Error('the thread that scans the log has ended')));
  }

  get orders(): number {
    return this.waiting.length;
  }

  scan(after: number, upTo: number): Order {
    const order: ScanOrder = { after, upTo, news: this.news() };
    const scanned = new Promise<Stretch | undefined>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
    });
    // A failure is told when its turn comes.
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
 * The stretches after a position and up to another, in log order, scanned ahead of their use.
 *
 * @param tell makes, for each thread, what answers the news for it.
 * @param eventsOfStretch how many events a stretch has, about.
 */
export async function* scanAhead(
  logFile: string,
  after: number,
  upTo: number,
  tell: () => () => News,
  eventsOfStretch = stretchEventsMax,
): AsyncGenerator<Stretch> {
  const count = Math.min(availableParallelism(), threadsMax);
  const threads = Array.from({ length: count }, () => new ScannerThread(logFile, tell()));
  const order = (from: number, to: number): Order => {
    const idlest = threads.reduce((least, each) => (each.orders < least.orders ? each : least));
    return idlest.scan(from, to);
  };
  const orders: Order[] = [];
  let ordered = after;
  // How many positions a stretch takes: as many as events, unless the log has gaps.
  let width = eventsOfStretch;
  try {
    for (;;) {
      while (orders.length < count * ordersOfThread && ordered < upTo) {
        const to = Math.min(upTo, ordered + width);
        orders.push(order(ordered, to));
        ordered = to;
      }
      const next = orders.shift();
      if (next === undefined) return;
      const stretch = await next.scanned;
      if (stretch === undefined) continue;
      const last = stretch.positions.at(-1)!;
      // It may have been too much for one.
      if (last < next.upTo && !stretch.isLast) orders.unshift(order(last, next.upTo));
      else {
        const events = stretch.positions.length;
        width = Math.ceil(((next.upTo - next.after) * eventsOfStretch) / events);
      }
      yield stretch;
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
}

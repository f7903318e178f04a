/**
 * The projector's thread. It reads the log from the checkpoint on, applies it batch by batch, and then waits for
 * more. It gets a message when the log grows, and also polls it. While many events arrive, it rests between batches, since
 * larger ones take less time for each event; it gets a message when somebody waits for a position.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { Waker } from '../../threads/waker.ts';
import { Applier } from './applier.ts';
import { isDamage } from './damage.ts';
import { openProjections } from './generations.ts';
import { scanAhead } from './scan-ahead.ts';
import type { ScannedBatch } from './scanned-batch.ts';
import { batchEventsMax, Scanner } from './scanner.ts';

/** The input of the thread. */
export interface ProjectorThreadInput {
  readonly logFile: string;
  readonly projectionsFile: string;
  /** The pages of the projections that it may keep in memory, in bytes. */
  readonly cacheBytes?: number | undefined;
}

/** A message to the thread: the log has grown; somebody waits for a position; or the thread is to stop. */
export type ProjectorThreadMessage = 'grown' | { readonly wanted: number } | 'stop';

/** A report of the thread. `position` is the checkpoint; `applied` counts events since the thread started. */
export type ProjectorThreadReport =
  | {
      readonly kind: 'applied';
      readonly position: number;
      readonly applied: number;
      readonly caughtUp: boolean;
    }
  | { readonly kind: 'unusable' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Events to apply in one transaction while following the log. */
const followedEventsMax = 8_000;
/** After a batch of at least so many events, how long it rests, unless somebody waits for more. */
const manyEvents = 500;
const restMs = 250;
/** At least this many events behind the log, other threads scan ahead. */
const scannedAheadEventsMin = 2 * batchEventsMax;
/** Events to sample for estimating their number. */
const sampledEvents = 500;
const lookIntervalMs = 250;

const { logFile, projectionsFile, cacheBytes } = workerData as ProjectorThreadInput;
const tell = (report: ProjectorThreadReport): void => parentPort?.postMessage(report);

const waker = new Waker();
const rester = new Waker();
let stopping = false;
/** The last position for which somebody waits, and the last one that was asked for since. */
let wanted = 0;
let asked = 0;
parentPort?.on('message', (message: ProjectorThreadMessage) => {
  if (message === 'stop') stopping = true;
  else if (message !== 'grown') asked = Math.max(asked, message.wanted);
  if (message !== 'grown') rester.wake();
  waker.wake();
});

/** An estimate of how many events come after a position, from the density of the next ones. */
const eventsAfter = (log: LogReader, position: number): number => {
  const { positions } = log.page(position, Number.MAX_SAFE_INTEGER, sampledEvents);
  const last = positions.at(-1) ?? position;
  return last === position ? 0 : ((log.head() - position) * positions.length) / (last - position);
};

const run = async (): Promise<void> => {
  const database = openProjections(projectionsFile, cacheBytes);
  if (database === undefined) return tell({ kind: 'unusable' });
  const log = openLogFile(logFile);
  const applier = new Applier(database, log);
  if (!applier.isOfThisLog()) {
    database.close();
    log.close();
    return tell({ kind: 'unusable' });
  }
  let applied = 0;
  tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp: false });
  const apply = async (batch: ScannedBatch, caughtUp: boolean): Promise<void> => {
    applier.apply(batch);
    applied += batch.positions.length;
    tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp });
    // Lets messages in between batches.
    await new Promise((resolve) => setImmediate(resolve));
  };
  if (eventsAfter(log, applier.checkpoint()) > scannedAheadEventsMin) {
    const batches = scanAhead(logFile, applier.checkpoint(), log.head(), () => applier.scannerUpdates());
    for await (const batch of batches) {
      if (stopping) break;
      await apply(batch, false);
    }
  }
  const scanner = new Scanner(log);
  const nextUpdate = applier.scannerUpdates();
  let caughtUp = false;
  while (!stopping) {
    scanner.learn(nextUpdate());
    const eventsMax = caughtUp ? followedEventsMax : batchEventsMax;
    const batch = scanner.scan(applier.checkpoint(), Number.MAX_SAFE_INTEGER, eventsMax);
    if (batch === undefined) {
      if (!caughtUp) tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp: true });
      caughtUp = true;
      await waker.wait(lookIntervalMs);
      continue;
    }
    caughtUp = batch.isLast;
    await apply(batch, caughtUp);
    // Whoever waits for what is not recorded yet does not keep it from resting later.
    wanted = Math.max(wanted, Math.min(asked, log.head()));
    asked = 0;
    const isAwaited = stopping || applier.checkpoint() < wanted;
    if (caughtUp && batch.positions.length >= manyEvents && !isAwaited) await rester.wait(restMs);
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  log.close();
};

run().then(
  () => parentPort?.close(),
  (error: unknown) => {
    tell(
      isDamage(error)
        ? { kind: 'unusable' }
        : { kind: 'failed', reason: error instanceof Error ? error.message : String(error) },
    );
    parentPort?.close();
  },
);

/**
 * The thread that checks the files of a ledger while it serves.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isDamage } from '../../projections/engine/damage.ts';
import { giveWay } from '../../threads/give-way.ts';
import { checkFiles, type WatchedFiles, type WatchProgress } from './check-files.ts';

/** Milliseconds to pause for each millisecond of checking. */
const pausePerCheck = 15;
/**
 * Milliseconds to check before a pause: questions that come meanwhile may wait as long for a processor. Shorter ones would
 * wake the thread more often.
 */
const checkMs = 1;
/** How often to tell the progress, in milliseconds: each time wakes the thread that answers questions. */
const tellEveryMs = 500;

/** A report of the thread: its progress, and at the end what is damaged, if anything. */
export type WatchReport =
  | ({ readonly kind: 'progress' } & WatchProgress)
  | {
      readonly kind: 'ended';
      readonly damage: string | undefined;
      /** True if the projections are damaged, which can be rebuilt. */
      readonly projectionsDamaged?: boolean;
    };

const tell = (report: WatchReport): void => parentPort?.postMessage(report);

const run = async (files: WatchedFiles): Promise<void> => {
  giveWay();
  let began = performance.now();
  let told = Number.NEGATIVE_INFINITY;
  for (const progress of checkFiles(files)) {
    const now = performance.now();
    if (now - began < checkMs) continue;
    if (now - told >= tellEveryMs) {
      tell({ kind: 'progress', ...progress });
      told = now;
    }
    await pause((now - began) * pausePerCheck);
    began = performance.now();
  }
};

try {
  await run(workerData as WatchedFiles);
  tell({ kind: 'ended', damage: undefined });
} catch (error) {
  if (isDamage(error)) tell({ kind: 'ended', damage: undefined, projectionsDamaged: true });
  else tell({ kind: 'ended', damage: error instanceof Error ? error.message : String(error) });
}

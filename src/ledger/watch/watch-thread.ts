/**
 * The thread that checks the files of a ledger while it serves.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { isDamage } from '../../projections/engine/damage.ts';
import { giveWay } from '../../threads/give-way.ts';
import { checkFiles, type WatchedFiles, type WatchProgress } from './check-files.ts';
import { checkSlowly } from './slow-check.ts';

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

try {
  giveWay();
  await checkSlowly(checkFiles(workerData as WatchedFiles), {
    now: () => performance.now(),
    pause,
    tell: (progress) => tell({ kind: 'progress', ...progress }),
  });
  tell({ kind: 'ended', damage: undefined });
} catch (error) {
  if (isDamage(error)) tell({ kind: 'ended', damage: undefined, projectionsDamaged: true });
  else tell({ kind: 'ended', damage: error instanceof Error ? error.message : String(error) });
}

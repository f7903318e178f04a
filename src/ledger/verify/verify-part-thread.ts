/** A thread that runs one part of a verification (V13). */
import { parentPort, workerData } from 'node:worker_threads';
import type { Check } from '../examine/check.ts';
import { type PartInput, type PartName, runPart } from './verify-parts.ts';

/** The input of the thread. */
export interface PartThreadInput extends PartInput {
  readonly part: PartName;
}

/** A report of the thread: the position up to which it is done, or its results. */
export type PartReport =
  | { readonly done: number }
  | {
      readonly checks: ReadonlyArray<Check>;
      /** The processor time that it took, in microseconds. */
      readonly cpuMicros: number;
    };

/** How often the thread reports its progress, in milliseconds. */
const reportEachMs = 100;

const { part, ...input } = workerData as PartThreadInput;
const tell = (report: PartReport): void => parentPort!.postMessage(report);

let told = performance.now();
const checks = runPart(part, input, (done) => {
  if (performance.now() - told < reportEachMs) return;
  told = performance.now();
  tell({ done });
});
const { user, system } = process.threadCpuUsage();
tell({ checks, cpuMicros: user + system });

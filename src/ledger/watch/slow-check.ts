/** Checks the files of a ledger for a millisecond at a time, and pauses in between. */
import type { WatchProgress } from './check-files.ts';

/** Milliseconds to pause for each millisecond of checking. */
const pausePerCheck = 15;
/**
 * Milliseconds to check before a pause: questions that come meanwhile may wait as long for a processor. Shorter ones would
 * wake the thread more often.
 */
const checkMs = 1;
/** How often to tell the progress, in milliseconds: each time wakes the thread that answers questions. */
const tellEveryMs = 500;

/** What a check needs besides the files. */
export interface SlowCheck {
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<unknown>;
  readonly tell: (progress: WatchProgress) => void;
}

/** Goes through all steps of a check. */
export const checkSlowly = async (
  steps: Iterable<WatchProgress>,
  { now, pause, tell }: SlowCheck,
): Promise<void> => {
  let began = now();
  let told = Number.NEGATIVE_INFINITY;
  for (const progress of steps) {
    const at = now();
    if (at - began < checkMs) continue;
    if (at - told >= tellEveryMs) {
      tell(progress);
      told = at;
    }
    await pause((at - began) * pausePerCheck);
    began = now();
  }
};

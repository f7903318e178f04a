/** Compares two generations in a separate thread. */

import type { Difference } from '../../projections/engine/replay.ts';
import { startThread } from '../../threads/start-thread.ts';
import type { Compared, DiffThreadInput } from './compare-thread.ts';

/** The time limit of a comparison, in milliseconds. On a large ledger it compares what it can in that time. */
const comparingMsMax = 10_000;

const nothingCompared: Difference = { compared: 0, changed: 0, examples: [] };

/**
 * The answers that differ between two generations, as far as time allows.
 *
 * @param signal aborts the comparison; the promise is then rejected.
 */
export const compareBeside = (input: DiffThreadInput, signal: AbortSignal): Promise<Difference> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('the comparison was cancelled'));
    const worker = startThread(new URL('./compare-thread.ts', import.meta.url), input);
    const stop = (): void => void worker.terminate();
    let found = nothingCompared;
    const enough = setTimeout(() => {
      resolve(found);
      stop();
    }, comparingMsMax);
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', ({ difference, isAll }: Compared) => {
      found = difference;
      if (isAll) resolve(found);
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      clearTimeout(enough);
      signal.removeEventListener('abort', stop);
      // Has no effect if the thread has answered already.
      reject(new Error('the comparison of the projections has ended without an answer'));
    });
  });

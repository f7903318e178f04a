/**
 * Comparing two generations in a thread of its own.
 */

import type { Difference } from '../../projections/engine/replay.ts';
import { startThread } from '../../threads/start-thread.ts';
import type { Compared, DiffThreadInput } from './compare-thread.ts';

/** How long the comparison may take, in milliseconds; of a large ledger it compares what it can in that time. */
const comparingMsMax = 10_000;

const nothingCompared: Difference = { compared: 0, changed: 0, examples: [] };

/**
 * The answers that differ between two generations, as far as there is time to compare them.
 *
 * @param signal ends the comparison; it is then rejected.
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
      // This does nothing if it has answered already.
      reject(new Error('the comparison of the projections has ended without an answer'));
    });
  });

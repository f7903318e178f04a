/**
 * Comparing two generations in a thread of its own.
 */
import { startThread } from '../threads/start-thread.ts';
import type { Difference } from './diff.ts';
import type { DiffThreadInput } from './diff-thread.ts';

/**
 * What differs between two generations.
 *
 * @param signal ends the comparison; it is then rejected.
 */
export const compareBeside = (input: DiffThreadInput, signal: AbortSignal): Promise<Difference> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('the comparison was cancelled'));
    const worker = startThread(new URL('./diff-thread.ts', import.meta.url), input);
    const stop = (): void => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      signal.removeEventListener('abort', stop);
      // Where it has answered, this does nothing any more.
      reject(new Error('the comparison of the projections has ended without an answer'));
    });
  });

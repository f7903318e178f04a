/** Lowers the priority of threads that work in the background. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lowers the priority of the current thread (nice 10): on busy cores it gets about a tenth of one. Works on Linux, where
 * each thread has a priority of its own; elsewhere it does nothing.
 */
export const giveWay = (): void => {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Without /proc, or where it is forbidden, the thread keeps its priority.
  }
};

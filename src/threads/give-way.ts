/** Lowers the priority of threads that work in the background. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Has the processor run other threads before the current one, which gets about a tenth of a core while they need all of
 * it. Works on Linux, where each thread has a priority of its own; elsewhere it does nothing.
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

/** Splits long work into turns, so that the thread can do other work in between. */
import { setImmediate as afterOthers } from 'node:timers/promises';

/** How long work continues before other work gets its turn. */
const turnMsMax = 4;

/** Measures the current turn, and waits for the next one. */
export class Turns {
  private began = performance.now();

  /** Whether the turn has lasted long enough. */
  isOver(): boolean {
    return performance.now() - this.began >= turnMsMax;
  }

  /** Waits for the next turn. */
  async next(): Promise<void> {
    await afterOthers();
    this.began = performance.now();
  }
}

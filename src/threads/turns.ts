/**
 * Long work in turns, so that the thread does its other work in between.
 */
import { setImmediate as afterOthers } from 'node:timers/promises';

/** How long work goes on before others get their turn. */
const turnMsMax = 10;

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

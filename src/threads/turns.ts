/** Splits long work into turns, so that the thread can do other work in between. */
import { setImmediate } from 'node:timers';

/** How long work continues before other work gets its turn. */
const turnMsMax = 2;

/** Those who wait for their next turn: the first of them has it after whatever else waits for the thread. */
const waiting: (() => void)[] = [];

const giveTurn = (): void => {
  const take = waiting.shift()!;
  // The others wait once more: if all continued at once, other work would wait for as many turns.
  if (waiting.length > 0) setImmediate(giveTurn);
  take();
};

/** Measures the current turn, and waits for the next one. */
export class Turns {
  private began = performance.now();

  /** Whether the turn has lasted long enough. */
  isOver(): boolean {
    return performance.now() - this.began >= turnMsMax;
  }

  /** Waits for the next turn. Long works have theirs one after the other, each after other work that waits. */
  async next(): Promise<void> {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(giveTurn);
    });
    this.began = performance.now();
  }
}

/** Splits long work into turns, so that the thread can do other work in between. */
import { setImmediate } from 'node:timers';

/** How long work continues before other work gets its turn. */
const turnMsMax = 2;

/**
 * When the current turn began; undefined before its first work. What follows without waiting for the thread is one turn, whoever's
 * work it is: one after the other, the steps of a body, or what several bodies do once the vault has answered them.
 */
let began: number | undefined;

const end = (): void => {
  began = undefined;
};

/** Begins a turn, unless one is under way. It ends once the thread does other work. */
const begin = (): number => {
  if (began === undefined) {
    began = performance.now();
    setImmediate(end);
  }
  return began;
};

/** Those who wait for their next turn: the first of them has it after whatever else waits for the thread. */
const waiting: (() => void)[] = [];

const giveTurn = (): void => {
  end();
  const take = waiting.shift()!;
  // The others wait once more: if all continued at once, other work would wait for as many turns.
  if (waiting.length > 0) setImmediate(giveTurn);
  take();
};

/** Long work that takes turns with others. */
export class Turns {
  constructor() {
    begin();
  }

  /** Whether the turn has lasted long enough. */
  isOver(): boolean {
    return performance.now() - begin() >= turnMsMax;
  }

  /** Waits for the next turn. Long works have theirs one after the other, each after other work that waits. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(giveTurn);
    });
  }
}

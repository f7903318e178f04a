/**
 * What the thread that answers and the one that asks it share while a question is under way, in shared memory: a thread at
 * work reads no messages.
 */
import { Abandoned, OverBudget, type Work } from '../questions/work.ts';

/** How far a long task of the thread is; both numbers are 0 when there is none. */
export interface AnsweringProgress {
  readonly done: number;
  readonly total: number;
}

const givenUp = 0;
const done = 1;
const total = 2;

export class AnsweringSignals {
  readonly shared: SharedArrayBuffer;
  private readonly cells: Int32Array;

  /** @param shared that of the other thread; by default new memory. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.cells = new Int32Array(shared);
  }

  /** A question is about to be asked, for which somebody waits. */
  begin(): void {
    Atomics.store(this.cells, givenUp, 0);
  }

  /** Nobody waits for the question that is under way. */
  giveUp(): void {
    Atomics.store(this.cells, givenUp, 1);
  }

  /** How far the long task under way is. */
  progress(): AnsweringProgress {
    return { done: Atomics.load(this.cells, done), total: Atomics.load(this.cells, total) };
  }

  /** The work of the question under way, for the thread that answers. It may take so many steps. */
  work(stepsMax: number): Work {
    let left = stepsMax;
    return {
      goOn: (steps = 0) => {
        left -= steps;
        if (left < 0) throw new OverBudget();
        if (Atomics.load(this.cells, givenUp) === 1) throw new Abandoned();
      },
      tell: (doneNow, totalNow) => {
        Atomics.store(this.cells, done, doneNow);
        Atomics.store(this.cells, total, totalNow);
      },
    };
  }
}

/**
 * Shared memory between the thread that answers a question and the thread that asked it: a busy thread reads no
 * messages.
 */
import { Abandoned, OverBudget, type Work } from '../questions/work.ts';

/** Progress of a long task of the thread; both numbers are 0 when there is none. */
export interface AnsweringProgress {
  readonly done: number;
  readonly total: number;
}

const givenUp = 0;
const done = 1;
const total = 2;

/** Flags and counters in shared memory: one question at a time, its end, and its progress. */
export class AnsweringSignals {
  readonly shared: SharedArrayBuffer;
  private readonly cells: Int32Array;

  /** @param shared the memory of the other thread; new memory by default. */
  constructor(shared: SharedArrayBuffer = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)) {
    this.shared = shared;
    this.cells = new Int32Array(shared);
  }

  /** Announces the next question, for which a caller waits. */
  begin(): void {
    Atomics.store(this.cells, givenUp, 0);
  }

  /** Tells the thread that nobody waits for the current question. */
  giveUp(): void {
    Atomics.store(this.cells, givenUp, 1);
  }

  /** Progress of the current long task. */
  progress(): AnsweringProgress {
    return { done: Atomics.load(this.cells, done), total: Atomics.load(this.cells, total) };
  }

  /** The work of the current question, for the thread that answers. It may take `stepsMax` steps. */
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

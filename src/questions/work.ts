/**
 * The work of a question that takes long: it can be given up on the way, and says how far it is.
 */

/** Facts that are read between two looks at whether anybody still waits for the answer. */
export const factsBetweenLooksMax = 256;

/**
 * Thrown out of a question that nobody waits for any more, through whatever it was doing. Nothing else went wrong: what is
 * kept from question to question must be left whole, or forgotten.
 */
export class Abandoned extends Error {
  constructor() {
    super('nobody waits for the answer any more');
    this.name = 'Abandoned';
  }
}

/** Whoever answers a question is told by this whether to go on, and tells how far the answer is. */
export interface Work {
  /** @throws Abandoned once nobody waits for the answer. */
  goOn(): void;
  /** So much of a long task is done; both numbers are 0 when there is none. */
  tell(done: number, total: number): void;
}

/** Work that goes on to its end, and tells nobody. */
export const unattended: Work = { goOn: () => {}, tell: () => {} };

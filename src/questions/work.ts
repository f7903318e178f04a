/**
 * The work of a question that takes long: it can be given up on the way, and says how far it is.
 */

/** Facts that are read between two looks at whether anybody still waits for the answer. */
export const factsBetweenLooksMax = 64;
/** How many steps it takes to read a fact; a step takes about a microsecond. */
export const stepsOfFact = 10;

/**
 * Thrown out of a question that nobody waits for any more, from any depth. Nothing else went wrong: what is
 * kept from question to question must be left whole, or forgotten.
 */
export class Abandoned extends Error {
  constructor() {
    super('nobody waits for the answer any more');
    this.name = 'Abandoned';
  }
}

/** Thrown out of a question that takes more steps than it may; what is kept is as `Abandoned` says. */
export class OverBudget extends Error {
  readonly _tag = 'OverBudget';
  constructor() {
    super('the question takes more steps than it may');
    this.name = 'OverBudget';
  }
}

/** Tells the code that answers a question whether to continue, and takes reports of its progress. */
export interface Work {
  /**
   * So many steps more are done, or about to be.
   *
   * @throws Abandoned once nobody waits for the answer; OverBudget where the steps are too many.
   */
  goOn(steps?: number): void;
  /** The progress of a long task; both numbers are 0 if there is none. */
  tell(done: number, total: number): void;
}

/** Work that goes on to its end, and tells nobody. */
export const unattended: Work = { goOn: () => {}, tell: () => {} };

/** Work that may take so many steps, and tells nobody. */
export const upTo = (stepsMax: number): Work => {
  let left = stepsMax;
  return {
    goOn: (steps = 0) => {
      left -= steps;
      if (left < 0) throw new OverBudget();
    },
    tell: () => {},
  };
};

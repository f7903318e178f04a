/** The work of a long question: it can be abandoned, and reports progress. */

/** Facts to read between two checks whether a caller still waits for the answer. */
export const factsBetweenLooksMax = 64;
/** Steps for reading a fact; a step takes about a microsecond. */
export const stepsOfFact = 10;

/**
 * Thrown from any depth of a question for which nobody waits any more. State kept between questions must be left
 * consistent or dropped.
 */
export class Abandoned extends Error {
  constructor() {
    super('nobody waits for the answer any more');
    this.name = 'Abandoned';
  }
}

/** Thrown when a question exceeds its steps. For kept state, the same applies as for `Abandoned`. */
export class OverBudget extends Error {
  readonly _tag = 'OverBudget';
  constructor() {
    super('the question takes more steps than it may');
    this.name = 'OverBudget';
  }
}

/** Tells the code that answers a question whether to continue, and receives its progress. */
export interface Work {
  /**
   * Accounts for `steps` more steps.
   *
   * @throws Abandoned once nobody waits for the answer; OverBudget if there are too many steps.
   */
  goOn(steps?: number): void;
  /** The progress of a long task; both numbers are 0 if there is none. */
  tell(done: number, total: number): void;
  /** How many individuals to process in one step, if not as many as usual: it changes no answer. */
  readonly individualsAtOnce?: number;
}

/** Work without a limit or a listener. */
export const unattended: Work = { goOn: () => {}, tell: () => {} };

/** Work with a limit of steps and without a listener. */
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

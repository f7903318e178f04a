/** What was known at earlier positions, of some of which it is kept what was found out. */
import type { Residency } from '../domain/residency/residency.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { advance, newReachIndex, reachIndexOf } from './reach.ts';
import { ResidencyFacts, residencyOf } from './residency-facts.ts';
import { type ResidencyOfMany, residencyOfMany } from './residency-of-many.ts';
import type { View } from './view.ts';

/** People whose events are folded one by one to find one of whom a finding is told, at most. */
export const peopleMax = 5_000;
/** People whose residency at one moment is kept, at most. */
const residenciesMax = 100;
/** KnownMoments of knowledge whose reach is kept, at most. */
const momentsMax = 4;

/** It takes too long to tell. */
export const tooLong = 'too long';

/** What was known at one position. */
export interface Moment {
  readonly view: View;
  readonly reach: ReachIndex;
  /** By population: everybody in its holdings. */
  readonly crowds: Map<string, ResidencyOfMany>;
  /** By population: where its holdings were, regardless of their people. */
  readonly holdings: Map<string, Residency['holdings']>;
  /** By person: where the data was, of some who were asked about. */
  readonly residencies: Map<string, Residency>;
}

const momentOf = (view: View, reach: ReachIndex): Moment => ({
  view,
  reach,
  crowds: new Map(),
  holdings: new Map(),
  residencies: new Map(),
});

export class KnownMoments {
  private readonly view: View;
  private now: Moment | undefined;
  private readonly moments: Moment[] = [];
  private readonly crowded = new Map<string, boolean>();

  /** @param view that knows the latest. */
  constructor(view: View) {
    this.view = view;
  }

  /** What was known at a position. */
  at(position: number): Moment {
    const { view, moments } = this;
    if (position === view.recordedUpTo) {
      // That of the latest moment is told of what is learned later, so it is asked for each time.
      this.now = { ...(this.now ?? momentOf(view, reachIndexOf(view))), reach: reachIndexOf(view) };
      return this.now;
    }
    const kept = moments.findIndex((each) => each.view.recordedUpTo === position);
    if (kept >= 0) moments.push(...moments.splice(kept, 1));
    else {
      const then = view.as({ ...view.known, position });
      const last = moments.length < momentsMax ? undefined : moments.shift();
      const reach = last?.reach ?? newReachIndex(then);
      if (last !== undefined) advance(reach, last.view, then);
      moments.push(momentOf(then, reach));
    }
    const moment = moments.at(-1)!;
    moment.reach.askedBy((steps) => view.work.goOn(steps));
    return moment;
  }

  /** Everybody in the holdings of a population, if those who have to be followed one by one are not too many. */
  everybodyIn(moment: Moment, population: string): ResidencyOfMany | typeof tooLong {
    if (this.isCrowded(population)) return tooLong;
    let all = moment.crowds.get(population);
    if (all === undefined) {
      all = residencyOfMany(moment.view, [population], [], 'always');
      moment.crowds.set(population, all);
    }
    return all;
  }

  /** Whether too many people of a population have to be followed one by one. */
  private isCrowded(population: string): boolean {
    let isCrowded = this.crowded.get(population);
    if (isCrowded === undefined) {
      const { view } = this;
      let count = 0;
      isCrowded = false;
      for (const subject of view.index.individualsOf(population).subjects) {
        view.work.goOn(1);
        // Of whom this view knows more than one event: who is followed for what came later does not count.
        if (view.positions('subject', subject).length > 1) count++;
        isCrowded = count > peopleMax;
        if (isCrowded) break;
      }
      this.crowded.set(population, isCrowded);
    }
    return isCrowded;
  }
}

/** Where the holdings of a population were, regardless of their people. */
export const holdingsIn = ({ view, holdings }: Moment, population: string): Residency['holdings'] => {
  let found = holdings.get(population);
  if (found === undefined) {
    found = new ResidencyFacts(view).addPopulation(population).fold().holdings;
    holdings.set(population, found);
  }
  return found;
};

/** Where the data of a person was. */
export const residencyIn = ({ view, residencies }: Moment, subject: string): Residency => {
  const kept = residencies.get(subject);
  if (kept !== undefined) return kept;
  if (residencies.size >= residenciesMax) residencies.clear();
  const residency = residencyOf(view, subject);
  residencies.set(subject, residency);
  return residency;
};

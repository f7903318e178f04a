/** Views at earlier positions, with a cache of what was computed for some of them. */
import type { Residency } from '../domain/residency/residency.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { advance, newReachIndex, reachIndexOf } from './reach.ts';
import { ResidencyFacts, residencyOf } from './residency-facts.ts';
import { type ResidencyOfMany, residencyOfMany } from './residency-of-many.ts';
import type { View } from './view.ts';

/** People whose events may be folded one by one to find a person with a finding. */
export const peopleMax = 5_000;
/** People whose residency at one moment is cached. */
const residenciesMax = 100;
/** Moments whose reach index is cached. */
const momentsMax = 4;

/** The result if the search would take too long. */
export const tooLong = 'too long';

/** Knowledge at one position. */
export interface Moment {
  readonly view: View;
  readonly reach: ReachIndex;
  /** By population: everybody in its holdings. */
  readonly crowds: Map<string, ResidencyOfMany>;
  /** By population: where its holdings were, regardless of their people. */
  readonly holdings: Map<string, Residency['holdings']>;
  /** By person: where the data was, for people asked about. */
  readonly residencies: Map<string, Residency>;
}

const momentOf = (view: View, reach: ReachIndex): Moment => ({
  view,
  reach,
  crowds: new Map(),
  holdings: new Map(),
  residencies: new Map(),
});

/** The moments of knowledge that one search visits. */
export class KnownMoments {
  private readonly view: View;
  private now: Moment | undefined;
  private readonly moments: Moment[] = [];
  private readonly crowded = new Map<string, boolean>();

  /** @param view with the latest knowledge. */
  constructor(view: View) {
    this.view = view;
  }

  /** The knowledge at a position. */
  at(position: number): Moment {
    const { view, moments } = this;
    if (position === view.recordedUpTo) {
      // The index of the latest reach follows what is learned later, so it is fetched each time.
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

  /** Everybody in the holdings of a population, unless it has too many individuals. */
  everybodyIn(moment: Moment, population: string): ResidencyOfMany | typeof tooLong {
    if (this.isCrowded(population)) return tooLong;
    let all = moment.crowds.get(population);
    if (all === undefined) {
      all = residencyOfMany(moment.view, [population], [], 'always');
      moment.crowds.set(population, all);
    }
    return all;
  }

  /** Whether a population has too many individuals. */
  private isCrowded(population: string): boolean {
    let isCrowded = this.crowded.get(population);
    if (isCrowded === undefined) {
      const { view } = this;
      let count = 0;
      isCrowded = false;
      for (const subject of view.index.individualsOf(population).subjects) {
        view.work.goOn(1);
        // Only people of whom this view knows more than one event count; later events do not make an individual
        // here.
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

/** When something concerned one person, in which holding, and along which path. */
import type { Path } from '../../domain/reach/path.ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { Interval } from '../../domain/time/interval.ts';
import type { ReachIndex } from '../../projections/reach/reach-index.ts';
import type { Everybody, Followed } from './everybody.ts';
import type { ReachAsKnown } from './reach-as-known.ts';

/** The data concerned. An access that names no site has no `site` and `kind`. */
export interface ConcernedHolding {
  readonly dataset: string;
  readonly site: string | null;
  readonly kind: 'live' | 'backup' | null;
  readonly backup: string | null;
}

/** An interval in which something concerned a person. */
export interface PersonInterval extends Interval {
  readonly holding: ConcernedHolding;
  /** How a party reached the data; undefined if the question is not about a party. */
  readonly path: Path | undefined;
  /** The position of the access, if it is one. */
  readonly access: number | null;
}

/** Returns when something concerned a person, given who reaches what, in the order of answers. */
export type IntervalsOf = (person: Followed, reach: ReachIndex) => ReadonlyArray<PersonInterval>;

/**
 * The people who may be concerned, and when each is. It is cached between pages, and contains nothing that a later
 * event changes.
 */
export interface Concern {
  readonly everybody: Everybody;
  readonly reach: ReachAsKnown;
  readonly intervalsOf: IntervalsOf;
}

/** The intervals, cut to the time from an instant on. */
const since = (intervals: ReadonlyArray<PersonInterval>, instant: Instant): ReadonlyArray<PersonInterval> =>
  intervals.flatMap((interval) =>
    interval.from >= instant ? [interval] : interval.to > instant ? [{ ...interval, from: instant }] : [],
  );

/** The same function, evaluated once for each cohort. The intervals are cut to each person's own time. */
export const oncePerCohort = (found: IntervalsOf): IntervalsOf => {
  const ofCohorts = new Map<string, ReadonlyArray<PersonInterval>>();
  return (person, reach) => {
    if (!person.isOfCohort) return found(person, reach);
    let intervals = ofCohorts.get(person.as);
    if (intervals === undefined) {
      intervals = found(person, reach);
      ofCohorts.set(person.as, intervals);
    }
    return since(intervals, person.since);
  };
};

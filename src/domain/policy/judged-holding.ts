/**
 * What policies judge: the history of a holding as far as its people are in one population, and who reached it.
 */

import type { Path } from '../reach/path.ts';
import type { PathInterval } from '../reach/path-intervals.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { Span } from '../time/span.ts';
import type { StepFunction } from '../time/step-function.ts';

/** The people of one population in one holding, over time. A holding is judged once for each such class (R17). */
export interface JudgedHolding {
  readonly holding: {
    readonly dataset: string;
    readonly site: string;
    readonly kind: 'live' | 'backup';
    readonly backup: string | null;
    /** The population of the holding's scope; null for subjects' own holdings and their backups. */
    readonly population: string | null;
  };
  /** A backup held past this instant is overdue; `never` for live data. */
  readonly expires: Instant;
  /** The population that the people are in; null for people in none. */
  readonly population: string | null;
  /** How many people are in the class, over time; if there are none it is not judged. */
  readonly subjects: StepFunction;
  /** When the holding was there, with the events that opened and closed it. */
  readonly presences: ReadonlyArray<Span>;
  readonly reached: ReadonlyArray<ReachedBy>;
}

/** A party that could reach people of the class. */
export interface ReachedBy {
  readonly party: string;
  /** In order and disjoint; another one begins where the path changes (R15). */
  readonly intervals: ReadonlyArray<ReachedInterval>;
  /** How many of them, if not all: with a grant over single subjects' data. */
  readonly subjects?: StepFunction;
}

export interface ReachedInterval extends Interval {
  readonly path: Path;
}

/** A path taken, as policies judge it. */
export const reachedInterval = ({ from, to, path }: PathInterval): ReachedInterval => ({ from, to, path });

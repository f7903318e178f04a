/**
 * Makes what policies judge of where the data was and who reached it: R17's classes, with their people over time.
 */

import { overKey } from '../reach/data-class.ts';
import { classOfHeld, type HeldData, heldPresences } from '../reach/held-data.ts';
import { type Labels, sameLabels } from '../reach/labels.ts';
import { pathOrder } from '../reach/path.ts';
import {
  appendPathInterval,
  type LabelledData,
  type PathInterval,
  pathIntervals,
} from '../reach/path-intervals.ts';
import type { Reach } from '../reach/reach.ts';
import type { CountedData } from '../reach/reach-of-party.ts';
import type { Residency } from '../residency/residency.ts';
import { Count } from '../time/count.ts';
import { timeOrder, visitOverlaps } from '../time/interval.ts';
import type { StepFunction } from '../time/step-function.ts';
import { always, cover, intersect, sameTimeline, subtract, type Timeline } from '../time/timeline.ts';
import type { ClassPeople, Part } from './class-people.ts';
import { type Cohorts, cohortsOfOne } from './cohorts.ts';
import {
  type JudgedHolding,
  type ReachedBy,
  type ReachedInterval,
  reachedInterval,
} from './judged-holding.ts';
import { type IsApart, PeopleByClass } from './people-by-class.ts';

/** Whether a grant is over one subject's data of a dataset, as far as the reach knows. */
export const isApartIn =
  ({ grants }: Pick<Reach, 'grants'>): IsApart =>
  (dataset, subject) =>
    grants.termsOver(overKey({ dataset, scope: { subject } })).length > 0;

/** Everything that was held in the classes, in parts of people whom grants treat alike, and how many they were. */
export const countedDataOf = (classes: Iterable<ClassPeople>): ReadonlyArray<CountedData> =>
  [...classes].flatMap((people) =>
    people.peopled().map(({ subject, count }): CountedData => {
      const subjects = count.overTime();
      return {
        ...heldBy(people, subject, subjects.positive()),
        subjects: (instant) => subjects.at(instant),
      };
    }),
  );

const heldBy = (
  { holding, population }: Pick<ClassPeople, 'holding' | 'population'>,
  subject: string | null,
  present: Timeline,
): HeldData => ({
  dataset: holding.dataset,
  site: holding.site,
  backup: holding.backup,
  population: holding.population,
  memberOf: population,
  subject,
  present,
});

/**
 * The classes of everything that was held.
 */
export const judgedHoldingsOf = (
  residency: Residency,
  reach: LabelledData & Pick<Reach, 'grants'>,
  cohorts: Cohorts = cohortsOfOne,
): ReadonlyArray<JudgedHolding> => {
  const classes = new PeopleByClass();
  classes.add({ residency, isApart: isApartIn(reach), cohorts });
  classes.settle();
  return [...classes.all()].map((people) => new ReachedClass(people).judged(reach));
};

/** How a part of a class was reached, and what that was made of. */
interface ReachedPart {
  readonly labels: Labels;
  readonly present: Timeline;
  readonly byParty: ReadonlyMap<string, ReadonlyArray<PathInterval>>;
}

/** A class with what policies judge of it. Parts are computed again if their inputs changed. */
export class ReachedClass {
  readonly people: ClassPeople;
  private parts: ReadonlyMap<string | null, ReachedPart> = new Map();
  private counted:
    | { readonly parts: ReadonlyArray<Part>; readonly present: ReadonlyArray<Timeline> }
    | undefined;
  private made: JudgedHolding | undefined;

  constructor(people: ClassPeople) {
    this.people = people;
  }

  /** Its people, or its holding, may have changed. */
  touch(): void {
    this.counted = undefined;
    this.made = undefined;
  }

  /** What was last judged, if its people and its holding are the same as then. */
  get last(): JudgedHolding | undefined {
    return this.made;
  }

  /** The same for a copy of the class. */
  copy(people: ClassPeople): ReachedClass {
    const copy = new ReachedClass(people);
    copy.parts = this.parts;
    copy.counted = this.counted;
    copy.made = this.made;
    return copy;
  }

  /**
   * What policies judge: the same object as before if nothing changed.
   *
   * @param isSame whether the same parties reach both along the same paths.
   */
  judged(
    reach: LabelledData & Pick<Reach, 'grants'>,
    isSame: (a: Labels, b: Labels) => boolean = sameLabels,
  ): JudgedHolding {
    const { people } = this;
    this.counted ??= this.count();
    const parts = new Map<string | null, ReachedPart>();
    let isUnchanged = this.parts.size === this.counted.parts.length;
    for (const [index, { subject }] of this.counted.parts.entries()) {
      const held = heldBy(people, subject, this.counted.present[index]!);
      const before = this.parts.get(subject);
      const labels = reach.labels(classOfHeld(reach.grants, held));
      if (
        before !== undefined &&
        sameTimeline(before.present, held.present) &&
        isSame(before.labels, labels)
      ) {
        parts.set(subject, before);
      } else {
        isUnchanged = false;
        parts.set(subject, { labels, present: held.present, byParty: reachedParties(reach, held) });
      }
    }
    this.parts = parts;
    if (isUnchanged && this.made !== undefined) return this.made;
    const counts = this.counted.parts.map(({ count }) => count);
    this.made = {
      holding: people.holding,
      expires: people.expires,
      population: people.population,
      subjects: Count.sumOf(counts).overTime(),
      presences: people.presences(),
      reached: reachedOf(
        this.counted.parts.map(({ subject, count }) => ({
          subjects: count.overTime(),
          byParty: parts.get(subject)!.byParty,
        })),
      ),
    };
    return this.made;
  }

  private count(): NonNullable<ReachedClass['counted']> {
    const parts = this.people.peopled();
    return { parts, present: parts.map(({ count }) => count.overTime().positive()) };
  }
}

/** Who reached the data, when and along which path. */
const reachedParties = (
  reach: LabelledData & Pick<Reach, 'grants'>,
  held: HeldData,
): ReadonlyMap<string, ReadonlyArray<PathInterval>> => {
  const byParty = new Map<string, PathInterval[]>();
  for (const presence of heldPresences(reach.grants, held)) {
    for (const [party, taken] of pathIntervals(reach, presence, presence, {})) {
      const list = byParty.get(party);
      if (list === undefined) byParty.set(party, [...taken]);
      else list.push(...taken);
    }
  }
  return byParty;
};

/** Who reached the parts of a class, when, along which path, and how many people of it. */
const reachedOf = (
  parts: ReadonlyArray<{ readonly subjects: StepFunction; readonly byParty: ReachedPart['byParty'] }>,
): ReadonlyArray<ReachedBy> => {
  const all = new Map<string, { taken: ReadonlyArray<PathInterval>; subjects: StepFunction }[]>();
  for (const { subjects, byParty } of parts) {
    for (const [party, taken] of byParty) {
      const list = all.get(party);
      if (list === undefined) all.set(party, [{ taken, subjects }]);
      else list.push({ taken, subjects });
    }
  }
  return [...all].map(([party, reached]) => {
    const [first] = reached;
    if (parts.length === 1) return { party, intervals: first!.taken.map(reachedInterval) };
    const intervals = firstPaths(reached.flatMap(({ taken }) => taken));
    return reachesAll(reached, parts)
      ? { party, intervals }
      : { party, intervals, subjects: countReached(reached) };
  });
};

type TakenPart = { readonly taken: ReadonlyArray<PathInterval>; readonly subjects: StepFunction };

/** Whether everybody who is there is reached whenever anybody is. */
const reachesAll = (
  reached: ReadonlyArray<TakenPart>,
  parts: ReadonlyArray<{ readonly subjects: StepFunction }>,
): boolean => {
  if (reached.length < parts.length) return false;
  const whenReached = reached.map(({ taken }) => cover(taken));
  const any = cover(whenReached.flat());
  return reached.every(
    ({ subjects }, nth) => subtract(intersect(any, subjects.positive()), whenReached[nth]!).length === 0,
  );
};

/** How many people are reached. */
const countReached = (reached: ReadonlyArray<TakenPart>): StepFunction => {
  const count = new Count();
  for (const { taken, subjects } of reached) {
    visitOverlaps(taken, subjects.pieces(), (_, { value }, from, to) => count.add({ from, to }, value));
  }
  return count.overTime();
};

/** At each instant the first of the paths by R15. */
const firstPaths = (taken: ReadonlyArray<PathInterval>): ReadonlyArray<ReachedInterval> => {
  // Each path takes what the ones before it in order have left.
  const inOrder = [...taken].sort((a, b) => pathOrder(a.path.hop, b.path.hop));
  const parts: PathInterval[] = [];
  let left: Timeline = always;
  for (const each of inOrder) {
    const mine = intersect(left, [each]);
    if (mine.length === 0) continue;
    for (const { from, to } of mine) parts.push({ ...each, from, to });
    left = subtract(left, [each]);
  }
  const paths: PathInterval[] = [];
  for (const part of parts.sort(timeOrder)) appendPathInterval(paths, part);
  return paths.map(reachedInterval);
};

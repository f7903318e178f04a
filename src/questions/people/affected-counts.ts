/**
 * How many people a party affected by population, jurisdiction, dataset and category. Each person counts once.
 *
 * Individuals are counted one by one, everybody else by cohort. Of a cohort, it counts the people who were enrolled
 * before the last interval that could concern them ended.
 */
import type { Affected } from '../../contract/rows/people.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { beginning, type Instant } from '../../domain/time/instant.ts';
import { cut, type Interval, overlapOf } from '../../domain/time/interval.ts';
import { fill } from '../../domain/time/varying.ts';
import { Descriptions } from '../descriptions.ts';
import { inParts } from '../every-individual.ts';
import { historyOfSome } from '../history-of-some.ts';
import type { View } from '../view.ts';
import { wholeHistoryOf } from '../whole-history.ts';
import type { AffectedConcern } from './affected.ts';
import type { Followed } from './everybody.ts';
import type { PersonInterval } from './person-intervals.ts';

export type AffectedCounts = Pick<
  Affected,
  'subjects' | 'populations' | 'jurisdictions' | 'datasets' | 'categories'
>;

const kinds = ['subjects', 'population', 'jurisdiction', 'dataset', 'category'] as const;
type Kind = (typeof kinds)[number];

/** The categories under which a person counts, with an end for each: people enrolled later do not count. */
type Ends = Map<string, Instant>;

const keyOf = (kind: Kind, value: string | null): string => JSON.stringify([kind, value]);

/** The categories of a person's intervals, each with the end of its last interval. */
const endsOf = (
  descriptions: Descriptions,
  { residency, as }: Followed,
  intervals: ReadonlyArray<PersonInterval>,
  during: Interval,
): Ends => {
  const ends: Ends = new Map();
  const add = (kind: Kind, value: string | null, to: Instant): void => {
    const key = keyOf(kind, value);
    ends.set(key, Math.max(ends.get(key) ?? beginning, to));
  };
  for (const interval of intervals) {
    const within = overlapOf(interval, during);
    const { dataset } = interval.holding;
    add('subjects', null, within.to);
    add('dataset', dataset, within.to);
    for (const { to, value } of cut(descriptions.dataset(dataset), within))
      for (const category of value.description.categories) add('category', category, to);
    for (const piece of fill(residency.memberships.get(as) ?? [], within, null)) {
      const population = piece.value?.population ?? null;
      add('population', population, piece.to);
      if (population === null) add('jurisdiction', null, piece.to);
      else
        for (const { to, value } of fill(descriptions.population(population), piece, null))
          add('jurisdiction', value?.description.jurisdiction ?? null, to);
    }
  }
  return ends;
};

/** Counts everybody concerned, in the whole history of the view. */
export const affectedCounts = (view: View, concern: AffectedConcern, during: Interval): AffectedCounts => {
  const history = wholeHistoryOf(view);
  const descriptions = new Descriptions(view);
  const reach = concern.reach.of(view);
  const counts = new Map<string, number>();
  const add = (key: string, by: number): void => {
    if (by > 0) counts.set(key, (counts.get(key) ?? 0) + by);
  };
  const endsFor = (person: Followed): Ends =>
    endsOf(descriptions, person, concern.found(person, reach), during);

  for (const population of concern.populations) {
    const cohorts = history.cohortsIn(population);
    if (cohorts === undefined) continue;
    const { residency } = cohorts;
    for (const subject of residency.memberships.keys()) {
      view.work.goOn(1);
      const arrivals = cohorts.arrivalsOf(subject);
      const person = { subject, residency, as: subject, since: beginning, isOfCohort: true };
      for (const [key, end] of endsFor(person))
        add(key, arrivals === undefined ? cohorts.sizeOf(subject) : arrivals.before(end));
    }
  }

  const isAnybody = concern.populations.length > 0 || concern.othersToo;
  const relevant = new Set(concern.populations);
  const individuals = isAnybody
    ? [...history.followed()].flatMap(([subject, populations]) =>
        concern.othersToo || populations.some((each) => relevant.has(each)) ? [subject] : [],
      )
    : [];
  let done = 0;
  for (const some of inParts(individuals, view.work)) {
    const { residency } = historyOfSome(view.as(view.known), some);
    for (const subject of some) {
      const person = { subject, residency, as: subject, since: beginning, isOfCohort: false };
      for (const key of endsFor(person).keys()) add(key, 1);
    }
    done += some.length;
    view.work.tell(done, individuals.length);
  }
  view.work.tell(0, 0);
  return told(counts);
};

const told = (counts: ReadonlyMap<string, number>): AffectedCounts => {
  const of = (kind: Kind): ReadonlyArray<readonly [string | null, number]> =>
    [...counts]
      .map(([key, count]) => [JSON.parse(key) as [Kind, string | null], count] as const)
      .filter(([[each]]) => each === kind)
      .map(([[, value], count]) => [value, count] as const)
      .sort(([a], [b]) => Number(a === null) - Number(b === null) || codeUnitOrder(a ?? '', b ?? ''));
  return {
    subjects: counts.get(keyOf('subjects', null)) ?? 0,
    populations: of('population').map(([population, subjects]) => ({ population, subjects })),
    jurisdictions: of('jurisdiction').map(([jurisdiction, subjects]) => ({ jurisdiction, subjects })),
    datasets: of('dataset').map(([dataset, subjects]) => ({ dataset: dataset ?? '', subjects })),
    categories: of('category').map(([category, subjects]) => ({ category: category ?? '', subjects })),
  };
};

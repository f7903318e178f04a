/**
 * Cohorts. Subjects with no other event than one enrolment have the same history as all others who were enrolled in
 * the same population between the same two of its events. They are counted together: one subject stands for all.
 */

import { isPopulation } from '../domain/events/scope.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import { firstNotBefore } from '../domain/time/binary-search.ts';
import { type Instant, never } from '../domain/time/instant.ts';
import { StepFunction } from '../domain/time/step-function.ts';
import type { Enrolments } from '../projections/event-index.ts';

/** Subjects who were enrolled at a place, or after it but before the next event of their population. */
export interface Cohort extends FoldingPlace {
  readonly count: number;
  /** How many of them were enrolled by each instant; absent if only the count at one instant is needed. */
  readonly arrivals?: StepFunction;
}

const latest = Number.MAX_SAFE_INTEGER;

/** After every event. */
const endOfTime: FoldingPlace = { time: latest, position: latest };

/** After every event of an instant. */
export const endOf = (instant: Instant): FoldingPlace =>
  instant === never ? endOfTime : { time: instant, position: latest };

/**
 * The events that divide the cohorts of a population, in folding order: the data of people enrolled before one and
 * after it may be in different places.
 */
export const dividing = (facts: Iterable<Fact>): ((population: string) => ReadonlyArray<Fact>) => {
  const ofAll: Fact[] = [];
  const of = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (isFact(fact, 'BackupRestored')) ofAll.push(fact);
    if (!('scope' in fact.data) || fact.data.scope === undefined || !isPopulation(fact.data.scope)) continue;
    const { population } = fact.data.scope;
    const divisions = of.get(population);
    if (divisions === undefined) of.set(population, [fact]);
    else divisions.push(fact);
  }
  return (population) => [...ofAll, ...(of.get(population) ?? [])].sort(foldingOrder);
};

/**
 * The sizes of the cohorts of a population up to an instant.
 *
 * @param enrolledBefore how many subjects in cohorts are enrolled before a place.
 */
export const cohortsUntil = (
  divisions: ReadonlyArray<Fact>,
  until: Instant,
  enrolledBefore: (place: FoldingPlace) => number,
): ReadonlyArray<Cohort> => {
  const end = endOf(until);
  const cohorts: Cohort[] = [];
  let before = { count: 0, place: { time: -latest, position: 0 } as FoldingPlace };
  for (const division of [...divisions.filter((fact) => foldingOrder(fact, end) < 0), end]) {
    const count = enrolledBefore(division);
    // The cohort starts directly after the division before: no event of the population lies in between.
    if (count > before.count) {
      const { time, position } = before.place;
      cohorts.push({ count: count - before.count, time, position: position + 0.5 });
    }
    before = { count, place: division };
  }
  return cohorts;
};

/** How many people are enrolled by each instant, at the places from one index up to another. */
const arrivalsAmong = ({ times, counts }: Enrolments, first: number, next: number): StepFunction => {
  const [instants, sums] = [new Float64Array(next - first), new Float64Array(next - first)];
  let [last, sum] = [-1, 0];
  for (let index = first; index < next; index++) {
    sum += counts[index]!;
    if (last < 0 || instants[last] !== times[index]) instants[++last] = times[index]!;
    sums[last] = sum;
  }
  const kept = (column: Float64Array): Float64Array =>
    last + 1 === column.length ? column : column.slice(0, last + 1);
  return new StepFunction(kept(instants), kept(sums));
};

/** The cohorts of a population over all time, each with the arrivals of its subjects. */
export const cohortsOverTime = (
  enrolments: Enrolments,
  divisions: ReadonlyArray<FoldingPlace>,
): ReadonlyArray<Cohort> => {
  const { times, positions } = enrolments;
  const cohorts: Cohort[] = [];
  let first = 0;
  for (const division of [...divisions, endOfTime]) {
    const next = firstNotBefore(
      times.length,
      (index) => foldingOrder({ time: times[index]!, position: positions[index]! }, division) < 0,
    );
    if (next <= first) continue;
    const arrivals = arrivalsAmong(enrolments, first, next);
    cohorts.push({ count: arrivals.last, time: times[first]!, position: positions[first]!, arrivals });
    first = next;
  }
  return cohorts;
};

/**
 * The enrolments of a population without those of individuals. Overwrites its argument: there may be as many as people.
 *
 * @param individuals in folding order, all of them among the enrolments.
 */
export const withoutIndividuals = (
  enrolments: Enrolments,
  individuals: ReadonlyArray<FoldingPlace>,
): Enrolments => {
  if (individuals.length === 0) return enrolments;
  const { times, positions, counts } = enrolments;
  let [kept, next] = [0, 0];
  for (let index = 0; index < times.length; index++) {
    const place = { time: times[index]!, position: positions[index]! };
    let count = counts[index]!;
    for (; next < individuals.length && foldingOrder(individuals[next]!, place) === 0; next++) count--;
    if (count === 0) continue;
    times[kept] = place.time;
    positions[kept] = place.position;
    counts[kept++] = count;
  }
  return {
    times: times.subarray(0, kept),
    positions: positions.subarray(0, kept),
    counts: counts.subarray(0, kept),
  };
};

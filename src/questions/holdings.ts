/**
 * What a site holds, of how many subjects: R12, for a site.
 *
 * Subjects of whom nothing is known but one enrolment share the fate of all others who were enrolled in the same
 * population between the same two of its events: each such gap is followed as one, weighed by their number. The
 * others are followed one by one. So the numbers are exact, and cost by what happened, not by how many people there are.
 */

import type { SiteHoldingRow } from '../contract/rows/residency.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { isPopulation } from '../domain/events/scope.ts';
import type { Weights } from '../domain/policy/cohorts.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import { foldResidency, type Residency } from '../domain/residency/fold.ts';
import { sharedHolding } from '../domain/residency/holding.ts';
import { formatInstant, type Instant, never } from '../domain/time/instant.ts';
import type { Enrolments, Place } from '../projections/event-index.ts';
import { Gathering } from './gather.ts';
import { Steps } from './steps.ts';
import { byTally, recordedEnrolments, type Tally } from './tally.ts';
import type { View } from './view.ts';

/** A residency of many, and how many people each followed subject stands for. */
export interface WeighedResidency extends Weights {
  readonly residency: Residency;
}

const latest = Number.MAX_SAFE_INTEGER;

/** All subjects whose own data was ever placed, moved, erased or backed up. */
export const stirredSubjects = (view: View): ReadonlyArray<string> => view.index.movedIndividuals();

/**
 * Where the data of everybody in some populations, and of some further subjects, was up to an instant.
 *
 * @param until enrolments after this instant are left out of the weights, which hold at this instant; `always`
 *   leaves out none and tells when each arrived, so that the numbers can be known at every instant.
 */
export const residencyOfMany = (
  view: View,
  populations: Iterable<string>,
  subjects: Iterable<string>,
  until: Instant | 'always',
): WeighedResidency => {
  const gathering = new Gathering(view);
  for (const population of populations) gathering.population(population);
  for (const subject of [...subjects, ...view.simulatedSubjects()]) gathering.subject(subject);
  for (const population of [...gathering.populations]) {
    for (const subject of view.index.individualsOf(population).subjects) gathering.subject(subject);
  }
  const followed = recordedEnrolments(view, gathering.subjects);
  return weighed(gathering, (population, bounds) => {
    const roll = view.index.enrolmentsIn(population, view.known.position);
    if (roll === undefined) return [];
    const storied = [...(followed.get(population) ?? [])].sort(foldingOrder);
    if (until === 'always')
      return cohortsOverTime(withoutThose(roll.enrolments(), storied), [...bounds, endOfTime]);
    const enrolled = new Steps();
    for (const place of storied) enrolled.add(place, 1);
    return cohortsAt(bounds, until, (place) => roll.before(place) - enrolled.before(place));
  });
};

/** Folds what was gathered, with the lone subjects of each population as the cohorts that stand for them. */
const weighed = (
  gathering: Gathering,
  cohortsOf: (population: string, bounds: ReadonlyArray<Fact>) => ReadonlyArray<Cohort>,
): WeighedResidency => {
  const boundsOf = bounding(gathering.facts.values());
  const weights = new Map<string, Cohort>();
  const enrolments: Fact[] = [];
  for (const population of gathering.populations) {
    for (const cohort of cohortsOf(population, boundsOf(population))) {
      const subject = `#${enrolments.length}`;
      weights.set(subject, cohort);
      enrolments.push({
        position: cohort.position,
        type: 'SubjectEnrolled',
        time: cohort.time,
        assurance: 'verified',
        data: { subject, population },
        corrections: [],
      } as Fact);
    }
  }
  const residency = foldResidency(
    [...gathering.facts.values(), ...enrolments],
    (subject) => subject.startsWith('#') || gathering.subjects.has(subject),
  );
  return {
    residency,
    weightOf: (subject) => weights.get(subject)?.count ?? 1,
    arrivalsOf: (subject) => weights.get(subject)?.arrivals,
  };
};

interface Cohort extends Place {
  readonly count: number;
  readonly arrivals?: Float64Array;
}

/** In folding order, what divides a population: who was enrolled before it and who after it may fare differently. */
const bounding = (facts: Iterable<Fact>): ((population: string) => ReadonlyArray<Fact>) => {
  const ofAll: Fact[] = [];
  const of = new Map<string, Fact[]>();
  for (const fact of facts) {
    if (isFact(fact, 'BackupRestored')) ofAll.push(fact);
    if (!('scope' in fact.data) || fact.data.scope === undefined || !isPopulation(fact.data.scope)) continue;
    const { population } = fact.data.scope;
    const bounds = of.get(population);
    if (bounds === undefined) of.set(population, [fact]);
    else bounds.push(fact);
  }
  return (population) => [...ofAll, ...(of.get(population) ?? [])].sort(foldingOrder);
};

const endOfTime: Place = { time: latest, position: latest };

/** After all events of an instant. */
const after = (instant: Instant): Place =>
  instant === never ? endOfTime : { time: instant, position: latest };

/**
 * The lone subjects enrolled in each gap between bounds up to an instant.
 *
 * @param lone how many are enrolled before a place.
 */
const cohortsAt = (
  bounds: ReadonlyArray<Fact>,
  until: Instant,
  lone: (place: Place) => number,
): ReadonlyArray<Cohort> => {
  const end = after(until);
  const cohorts: Cohort[] = [];
  let before = { count: 0, place: { time: -latest, position: 0 } as Place };
  for (const bound of [...bounds.filter((fact) => foldingOrder(fact, end) < 0), end]) {
    const count = lone(bound);
    // Half a place behind the bound before: nothing of the population happens in the gap.
    if (count > before.count) {
      cohorts.push({
        count: count - before.count,
        time: before.place.time,
        position: before.place.position + 0.5,
      });
    }
    before = { count, place: bound };
  }
  return cohorts;
};

/** The enrolments that are not among some others, which are among them. */
const withoutThose = (enrolled: Enrolments, others: ReadonlyArray<Place>): Enrolments => {
  if (others.length === 0) return enrolled;
  const times = new Float64Array(enrolled.times.length);
  const positions = new Float64Array(times.length);
  let [kept, next] = [0, 0];
  for (let at = 0; at < enrolled.times.length; at++) {
    const [time, position] = [enrolled.times[at]!, enrolled.positions[at]!];
    const other = others[next];
    if (other !== undefined && other.time === time && other.position === position) {
      next++;
      continue;
    }
    times[kept] = time;
    positions[kept++] = position;
  }
  return { times: times.subarray(0, kept), positions: positions.subarray(0, kept) };
};

/** Those enrolled in each gap between bounds, from the first of them on. */
const cohortsOverTime = (
  { times, positions }: Enrolments,
  bounds: ReadonlyArray<Place>,
): ReadonlyArray<Cohort> => {
  const cohorts: Cohort[] = [];
  let first = 0;
  for (const bound of bounds) {
    let next = first;
    while (
      next < times.length &&
      (times[next]! < bound.time || (times[next] === bound.time && positions[next]! < bound.position))
    )
      next++;
    if (next > first) {
      const arrivals = times.subarray(first, next);
      cohorts.push({ count: next - first, time: times[first]!, position: positions[first]!, arrivals });
    }
    first = next;
  }
  return cohorts;
};

/** The populations whose data, as a whole, was ever taken to a site or from it. */
const populationsAt = (view: View, site: string): ReadonlyArray<string> => {
  const isThere = (fact: Fact): boolean =>
    ['site', 'from', 'to'].some((place) => (fact.data as Readonly<Record<string, unknown>>)[place] === site);
  return view
    .names('population', '', Number.MAX_SAFE_INTEGER)
    .filter((population) => [...new Gathering(view).population(population).facts.values()].some(isThere));
};

const keyOf = ({
  dataset,
  population,
  kind,
  backup,
}: Pick<SiteHoldingRow, 'dataset' | 'population' | 'kind' | 'backup'>): string =>
  JSON.stringify([dataset, population, kind, backup]);

/** R12 for a site at an instant: by dataset, population, kind, backup. */
export const holdingsAt = (view: View, site: string, validAt: Instant): ReadonlyArray<SiteHoldingRow> =>
  byTally(view, (tally) => {
    const populations = populationsAt(view, site);
    for (const population of populations) tally.followPopulation(view, population);
    tally.followSite(view, site);
    tally.follow(view, view.simulatedSubjects());
    const gathering = new Gathering(view);
    for (const population of populations) gathering.population(population);
    const { residency, weightOf } = weighed(gathering, (population, bounds) =>
      cohortsAt(bounds, validAt, loneIn(view, population, tally)),
    );
    const rows = new Map<string, { -readonly [K in keyof SiteHoldingRow]: SiteHoldingRow[K] }>();
    // Holdings of populations are there whoever is in them.
    for (const { holding, from, to } of residency.holdings) {
      if (holding.site !== site || validAt < from || validAt >= to) continue;
      const { site: _, ...described } = sharedHolding(holding);
      const expires =
        described.backup === null ? never : (residency.backups.get(described.backup)?.expires ?? never);
      const since = formatInstant(from);
      rows.set(keyOf(described), { ...described, since, overdue: expires <= validAt, subjects: 0 });
    }
    for (const { holding, subject, from, to } of residency.presences) {
      if (holding.site !== site || validAt < from || validAt >= to) continue;
      const row = rows.get(keyOf(sharedHolding(holding)));
      if (row !== undefined) row.subjects += weightOf(subject);
    }
    for (const { steps, expires, ...described } of tally.at(site)) {
      const subjects = steps.at(validAt);
      if (subjects === 0) continue;
      const row = rows.get(keyOf(described));
      if (row !== undefined) row.subjects += subjects;
      else if (described.population === null) {
        const since = formatInstant(steps.since(validAt)!);
        rows.set(keyOf(described), { ...described, since, overdue: expires <= validAt, subjects });
      }
    }
    return [...rows.values()].sort(
      (a, b) =>
        codeUnitOrder(a.dataset, b.dataset) ||
        codeUnitOrder(a.population ?? '', b.population ?? '') ||
        codeUnitOrder(a.kind, b.kind) ||
        codeUnitOrder(a.backup ?? '', b.backup ?? ''),
    );
  });

/** How many lone subjects were enrolled in a population before a place. */
const loneIn = (view: View, population: string, tally: Tally): ((place: Place) => number) => {
  const roll = view.index.enrolmentsIn(population, view.known.position);
  if (roll === undefined) return () => 0;
  return (place) => roll.before(place) - tally.enrolledBefore(population, place);
};

/** How many subjects are in a population at an instant. */
export const membersAt = (view: View, population: string, validAt: Instant): number =>
  byTally(view, (tally) => {
    tally.followPopulation(view, population);
    tally.follow(view, view.simulatedSubjects());
    return loneIn(view, population, tally)(after(validAt)) + tally.membersAt(population, validAt);
  });

/**
 * What a site holds, of how many subjects: R12, for a site.
 *
 * Subjects of whom nothing is known but one enrolment share the fate of all others who were enrolled in the same
 * population between the same two of its events: each such gap is followed as one, weighed by their number. The
 * others are followed one by one. So the numbers are exact, and cost by what happened, not by how many people there are.
 */
import { subjectsOf } from '../../domain/events/subjects.ts';
import { type Fact, foldingOrder, isFact } from '../../domain/facts.ts';
import { codeUnitOrder } from '../../domain/order.ts';
import type { Weights } from '../../domain/policy/weights.ts';
import { foldResidency, type Residency } from '../../domain/residency/fold.ts';
import { isPopulation } from '../../domain/scope.ts';
import { formatInstant, type Instant, never } from '../../domain/time.ts';
import { cover, type Interval, intervalAt } from '../../domain/timeline.ts';
import { type Enrolments, type Place, Roll, touchedOtherwise } from '../census.ts';
import type { View } from '../view.ts';
import type { SiteHoldingRow } from './answers.ts';
import { Gathering } from './gather.ts';

/** A residency of many, and how many people each followed subject stands for. */
export interface WeighedResidency extends Weights {
  readonly residency: Residency;
}

const latest = Number.MAX_SAFE_INTEGER;

/** The id under which the projections keep a population, if any event mentions it. */
const populationId = (view: View, population: string): number | undefined =>
  view.index.nameOf.get('population', population)?.id as number | undefined;

/** The subjects, by name, who have to be followed one by one to know who of a population is where. */
export const storiedSubjects = (view: View, population: string): ReadonlySet<string> => {
  const id = populationId(view, population);
  return id === undefined ? new Set() : namesOf(view, view.index.census.storiedIn(id));
};

/** All subjects whose own data was ever placed, moved, erased or backed up. */
export const stirredSubjects = (view: View): ReadonlySet<string> =>
  namesOf(view, view.index.census.storiedIn(touchedOtherwise));

const namesOf = (view: View, hashes: ReadonlySet<number>): ReadonlySet<string> =>
  new Set([...hashes].flatMap((hash) => [...view.index.subjectsUnder(hash)]));

/** By population: enrolments of some subjects, as recorded, in folding order: what is counted but followed as well. */
type RecordedEnrolments = ReadonlyMap<string, ReadonlyArray<Place>>;

const recordedEnrolments = (view: View, subjects: Iterable<string>): RecordedEnrolments => {
  const places = new Map<string, Place[]>();
  for (const subject of subjects) {
    for (const position of view.positions('subject', subject)) {
      if (!view.isRecorded(position)) continue;
      const event = view.recorded(position)?.event;
      if (event?.type !== 'SubjectEnrolled' && event?.type !== 'SubjectsEnrolled') continue;
      if (!subjectsOf(event).has(subject)) continue;
      const { population } = event.data;
      const ofPopulation = places.get(population);
      if (ofPopulation === undefined) places.set(population, [{ time: event.time, position }]);
      else ofPopulation.push({ time: event.time, position });
    }
  }
  for (const ofPopulation of places.values()) ofPopulation.sort(foldingOrder);
  return places;
};

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
    for (const subject of storiedSubjects(view, population)) gathering.subject(subject);
  }
  const weights = new Map<string, Cohort>();
  const enrolments: Fact[] = [];
  const followed = recordedEnrolments(view, gathering.subjects);
  const bounds = boundsOf(gathering.facts.values());
  for (const population of gathering.populations) {
    for (const cohort of cohortsOf(view, population, bounds, followed.get(population) ?? [], until)) {
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
interface Bounds {
  readonly ofAll: ReadonlyArray<Fact>;
  readonly of: ReadonlyMap<string, ReadonlyArray<Fact>>;
}

const boundsOf = (facts: Iterable<Fact>): Bounds => {
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
  return { ofAll, of };
};

/** Lone subjects by the gap between events of their population in which they were enrolled. */
const cohortsOf = (
  view: View,
  population: string,
  { ofAll, of }: Bounds,
  storied: ReadonlyArray<Place>,
  until: Instant | 'always',
): ReadonlyArray<Cohort> => {
  const id = populationId(view, population);
  if (id === undefined) return [];
  const roll = new Roll(view.index.runs, id, view.known.position);
  const end: Place = { time: until === never || until === 'always' ? latest : until, position: latest };
  const bounds = [...ofAll, ...(of.get(population) ?? [])]
    .filter((fact) => foldingOrder(fact, end) < 0)
    .sort(foldingOrder);
  if (until === 'always') return cohortsOverTime(withoutThose(roll.enrolments(), storied), [...bounds, end]);
  const cohorts: Cohort[] = [];
  let before = { count: 0, place: { time: -latest, position: 0 } as Place };
  let followedBefore = 0;
  for (const bound of [...bounds, end]) {
    while (followedBefore < storied.length && foldingOrder(storied[followedBefore]!, bound) < 0)
      followedBefore++;
    const count = roll.before(bound) - followedBefore;
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

/** What stands at a site, and of which populations and subjects. */
const concernedAt = (view: View, site: string): { populations: Set<string>; subjects: Set<string> } => {
  const populations = new Set<string>();
  const subjects = new Set<string>();
  const concern = (fact: Fact): void => {
    if (!('scope' in fact.data) || fact.data.scope === undefined) return;
    if (isPopulation(fact.data.scope)) populations.add(fact.data.scope.population);
    else subjects.add(fact.data.scope.subject);
  };
  for (const fact of view.facts('data-at', site)) {
    concern(fact);
    if (isFact(fact, 'BackupMoved') || isFact(fact, 'BackupRestored')) {
      for (const taken of view.facts('backup', fact.data.backup)) concern(taken);
    }
  }
  return { populations, subjects };
};

/** R12 for a site at an instant: by dataset, population, kind, backup. */
export const holdingsAt = (view: View, site: string, validAt: Instant): ReadonlyArray<SiteHoldingRow> => {
  const { populations, subjects } = concernedAt(view, site);
  const { residency, weightOf } = residencyOfMany(view, populations, subjects, validAt);
  const rows = new Map<string, { -readonly [K in keyof SiteHoldingRow]: SiteHoldingRow[K] }>();
  for (const { holding, from, to } of residency.holdings) {
    if (holding.site !== site || validAt < from || validAt >= to) continue;
    const backup = holding.kind === 'backup' ? holding.backup : null;
    const population =
      holding.kind === 'live'
        ? holding.population
        : isPopulation(holding.scope)
          ? holding.scope.population
          : null;
    const expires = backup === null ? never : (residency.backups.get(backup)?.expires ?? never);
    rows.set(keyOf(holding.kind, holding.dataset, population, backup), {
      dataset: holding.dataset,
      population,
      kind: holding.kind,
      backup,
      since: formatInstant(from),
      overdue: expires <= validAt,
      subjects: 0,
    });
  }
  const own = new Map<string, Interval[]>();
  for (const { holding, subject, from, to } of residency.presences) {
    if (holding.site !== site) continue;
    if (holding.kind === 'own') own.set(holding.dataset, [...(own.get(holding.dataset) ?? []), { from, to }]);
    if (validAt < from || validAt >= to) continue;
    if (holding.kind === 'own') continue;
    const population =
      holding.kind === 'live'
        ? holding.population
        : isPopulation(holding.scope)
          ? holding.scope.population
          : null;
    const row = rows.get(
      keyOf(holding.kind, holding.dataset, population, holding.kind === 'backup' ? holding.backup : null),
    );
    if (row !== undefined) row.subjects += weightOf(subject);
  }
  for (const [dataset, intervals] of own) {
    const since = intervalAt(cover(intervals), validAt)?.from;
    if (since === undefined) continue;
    rows.set(keyOf('live', dataset, null, null), {
      dataset,
      population: null,
      kind: 'live',
      backup: null,
      since: formatInstant(since),
      overdue: false,
      subjects: intervals.filter(({ from, to }) => from <= validAt && validAt < to).length,
    });
  }
  return [...rows.values()].sort(
    (a, b) =>
      codeUnitOrder(a.dataset, b.dataset) ||
      codeUnitOrder(a.population ?? '', b.population ?? '') ||
      codeUnitOrder(a.kind, b.kind) ||
      codeUnitOrder(a.backup ?? '', b.backup ?? ''),
  );
};

const keyOf = (...parts: ReadonlyArray<string | null>): string => parts.map((part) => part ?? '').join(' ');

/** How many subjects are in a population at an instant. */
export const membersAt = (view: View, population: string, validAt: Instant): number => {
  const id = populationId(view, population);
  if (id === undefined) return 0;
  const storied = storiedSubjects(view, population);
  const gathering = new Gathering(view);
  for (const subject of storied) gathering.subject(subject);
  let members = 0;
  for (const pieces of gathering.fold().memberships.values()) {
    if (intervalAt(pieces, validAt)?.value.population === population) members++;
  }
  const end: Place = { time: validAt === never ? latest : validAt, position: latest };
  const followed = (recordedEnrolments(view, storied).get(population) ?? []).filter(
    (place) => foldingOrder(place, end) < 0,
  ).length;
  return new Roll(view.index.runs, id, view.known.position).before(end) - followed + members;
};

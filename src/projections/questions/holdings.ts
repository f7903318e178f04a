/**
 * What a site holds, of how many subjects: R12, for a site.
 *
 * Subjects of whom nothing is known but one enrolment share the fate of all others who were enrolled in the same
 * population between the same two of its events: each such gap is followed as one, weighed by their number. The
 * others are followed one by one. So the numbers are exact, and cost by what happened, not by how many people there are.
 */
import { subjectsIn } from '../../domain/events/subjects.ts';
import { type Fact, foldingOrder, isFact } from '../../domain/facts.ts';
import { codeUnitOrder } from '../../domain/order.ts';
import { foldResidency, type Residency } from '../../domain/residency/fold.ts';
import { isPopulation } from '../../domain/scope.ts';
import { beginning, formatInstant, type Instant, never } from '../../domain/time.ts';
import { cover, type Interval, intervalAt } from '../../domain/timeline.ts';
import { topic } from '../topics.ts';
import type { View } from '../view.ts';
import type { SiteHoldingRow } from './answers.ts';
import { Gathering } from './gather.ts';

/** A residency of many, and how many people each followed subject stands for. */
export interface WeighedResidency {
  readonly residency: Residency;
  readonly weightOf: (subject: string) => number;
}

const earliest = Number.MIN_SAFE_INTEGER;
const latest = Number.MAX_SAFE_INTEGER;
const finite = (instant: Instant): number =>
  instant === never ? latest : instant === beginning ? earliest : instant;

/** The subjects, by name, whom the storied rows of a population stand for. */
export const storiedSubjects = (view: View, population: string): ReadonlySet<string> => {
  const names = new Set<string>();
  const id = view.index.nameOf.get('population', population)?.id as number | undefined;
  if (id === undefined) return names;
  for (const row of view.index.storied.all(id)) {
    const hash = row.subject as number;
    for (const fact of view.factsOfHash(hash)) {
      for (const subject of subjectsIn(fact.data)) if (topic('subject', subject) === hash) names.add(subject);
    }
  }
  return names;
};

/**
 * Where the data of everybody in some populations, and of some further subjects, was up to an instant.
 *
 * @param until enrolments after this instant are left out of the weights.
 */
export const residencyOfMany = (
  view: View,
  populations: Iterable<string>,
  subjects: Iterable<string>,
  until: Instant,
): WeighedResidency => {
  const gathering = new Gathering(view);
  for (const population of populations) gathering.population(population);
  for (const subject of subjects) gathering.subject(subject);
  for (const population of [...gathering.populations]) {
    for (const subject of storiedSubjects(view, population)) gathering.subject(subject);
  }
  const weights = new Map<string, number>();
  const enrolments: Fact[] = [];
  for (const population of gathering.populations) {
    for (const cohort of cohortsOf(view, population, gathering.facts.values(), until)) {
      const subject = `#${enrolments.length}`;
      weights.set(subject, cohort.count);
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
  return { residency, weightOf: (subject) => weights.get(subject) ?? 1 };
};

interface Cohort {
  readonly count: number;
  readonly time: Instant;
  readonly position: number;
}

/** Whether who was enrolled before the fact and who after it may fare differently. */
const parts = (fact: Fact, population: string): boolean =>
  isFact(fact, 'BackupRestored') ||
  ('scope' in fact.data &&
    fact.data.scope !== undefined &&
    isPopulation(fact.data.scope) &&
    fact.data.scope.population === population);

/** Lone subjects by the gap between events of their population in which they were enrolled. */
const cohortsOf = (
  view: View,
  population: string,
  facts: Iterable<Fact>,
  until: Instant,
): ReadonlyArray<Cohort> => {
  const id = view.index.nameOf.get('population', population)?.id as number | undefined;
  if (id === undefined) return [];
  const bounds = [...facts].filter((fact) => parts(fact, population)).sort(foldingOrder);
  const cohorts: Cohort[] = [];
  const end = { time: finite(until), position: latest };
  let from = { time: earliest, position: 0 };
  for (const bound of [...bounds, end]) {
    const to = foldingOrder(bound, end) < 0 ? bound : end;
    const row = view.index.loneBetween.get(
      id,
      from.time,
      from.position,
      to.time,
      to.position,
      view.known.position,
    )!;
    if ((row.count as number) > 0) {
      // Any place within the gap will do: nothing of the population happens in it.
      cohorts.push({
        count: row.count as number,
        time: row.time as number,
        position: row.position as number,
      });
    }
    if (to === end) break;
    from = to;
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
  const id = view.index.nameOf.get('population', population)?.id as number | undefined;
  if (id === undefined) return 0;
  const lone = view.index.loneMembers.get(id, finite(validAt), view.known.position)!.count as number;
  const gathering = new Gathering(view);
  for (const subject of storiedSubjects(view, population)) gathering.subject(subject);
  let storied = 0;
  for (const pieces of gathering.fold().memberships.values()) {
    if (intervalAt(pieces, validAt)?.value.population === population) storied++;
  }
  return lone + storied;
};

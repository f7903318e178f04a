/** What a site holds, and of how many subjects (R12). */

import type { SiteHoldingRow } from '../contract/rows/residency.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import type { Fact } from '../domain/recording/facts.ts';
import { sharedHolding } from '../domain/residency/holding.ts';
import { overdueSince } from '../domain/residency/overdue.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { contains } from '../domain/time/interval.ts';
import { cohortsUntil } from './enrolment-cohorts.ts';
import type { IndividualCounts } from './individual-counts.ts';
import { withIndividualCounts } from './kept-counts.ts';
import { enrolledInCohorts } from './members.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { type ResidencyOfMany, withCohorts } from './residency-of-many.ts';
import type { View } from './view.ts';
import type { Work } from './work.ts';

/** Presences to process between two checks whether a caller still waits. */
const presencesBetweenLooks = 1_024;

type RowDraft = { -readonly [K in keyof SiteHoldingRow]: SiteHoldingRow[K] };

/** The populations whose whole data was ever moved to or from a site. */
const populationsAt = (view: View, site: string): ReadonlyArray<string> => {
  const isThere = (fact: Fact): boolean =>
    ['site', 'from', 'to'].some((place) => (fact.data as Readonly<Record<string, unknown>>)[place] === site);
  return view
    .populations()
    .filter((population) =>
      [...new ResidencyFacts(view).addPopulation(population).facts.values()].some(isThere),
    );
};

const keyOf = ({
  dataset,
  population,
  kind,
  backup,
}: Pick<SiteHoldingRow, 'dataset' | 'population' | 'kind' | 'backup'>): string =>
  JSON.stringify([dataset, population, kind, backup]);

const rowOrder = (a: SiteHoldingRow, b: SiteHoldingRow): number =>
  codeUnitOrder(a.dataset, b.dataset) ||
  codeUnitOrder(a.population ?? '', b.population ?? '') ||
  codeUnitOrder(a.kind, b.kind) ||
  codeUnitOrder(a.backup ?? '', b.backup ?? '');

/** The populations' holdings at the site with the people in cohorts, by key. */
const rowsOfPopulations = (
  { residency, sizeOf }: ResidencyOfMany,
  site: string,
  validAt: Instant,
  work: Work,
): Map<string, RowDraft> => {
  const rows = new Map<string, RowDraft>();
  // A population's holding is shown even if it contains nobody.
  for (const { holding, ...interval } of residency.holdings) {
    if (holding.site !== site || !contains(interval, validAt)) continue;
    const { site: _, ...described } = sharedHolding(holding);
    const expires = overdueSince(residency.backups, described.backup);
    const since = formatInstant(interval.from);
    rows.set(keyOf(described), { ...described, since, overdue: expires <= validAt, subjects: 0 });
  }
  for (const [index, { holding, subject, from, to }] of residency.presences.entries()) {
    if (index % presencesBetweenLooks === 0) work.goOn(presencesBetweenLooks);
    if (holding.site !== site || !contains({ from, to }, validAt)) continue;
    const row = rows.get(keyOf(sharedHolding(holding)));
    if (row !== undefined) row.subjects += sizeOf(subject);
  }
  return rows;
};

/** Adds the individuals to the rows of populations, and rows for the subjects' own holdings. */
const addIndividuals = (
  rows: Map<string, RowDraft>,
  counts: IndividualCounts,
  site: string,
  validAt: Instant,
): void => {
  for (const { count, expires, ...described } of counts.at(site)) {
    const subjects = count.at(validAt);
    if (subjects === 0) continue;
    const key = keyOf(described);
    const row = rows.get(key);
    if (row !== undefined) row.subjects += subjects;
    else if (described.population === null) {
      const since = formatInstant(count.since(validAt)!);
      rows.set(key, { ...described, since, overdue: expires <= validAt, subjects });
    }
  }
};

/** R12 for a site at an instant, by dataset, population, kind and backup. */
export const holdingsAt = (view: View, site: string, validAt: Instant): ReadonlyArray<SiteHoldingRow> =>
  withIndividualCounts(view, (counts) => {
    const facts = new ResidencyFacts(view);
    for (const population of populationsAt(view, site)) {
      counts.addPopulation(view, population);
      facts.addPopulation(population);
    }
    counts.addThoseAt(view, site);
    counts.addAll(view, view.simulatedSubjects());
    const inCohorts = withCohorts(facts, (population, divisions) =>
      cohortsUntil(divisions, validAt, enrolledInCohorts(view, population, counts)),
    );
    const rows = rowsOfPopulations(inCohorts, site, validAt, view.work);
    addIndividuals(rows, counts, site, validAt);
    return [...rows.values()].sort(rowOrder);
  });

/**
 * Presences of data, with the class that the data is of over time.
 *
 * Where a subject leaves a population, or is left in one holding out of two, its data passes from one class to the next
 * and stays where it is: the presence goes on (R12, R14).
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import { populationOf } from '../residency/holding.ts';
import type { Residency } from '../residency/residency.ts';
import { type RowKey, type RowPresence, rowPresences } from '../residency/rows.ts';
import { elementaryIntervals, type Interval } from '../time/interval.ts';
import { cover, holdsAt, intersect, type Timeline } from '../time/timeline.ts';
import type { Varying } from '../time/varying.ts';
import { type DataClass, overKey } from './data-class.ts';
import type { Grants } from './grants.ts';
import type { GoOn } from './reach.ts';

/** Data in one row, from the instant it came to the instant it went. The classes follow each other without a gap. */
export interface DataPresence extends Interval {
  readonly row: RowKey;
  readonly classes: Varying<DataClass>;
}

/** The order of presences in answers: by dataset, site, kind, backup, from. */
export const dataPresenceOrder = (a: DataPresence, b: DataPresence): number =>
  codeUnitOrder(a.row.dataset, b.row.dataset) ||
  codeUnitOrder(a.row.site, b.row.site) ||
  codeUnitOrder(a.row.kind, b.row.kind) ||
  codeUnitOrder(a.row.backup ?? '', b.row.backup ?? '') ||
  a.from - b.from;

/** The presences of the subject's data, in the order of answers. */
export const dataPresencesOf = (
  grants: Grants,
  residency: Residency,
  subject: string,
  goOn: GoOn = () => {},
): ReadonlyArray<DataPresence> => {
  const memberships = residency.memberships.get(subject) ?? [];
  return rowPresences(residency, subject)
    .map((presence) => classified(grants, presence, subject, memberships, goOn))
    .sort(dataPresenceOrder);
};

const classified = (
  grants: Grants,
  { row, from, to, behind }: RowPresence,
  subject: string,
  memberships: Varying<{ readonly population: string }>,
  goOn: GoOn,
): DataPresence => {
  const { dataset } = row;
  // R14: a grant over a population covers the data of its holding, and the data of each subject in it.
  const covering = new Map<string, Interval[]>();
  const add = (population: string | undefined, interval: Interval): void => {
    if (population === undefined || !isGrantedOver(grants, dataset, population)) return;
    const list = covering.get(population);
    if (list === undefined) covering.set(population, [interval]);
    else list.push(interval);
  };
  for (const presence of behind) add(populationOf(presence.holding), presence);
  for (const membership of memberships) add(membership.value.population, membership);
  const present = [{ from, to }];
  return {
    row,
    from,
    to,
    classes: classes(
      row,
      { from, to },
      new Map(
        [...covering].map(([population, intervals]) => [population, intersect(cover(intervals), present)]),
      ),
      grants.termsOver(overKey({ dataset, scope: { subject } })).length > 0 ? subject : null,
      goOn,
    ),
  };
};

/** Whether a grant is ever over the population, or over its data of the dataset. */
export const isGrantedOver = (grants: Grants, dataset: string, population: string): boolean =>
  grants.termsOver(overKey({ population })).length > 0 ||
  grants.termsOver(overKey({ dataset, scope: { population } })).length > 0;

/** The class of the row in each part of its presence: another where another set of populations covers it. */
const classes = (
  { dataset, site, backup }: RowKey,
  present: Interval,
  covering: ReadonlyMap<string, Timeline>,
  subject: string | null,
  goOn: GoOn,
): Varying<DataClass> => {
  const names = [...covering.keys()].sort(codeUnitOrder);
  return elementaryIntervals([present, ...[...covering.values()].flat()]).map((interval) => {
    goOn(names.length);
    const populations = names.filter((name) => holdsAt(covering.get(name)!, interval.from));
    return { ...interval, value: { dataset, site, backup, populations, subject } };
  });
};

/** A presence of data that is of one class throughout. */
export const presenceOfClass = (data: DataClass, { from, to }: Interval): DataPresence => ({
  row: {
    dataset: data.dataset,
    site: data.site,
    kind: data.backup === null ? 'live' : 'backup',
    backup: data.backup,
  },
  from,
  to,
  classes: [{ from, to, value: data }],
});

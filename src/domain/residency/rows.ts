/**
 * What is shown of a subject's residency: R12, one row a dataset and site for live data, through whichever holdings,
 * and one a backup and site.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Interval } from '../time/interval.ts';
import type { Residency, SubjectPresence } from './fold.ts';

/** Which row: `backup` is null for live data. */
export interface RowKey {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
}

/** A maximal uninterrupted presence of a row, with the presences in single holdings behind it. */
export interface RowPresence extends Interval {
  readonly row: RowKey;
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
  readonly behind: ReadonlyArray<SubjectPresence>;
}

/** The row that shows a presence in a holding. */
const rowOf = ({ holding }: Pick<SubjectPresence, 'holding'>): RowKey => ({
  dataset: holding.dataset,
  site: holding.site,
  kind: holding.kind === 'backup' ? 'backup' : 'live',
  backup: holding.kind === 'backup' ? holding.backup : null,
});

/** The order in which rows are shown: by dataset, site, backup; live data first. */
export const rowOrder = (a: RowKey, b: RowKey): number =>
  codeUnitOrder(a.dataset, b.dataset) ||
  codeUnitOrder(a.site, b.site) ||
  codeUnitOrder(a.backup ?? '', b.backup ?? '');

/** Everything shown of a subject, in the order of rows and then of time. */
export const rowPresences = (residency: Residency, subject: string): ReadonlyArray<RowPresence> => {
  const rows = new Map<string, SubjectPresence[]>();
  for (const presence of residency.presencesOf(subject)) {
    const { dataset, site, backup } = rowOf(presence);
    const key = `${dataset} ${site} ${backup ?? ''}`;
    rows.set(key, [...(rows.get(key) ?? []), presence]);
  }
  return [...rows.values()]
    .flatMap((presences) => coalesce(presences))
    .sort((a, b) => rowOrder(a.row, b.row) || a.from - b.from);
};

const coalesce = (presences: ReadonlyArray<SubjectPresence>): ReadonlyArray<RowPresence> => {
  const sorted = [...presences].sort((a, b) => a.from - b.from || a.to - b.to);
  const groups: { from: number; to: number; behind: SubjectPresence[] }[] = [];
  for (const presence of sorted) {
    const last = groups.at(-1);
    if (last !== undefined && presence.from <= last.to) {
      last.to = Math.max(last.to, presence.to);
      last.behind.push(presence);
    } else groups.push({ from: presence.from, to: presence.to, behind: [presence] });
  }
  return groups.map(({ from, to, behind }) => ({
    row: rowOf(behind[0]!),
    from,
    to,
    opened: positions(behind.filter((presence) => presence.from === from).map((presence) => presence.opened)),
    closed: positions(behind.filter((presence) => presence.to === to).map((presence) => presence.closed)),
    behind,
  }));
};

const positions = (lists: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> =>
  [...new Set(lists.flat())].sort((a, b) => a - b);

/**
 * What is shown of a subject's residency: R12, one row a dataset and site for live data, through whichever holdings,
 * and one a backup and site.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import { coalesce } from '../time/interval.ts';
import { closedTogether, openedTogether, type Span } from '../time/span.ts';
import type { SubjectPresence } from './presences.ts';
import type { Residency } from './residency.ts';

/** Which row: `backup` is null for live data. */
export interface RowKey {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
}

/** A maximal uninterrupted presence of a row, with the presences in single holdings behind it. */
export interface RowPresence extends Span {
  readonly row: RowKey;
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
  const byRow = Map.groupBy(residency.presencesOf(subject), (presence) => {
    const { dataset, site, backup } = rowOf(presence);
    return `${dataset}\n${site}\n${backup ?? ''}`;
  });
  return [...byRow.values()].flatMap(uninterrupted).sort((a, b) => rowOrder(a.row, b.row) || a.from - b.from);
};

/** The presences of one row, put together where they overlap or meet. */
const uninterrupted = (presences: ReadonlyArray<SubjectPresence>): ReadonlyArray<RowPresence> =>
  coalesce(presences).map(({ from, to, parts }) => ({
    row: rowOf(parts[0]!),
    from,
    to,
    opened: openedTogether(parts, from),
    closed: closedTogether(parts, to),
    behind: parts,
  }));

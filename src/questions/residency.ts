/** Where a person's data was, at an instant and over time. */

import type { HistoryRow, ResidencyRow } from '../contract/rows/residency.ts';
import { overdueSince } from '../domain/residency/overdue.ts';
import { type RowPresence, rowOrder, rowPresences } from '../domain/residency/rows.ts';
import { formatBound, formatInstant, type Instant } from '../domain/time/instant.ts';
import { Descriptions } from './descriptions.ts';
import { assuranceOf, proofOf } from './proof-of.ts';
import { residencyOf } from './residency-facts.ts';
import type { View } from './view.ts';

/** The fields of a row, with its site as described at an instant. */
const describedAt = (
  descriptions: Descriptions,
  { dataset, site, kind, backup }: RowPresence['row'],
  at: Instant,
): Pick<ResidencyRow, 'dataset' | 'site' | 'country' | 'operator' | 'kind' | 'backup'> => {
  const { country = null, operator = null } = descriptions.siteAt(site, at);
  return { dataset, site, country, operator, kind, backup };
};

/** R12 at an instant, by dataset, site and backup. */
export const residencyAt = (view: View, subject: string, validAt: Instant): ReadonlyArray<ResidencyRow> => {
  const residency = residencyOf(view, subject);
  const descriptions = new Descriptions(view);
  return rowPresences(residency, subject)
    .filter((presence) => presence.from <= validAt && validAt < presence.to)
    .map(({ row, from, opened }) => {
      const expires = overdueSince(residency.backups, row.backup);
      return {
        ...describedAt(descriptions, row, validAt),
        since: formatInstant(from),
        overdue: expires <= validAt,
        assurance: assuranceOf(view, opened),
        events: proofOf(view, opened),
      };
    });
};

const historyOrder = (a: RowPresence, b: RowPresence): number => a.from - b.from || rowOrder(a.row, b.row);

/**
 * R12 over time: every presence that overlaps `[from, to)`, not cut to it, by its begin, with its site as described
 * then.
 */
export const historyBetween = (
  view: View,
  subject: string,
  from: Instant,
  to: Instant,
): ReadonlyArray<HistoryRow> => {
  const descriptions = new Descriptions(view);
  return [...rowPresences(residencyOf(view, subject), subject)]
    .filter((presence) => presence.from < to && from < presence.to)
    .sort(historyOrder)
    .map(({ row, from, to, opened, closed }) => ({
      ...describedAt(descriptions, row, from),
      from: formatInstant(from),
      to: formatBound(to),
      assurance: assuranceOf(view, opened),
      events: proofOf(view, [...opened, ...closed]),
    }));
};

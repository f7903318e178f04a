/**
 * The table of sites and what they hold.
 */

import { countryColumn, siteColumn } from '../parts/holding-columns.tsx';
import { Icon } from '../parts/icon.tsx';
import { PartyWord } from '../parts/names.tsx';
import type { Column } from '../parts/table.tsx';

/** A site with its number of holdings, and the number of people in the largest. */
export interface SiteTotals {
  readonly site: string;
  readonly country: string | null;
  readonly operator: string | null;
  readonly live: number;
  readonly backups: number;
  readonly overdue: number;
  readonly subjects: number;
}

export const siteColumns: ReadonlyArray<Column<SiteTotals>> = [
  siteColumn,
  countryColumn,
  {
    key: 'operator',
    head: 'Operator',
    value: (row) => row.operator,
    cell: (row) => (row.operator === null ? '' : <PartyWord id={row.operator} />),
  },
  { key: 'live', head: 'Live', align: 'end', value: (row) => row.live },
  { key: 'backups', head: 'Backups', align: 'end', value: (row) => row.backups },
  {
    key: 'overdue',
    head: 'Overdue',
    align: 'end',
    value: (row) => row.overdue,
    cell: (row) =>
      row.overdue === 0 ? (
        0
      ) : (
        <span className="overdue-mark">
          <Icon name="warning" />
          {row.overdue}
        </span>
      ),
  },
  {
    key: 'subjects',
    head: 'People in the largest',
    align: 'end',
    value: (row) => row.subjects,
    cell: (row) => row.subjects.toLocaleString('en'),
  },
];

/**
 * The table of sites and what they hold.
 */
import { Icon } from '../parts/icon.tsx';
import { Country, PartyWord, SiteWord } from '../parts/names.tsx';
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
  { key: 'site', head: 'Site', value: (row) => row.site, cell: (row) => <SiteWord id={row.site} /> },
  {
    key: 'country',
    head: 'Country',
    value: (row) => row.country,
    cell: (row) => <Country code={row.country} />,
  },
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

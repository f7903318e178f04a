/**
 * Where a person's live data is at a moment, by site.
 */
import type { Clocks } from '../../../src/client/client.ts';
import type { ResidencyRow } from '../../../src/client/rows.ts';
import { assuranceColumn, datasetColumn } from '../parts/holding-columns.tsx';
import { Moment } from '../parts/moment.tsx';
import { Country, countryName, PartyWord, SiteName } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

export interface PanelProps {
  readonly rows: ReadonlyArray<ResidencyRow>;
  readonly clocks: Clocks | undefined;
  readonly minAssurance: string;
  readonly subject: string;
  readonly at: number;
}

const code = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The heading of a site: its name, its country and its operator. */
export const SiteHeading = ({ row }: { row: Pick<ResidencyRow, 'site' | 'country' | 'operator'> }) => (
  <span className="site-heading">
    <SiteName id={row.site} />
    <span className="site-facts">
      <Country code={row.country} />
      {row.country === null ? null : ` ${countryName(row.country)}`}, operated by{' '}
      {row.operator === null ? <span className="unknown">unknown</span> : <PartyWord id={row.operator} />}
    </span>
  </span>
);

/** The site in files. On the page it is in the group heading. */
export const placeColumns: ReadonlyArray<Column<ResidencyRow>> = [
  { key: 'site', head: 'Site', value: (row) => row.site, fileOnly: true },
  { key: 'country', head: 'Country', value: (row) => row.country, fileOnly: true },
  { key: 'operator', head: 'Operator', value: (row) => row.operator, fileOnly: true },
];

const columns: ReadonlyArray<Column<ResidencyRow>> = [
  ...placeColumns,
  datasetColumn,
  { key: 'since', head: 'Since (UTC)', value: (row) => row.since, cell: (row) => <Moment at={row.since} /> },
  assuranceColumn,
  {
    key: 'events',
    head: 'Proof',
    value: (row) => row.events,
    cell: (row) => <ProofLink events={row.events} of={`${row.dataset} at ${row.site}`} />,
  },
];

export const WherePanel = ({ rows, clocks, minAssurance, subject }: PanelProps) => {
  const sorted = [...rows].sort((a, b) => code(a.site, b.site) || code(a.dataset, b.dataset));
  const table = {
    caption: `Where the live data of ${subject} is`,
    fileName: `where-${subject}`,
    columns,
    rows: sorted,
    rowKey: (row: ResidencyRow) => `${row.site}\n${row.dataset}`,
    groupOf: (row: ResidencyRow) => ({ key: row.site, heading: <SiteHeading row={row} /> }),
    clocks,
    minAssurance,
    empty: 'The ledger knows of no live data at this moment. Choose another one, or a weaker assurance.',
  };
  return <TablePanel name="where" title="Where it lives" {...table} />;
};

/** Backups with a person's data at a moment, overdue ones first. */

import type { ResidencyRow } from '../../../src/client/rows.ts';
import { assuranceColumn, datasetColumn } from '../parts/holding-columns.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { BackupId } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { lengthInWords } from './residency.ts';
import { type PanelProps, placeColumns, SiteHeading } from './where-panel.tsx';

const code = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const BackupsPanel = ({
  rows,
  expires,
  clocks,
  minAssurance,
  subject,
  at,
}: PanelProps & { expires: ReadonlyMap<string, number> }) => {
  const until = (row: ResidencyRow): number | undefined => expires.get(row.backup ?? '');
  const status = (row: ResidencyRow): string => {
    const expiry = until(row);
    if (row.overdue) return expiry === undefined ? 'overdue' : `overdue by ${lengthInWords(expiry, at)}`;
    return expiry === undefined ? 'no expiry date' : 'not expired';
  };
  const columns: ReadonlyArray<Column<ResidencyRow>> = [
    ...placeColumns,
    datasetColumn,
    {
      key: 'backup',
      head: 'Backup',
      value: (row) => row.backup,
      cell: (row) => <BackupId id={row.backup ?? ''} />,
    },
    {
      key: 'since',
      head: 'Since (UTC)',
      value: (row) => row.since,
      cell: (row) => <Moment at={row.since} />,
    },
    {
      key: 'keptUntil',
      head: 'Expires',
      value: (row) => {
        const expiry = until(row);
        return expiry === undefined ? null : new Date(expiry).toISOString();
      },
      cell: (row) => {
        const expiry = until(row);
        return expiry === undefined ? <span className="unknown">never</span> : <Moment at={expiry} />;
      },
    },
    {
      key: 'overdue',
      head: 'Status',
      value: (row) => row.overdue,
      cell: (row) => (
        <span className={row.overdue ? 'overdue-mark' : 'standing'}>
          {row.overdue ? <Icon name="warning" /> : null}
          {status(row)}
        </span>
      ),
    },
    assuranceColumn,
    {
      key: 'events',
      head: 'Proof',
      value: (row) => row.events,
      cell: (row) => <ProofLink events={row.events} of={`backup ${row.backup} at ${row.site}`} />,
    },
  ];
  const mostOverdue = (site: string): boolean => rows.some((row) => row.site === site && row.overdue);
  const sorted = [...rows].sort(
    (a, b) =>
      Number(mostOverdue(b.site)) - Number(mostOverdue(a.site)) ||
      code(a.site, b.site) ||
      Number(b.overdue) - Number(a.overdue) ||
      code(a.dataset, b.dataset) ||
      code(a.backup ?? '', b.backup ?? ''),
  );
  const table = {
    caption: `Backups that hold data of ${subject}`,
    fileName: `backups-${subject}`,
    columns,
    rows: sorted,
    rowKey: (row: ResidencyRow) => `${row.site}\n${row.backup}`,
    groupOf: (row: ResidencyRow) => ({ key: row.site, heading: <SiteHeading row={row} /> }),
    clocks,
    minAssurance,
    empty: 'The ledger knows of no backup that holds it at this moment.',
    rowClass: (row: ResidencyRow) => (row.overdue ? 'row-overdue' : ''),
  };
  return <TablePanel name="backups" title="Held in backups" {...table} />;
};

/**
 * The columns of holdings at sites.
 */
import type { SiteHoldingRow } from '../../../src/client/rows.ts';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { BackupId, DatasetId, PopulationId, SiteWord } from '../parts/names.tsx';
import type { Column } from '../parts/table.tsx';

/** A holding, and the site where it is. */
export type HeldRow = SiteHoldingRow & { readonly site: string };

export const heldKey = ({ site, dataset, population, kind, backup }: HeldRow): string =>
  JSON.stringify([site, dataset, population, kind, backup]);

/** @param without the column that the page is about, which says the same in each row. */
export const heldColumns = (without: 'site' | 'dataset' | 'population'): ReadonlyArray<Column<HeldRow>> => {
  const all: ReadonlyArray<Column<HeldRow>> = [
    { key: 'site', head: 'Site', value: (row) => row.site, cell: (row) => <SiteWord id={row.site} /> },
    {
      key: 'dataset',
      head: 'Dataset',
      value: (row) => row.dataset,
      cell: (row) => <DatasetId id={row.dataset} />,
    },
    {
      key: 'population',
      head: 'Population',
      value: (row) => row.population,
      cell: (row) =>
        row.population === null ? (
          <span className="unknown">single people</span>
        ) : (
          <PopulationId id={row.population} />
        ),
    },
    {
      key: 'kind',
      head: 'Held as',
      value: (row) => row.backup ?? row.kind,
      cell: (row) =>
        row.backup === null ? (
          'live'
        ) : (
          <>
            backup <BackupId id={row.backup} />
          </>
        ),
    },
    {
      key: 'since',
      head: 'Since (UTC)',
      value: (row) => row.since,
      cell: (row) => <Moment at={row.since} />,
    },
    {
      key: 'overdue',
      head: 'Overdue',
      value: (row) => row.overdue,
      cell: (row) =>
        row.overdue ? (
          <span className="overdue-mark">
            <Icon name="warning" />
            overdue
          </span>
        ) : (
          ''
        ),
    },
    {
      key: 'subjects',
      head: 'People',
      align: 'end',
      value: (row) => row.subjects,
      cell: (row) => row.subjects.toLocaleString('en'),
    },
  ];
  return all.map((column) => (column.key === without ? { ...column, fileOnly: true } : column));
};

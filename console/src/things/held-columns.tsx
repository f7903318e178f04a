/**
 * The columns of holdings at sites.
 */

import type { SiteHoldingRow } from '../../../src/client/rows.ts';
import {
  datasetColumn,
  heldAsColumn,
  peopleColumn,
  populationColumn,
  siteColumn,
} from '../parts/holding-columns.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import type { Column } from '../parts/table.tsx';

/** A holding with its site. */
export type HeldRow = SiteHoldingRow & { readonly site: string };

export const heldKey = ({ site, dataset, population, kind, backup }: HeldRow): string =>
  JSON.stringify([site, dataset, population, kind, backup]);

/** @param without the column of the page's own thing, which is the same in each row. */
export const heldColumns = (without: 'site' | 'dataset' | 'population'): ReadonlyArray<Column<HeldRow>> => {
  const all: ReadonlyArray<Column<HeldRow>> = [
    siteColumn,
    datasetColumn,
    populationColumn,
    heldAsColumn,
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
    peopleColumn,
  ];
  return all.map((column) => (column.key === without ? { ...column, fileOnly: true } : column));
};

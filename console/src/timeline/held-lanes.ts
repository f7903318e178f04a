/**
 * The lanes of what a site held over time, and of where a dataset was held.
 */
import type { HoldingStayRow } from '../../../src/client/rows.ts';
import { beginOf } from '../ledger/intervals.ts';
import {
  type Bar,
  day,
  holdingRows,
  inOrder,
  type Lane,
  lateAmong,
  shortDataset,
  until,
  whoseWords,
} from './lanes.ts';
import type { Late } from './lateness.ts';

/** The events that prove a stay. */
export const eventsOfStay = ({ openedBy, closedBy }: HoldingStayRow): ReadonlyArray<string> =>
  inOrder([...openedBy, ...closedBy]);

const barOf = (
  row: HoldingStayRow,
  label: string,
  siteName: (site: string) => string,
  late: ReadonlyMap<string, Late>,
): Bar => {
  const { dataset, population, site, kind, backup, overdueSince, assurance } = row;
  const from = beginOf(row.from);
  const to = row.to === null ? null : Date.parse(row.to);
  const what = kind === 'backup' ? `backup ${backup}` : 'live';
  const overdue = overdueSince === null ? '' : `, overdue since ${overdueSince.slice(0, 10)}`;
  return {
    id: JSON.stringify(['held', site, dataset, population, backup, row.from]),
    look: kind,
    from,
    to,
    label,
    words: `${dataset} of ${whoseWords(population)}, ${what}, at ${siteName(site)}, from ${day(from)} ${until(to)}, ${assurance}${overdue}`,
    assurance,
    overdueFrom: overdueSince === null ? null : Date.parse(overdueSince),
    late: lateAmong(row.openedBy, from, late),
    events: eventsOfStay(row),
  };
};

/**
 * A lane for each dataset and population that a site held, in order of first stay.
 *
 * @param stays in the order in which they began.
 */
export const lanesOfSite = (
  stays: ReadonlyArray<HoldingStayRow>,
  siteName: (site: string) => string,
  late: ReadonlyMap<string, Late>,
): ReadonlyArray<Lane> =>
  [...Map.groupBy(stays, ({ dataset, population }) => JSON.stringify([dataset, population]))].map(
    ([key, rows]) => {
      const { dataset, population } = rows[0]!;
      return {
        id: `held ${key}`,
        label: shortDataset(dataset),
        note: whoseWords(population),
        rows: holdingRows(
          rows.map((row) => barOf(row, row.kind === 'backup' ? 'backup' : 'live', siteName, late)),
        ),
      };
    },
  );

/**
 * A lane for each site that held a dataset, in order of first stay.
 *
 * @param stays in the order in which they began.
 */
export const lanesOfDataset = (
  stays: ReadonlyArray<HoldingStayRow>,
  siteName: (site: string) => string,
  countryOf: (site: string) => string | null,
  late: ReadonlyMap<string, Late>,
): ReadonlyArray<Lane> =>
  [...Map.groupBy(stays, ({ site }) => site)].map(([site, rows]) => ({
    id: `held ${site}`,
    label: siteName(site),
    note: countryOf(site) ?? 'country not known',
    rows: holdingRows(
      rows.map((row) => {
        const whose = whoseWords(row.population);
        return barOf(row, row.kind === 'backup' ? `${whose}, backup` : whose, siteName, late);
      }),
    ),
  }));

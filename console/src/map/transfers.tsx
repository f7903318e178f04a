/**
 * Transfers between countries: their table, and their lanes on the time scale.
 */
import type { TransferRow } from '../../../src/client/rows.ts';
import { peopleColumn } from '../parts/holding-columns.tsx';
import { Moment } from '../parts/moment.tsx';
import { Country, countryName, Id, SiteWord } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import type { Bar, Lane } from '../timeline/lanes.ts';

const kindWords: Readonly<Record<TransferRow['kind'], string>> = {
  move: 'moved',
  copy: 'copied',
  backup: 'backed up',
  'backup-move': 'backup moved',
  restore: 'restored',
};

export const transferColumns: ReadonlyArray<Column<TransferRow>> = [
  { key: 'time', head: 'Time (UTC)', value: (row) => row.time, cell: (row) => <Moment at={row.time} /> },
  { key: 'kind', head: 'Transfer', value: (row) => row.kind, cell: (row) => kindWords[row.kind] },
  { key: 'dataset', head: 'Dataset', value: (row) => row.dataset, cell: (row) => <Id>{row.dataset}</Id> },
  {
    key: 'population',
    head: 'Population',
    value: (row) => row.population,
    cell: (row) =>
      row.population === null ? <span className="unknown">single people</span> : <Id>{row.population}</Id>,
  },
  { key: 'fromCountry', head: 'From country', value: (row) => row.from, fileOnly: true },
  { key: 'toCountry', head: 'To country', value: (row) => row.to, fileOnly: true },
  {
    key: 'fromSite',
    head: 'From',
    value: (row) => row.fromSite,
    cell: (row) => (
      <>
        <Country code={row.from} /> <SiteWord id={row.fromSite} />
      </>
    ),
  },
  {
    key: 'toSite',
    head: 'To',
    value: (row) => row.toSite,
    cell: (row) => (
      <>
        <Country code={row.to} /> <SiteWord id={row.toSite} />
      </>
    ),
  },
  peopleColumn,
  {
    key: 'event',
    head: 'Proof',
    value: (row) => [row.event],
    cell: (row) => (
      <ProofLink events={[row.event]} of={`${row.dataset} from ${row.fromSite} to ${row.toSite}`} />
    ),
  },
];

/** A lane for each pair of countries, with a mark for each transfer. */
export const transferLanes = (transfers: ReadonlyArray<TransferRow>): ReadonlyArray<Lane> =>
  [...Map.groupBy(transfers, ({ from, to }) => `${from ?? '?'} to ${to ?? '?'}`)]
    .sort(([, a], [, b]) => Date.parse(a[0]!.time) - Date.parse(b[0]!.time))
    .map(([pair, of]) => ({
      id: pair,
      label: `${countryName(of[0]!.from ?? '?')} to ${countryName(of[0]!.to ?? '?')}`,
      note: '',
      rows: [
        [...Map.groupBy(of, ({ time }) => time)].map(([time, same]): Bar => {
          const people = Math.max(...same.map(({ subjects }) => subjects));
          return {
            id: `${pair} ${time}`,
            look: same.every(({ kind }) => kind === 'backup' || kind === 'backup-move') ? 'backup' : 'live',
            from: Date.parse(time),
            to: Date.parse(time),
            label: '',
            words: `${pair}, ${time.slice(0, 10)}: ${same.map(({ kind, dataset }) => `${dataset} ${kindWords[kind]}`).join(', ')}, up to ${people} people`,
            assurance: null,
            overdueFrom: null,
            late: undefined,
            events: same.map(({ event }) => event),
          };
        }),
      ],
    }));

export const TransferLegend = () => (
  <ul className="legend" aria-label="What the marks mean">
    <li>
      <span className="sample bar-live attested-observed" /> moved or copied
    </li>
    <li>
      <span className="sample bar-backup" /> backed up
    </li>
  </ul>
);

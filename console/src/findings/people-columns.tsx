/** The columns of people concerned, with one row per interval. */
import { Link } from '@tanstack/react-router';
import type { PersonRow } from '../../../src/client/rows.ts';
import { Since, Until } from '../parts/moment.tsx';
import { BackupId, DatasetId, Id, type Names, SiteWord } from '../parts/names.tsx';
import { PathChain, pathText } from '../parts/path.tsx';
import type { Column } from '../parts/table.tsx';

/** One interval of one person. */
export type Concerned = PersonRow['intervals'][number] & Pick<PersonRow, 'subject' | 'populations'>;

export const concernedIn = (people: ReadonlyArray<PersonRow>): ReadonlyArray<Concerned> =>
  people.flatMap(({ subject, populations, intervals }) =>
    intervals.map((interval) => ({ ...interval, subject, populations })),
  );

export const concernedKey = ({ subject, holding, from, access }: Concerned): string =>
  JSON.stringify([subject, holding, from, access]);

export const peopleColumns = (names: Names, party: string | null): ReadonlyArray<Column<Concerned>> => [
  {
    key: 'subject',
    head: 'Person',
    value: (row) => row.subject,
    cell: (row) => (
      <Link to="/person" search={{ subject: row.subject }}>
        <Id>{row.subject}</Id>
      </Link>
    ),
  },
  { key: 'populations', head: 'Populations', value: (row) => row.populations },
  {
    key: 'dataset',
    head: 'Dataset',
    value: (row) => row.holding.dataset,
    cell: (row) => <DatasetId id={row.holding.dataset} />,
  },
  {
    key: 'site',
    head: 'Site',
    value: (row) => row.holding.site,
    cell: (row) =>
      row.holding.site === null ? (
        <span className="unknown">not said</span>
      ) : (
        <SiteWord id={row.holding.site} />
      ),
  },
  {
    key: 'kind',
    head: 'Held as',
    value: (row) => row.holding.backup ?? row.holding.kind,
    cell: (row) =>
      row.holding.backup === null ? (
        (row.holding.kind ?? '')
      ) : (
        <>
          backup <BackupId id={row.holding.backup} />
        </>
      ),
  },
  { key: 'from', head: 'From (UTC)', value: (row) => row.from, cell: (row) => <Since at={row.from} /> },
  { key: 'to', head: 'Until (UTC)', value: (row) => row.to, cell: (row) => <Until at={row.to} /> },
  ...(party === null
    ? []
    : [
        {
          key: 'path',
          head: 'Path',
          value: (row: Concerned) => pathText(names, party, row.path),
          cell: (row: Concerned) => <PathChain party={party} path={row.path} withParty={false} />,
        },
      ]),
];

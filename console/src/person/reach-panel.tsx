/**
 * Who could reach a person's data at a moment, and along which path.
 */

import { Link } from '@tanstack/react-router';
import type { Clocks } from '../../../src/client/client.ts';
import type { ReachRow } from '../../../src/client/rows.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { byBegin, holdsAt } from '../ledger/intervals.ts';
import { Since } from '../parts/moment.tsx';
import { Country, Id, PartyName, SiteWord, useNames } from '../parts/names.tsx';
import { PathChain, pathKey, pathText } from '../parts/path.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

type ReachInterval = ReachRow['intervals'][number];

/** A path of a party, with all the data that it reaches. */
export interface PathRow {
  readonly party: string;
  readonly kind: string | null;
  readonly path: ReachInterval['path'];
  readonly holdings: ReadonlyArray<ReachInterval['holding']>;
  readonly since: string | null;
  readonly events: ReadonlyArray<string>;
}

/** The paths at an instant, by party, the shortest first. */
const pathsAt = (reach: ReadonlyArray<ReachRow>, at: number): ReadonlyArray<PathRow> =>
  reach.flatMap(({ party, kind, intervals }) => {
    const now = intervals.filter((interval) => holdsAt(interval, at));
    return [...Map.groupBy(now, ({ path }) => pathKey(path)).values()]
      .map((same): PathRow => {
        const events = new Set(same.flatMap(({ path }) => path.flatMap((edge) => edge.events)));
        return {
          party,
          kind,
          path: same[0]!.path,
          holdings: same.map(({ holding }) => holding),
          since: same.map(({ from }) => from).sort(byBegin)[0] ?? null,
          events: [...events].sort((a, b) => Number(a) - Number(b)),
        };
      })
      .sort((a, b) => a.path.length - b.path.length);
  });

const holdingText = ({ dataset, site, kind, backup }: ReachInterval['holding']): string =>
  kind === 'backup' ? `${dataset} at ${site} (backup ${backup})` : `${dataset} at ${site}`;

const Holdings = ({ of }: { of: PathRow['holdings'] }) => {
  const bySite = Map.groupBy(of, ({ site, kind }) => `${kind} ${site}`);
  return [...bySite].map(([key, here]) => {
    const datasets = Map.groupBy(here, ({ dataset }) => dataset);
    return (
      <span className="reached" key={key}>
        {[...datasets].map(([dataset, same], index) => (
          <span key={dataset} title={same.map(({ backup }) => backup ?? dataset).join(', ')}>
            {index === 0 ? '' : ', '}
            <Id>{dataset}</Id>
            {same.length === 1 ? '' : ` (${same.length})`}
          </span>
        ))}{' '}
        <span className="reached-where">
          {here[0]!.kind === 'backup' ? 'in backups' : 'live'} at <SiteWord id={here[0]!.site} />
        </span>
      </span>
    );
  });
};

export const ReachPanel = ({
  reach,
  clocks,
  minAssurance,
  subject,
  at,
}: {
  reach: ReadonlyArray<ReachRow>;
  clocks: Clocks | undefined;
  minAssurance: string;
  subject: string;
  at: number;
}) => {
  const names = useNames();
  const view = useView();
  const rows = pathsAt(reach, at);
  const columns: ReadonlyArray<Column<PathRow>> = [
    { key: 'party', head: 'Party', value: (row) => row.party, fileOnly: true },
    { key: 'kind', head: 'Kind', value: (row) => row.kind, fileOnly: true },
    {
      key: 'path',
      head: 'Path',
      value: (row) => pathText(names, row.party, row.path),
      cell: (row) => <PathChain party={row.party} path={row.path} withParty={false} />,
    },
    {
      key: 'holdings',
      head: 'Data',
      value: (row) => row.holdings.map(holdingText).join('; '),
      cell: (row) => <Holdings of={row.holdings} />,
    },
    { key: 'since', head: 'Since (UTC)', value: (row) => row.since, cell: (row) => <Since at={row.since} /> },
    {
      key: 'events',
      head: 'Proof',
      value: (row) => row.events,
      cell: (row) => <ProofLink events={row.events} of={pathText(names, row.party, row.path)} />,
    },
  ];
  const table = {
    caption: `Who could reach the data of ${subject}`,
    fileName: `who-${subject}`,
    columns,
    rows,
    rowKey: (row: PathRow) => `${row.party}\n${pathKey(row.path)}`,
    groupOf: (row: PathRow) => ({
      key: row.party,
      heading: (
        <span className="site-heading">
          <span>
            <PartyName id={row.party} />{' '}
            <Link
              to="/reach"
              search={{ ...clocksOf(view), party: row.party, subject }}
              className="quiet-link"
            >
              All paths, and which edges to close
            </Link>
          </span>
          <span className="site-facts">
            <Country code={names.parties.get(row.party)?.country ?? null} /> {row.kind ?? 'not registered'}
          </span>
        </span>
      ),
    }),
    clocks,
    minAssurance,
    empty: 'The ledger knows of nobody who could reach it at this moment.',
  };
  return <TablePanel name="who" title="Who could reach it" {...table} />;
};

/** Every path of a party to holdings or to one person's data, and the edges to close to end its reach. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { Answer } from '../../../src/client/client.ts';
import type { WirePartyCut } from '../../../src/client/rows.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { Icon } from '../parts/icon.tsx';
import { Since, Until } from '../parts/moment.tsx';
import { Id, PartyName, PartyWord, partyNameIn, SiteWord, siteNameIn, useNames } from '../parts/names.tsx';
import { edgeWords, leadsToSite } from '../parts/path.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import { type Column, Table, TableFiles } from '../parts/table.tsx';
import { type CutEdge, edgeKey } from './layout.ts';
import { PathGraph } from './path-graph.tsx';

type Names = ReturnType<typeof useNames>;

const endName = (names: Names, { edge, to }: CutEdge): string =>
  edge === 'granted' ? to : leadsToSite(edge) ? siteNameIn(names, to) : partyNameIn(names, to);

const edgeText = (names: Names, edge: CutEdge): string =>
  `${partyNameIn(names, edge.from)} ${edgeWords[edge.edge] ?? edge.edge} ${endName(names, edge)}`;

const columnsFor = (names: Names, close: ReadonlySet<string>): ReadonlyArray<Column<CutEdge>> => [
  {
    key: 'close',
    head: 'Close',
    value: (row) => close.has(edgeKey(row)),
    cell: (row) =>
      close.has(edgeKey(row)) ? (
        <span className="verdict verdict-violated">
          <Icon name="close" />
          close
        </span>
      ) : null,
  },
  { key: 'from', head: 'From', value: (row) => row.from, cell: (row) => <PartyWord id={row.from} /> },
  { key: 'edge', head: 'Edge', value: (row) => row.edge, cell: (row) => edgeWords[row.edge] ?? row.edge },
  {
    key: 'to',
    head: 'To',
    value: (row) => row.to,
    cell: (row) =>
      row.edge === 'granted' ? (
        <>
          grant <Id>{row.to}</Id>
        </>
      ) : leadsToSite(row.edge) ? (
        <SiteWord id={row.to} />
      ) : (
        <PartyWord id={row.to} />
      ),
  },
  { key: 'began', head: 'Began (UTC)', value: (row) => row.began, cell: (row) => <Since at={row.began} /> },
  { key: 'ended', head: 'Ended (UTC)', value: (row) => row.ended, cell: (row) => <Until at={row.ended} /> },
  {
    key: 'events',
    head: 'Proof',
    value: (row) => row.events,
    cell: (row) => <ProofLink events={row.events} of={edgeText(names, row)} />,
  },
];

const whyNot: Readonly<Record<string, string>> = {
  'no-data': 'There is no such data at this moment.',
  'no-chain': 'No chain of control, membership, grants or sites has ever led to it.',
  ended: 'A path existed, but these edges have ended:',
};

export const PathsPanel = ({
  party,
  data,
  paths,
}: {
  party: string;
  /** The data, in a few words. */
  data: string;
  paths: UseQueryResult<Answer<WirePartyCut>>;
}) => {
  const names = useNames();
  const view = useView();
  const change = useChangeView();
  return (
    <section className="panel ways" aria-labelledby="ways-title">
      <header>
        <h2 id="ways-title">
          <PartyName id={party} /> and <bdi>{data}</bdi>
        </h2>
        <button
          type="button"
          className="quiet"
          onClick={() =>
            change({
              party: undefined,
              site: undefined,
              dataset: undefined,
              population: undefined,
              backup: undefined,
              subject: undefined,
            })
          }
        >
          <Icon name="close" />
          Close
        </button>
      </header>
      <Answered of={paths} what="the paths">
        {({ data: cut, clocks }) => {
          const close = new Set(cut.close.map(edgeKey));
          const rows = cut.reaches ? cut.edges : cut.ended;
          const table = {
            caption: cut.reaches ? 'Edges on these paths' : 'Edges that ended',
            fileName: `paths-${party}`,
            columns: columnsFor(names, close),
            rows: [...rows].sort((a, b) => Number(close.has(edgeKey(b))) - Number(close.has(edgeKey(a)))),
            rowKey: edgeKey,
            clocks,
            minAssurance: view.minAssurance ?? 'claimed',
            empty: 'There are no edges.',
          };
          return (
            <>
              {cut.reaches ? (
                <>
                  <p className="ways-answer">
                    <Icon name="warning" />
                    <span>
                      It can reach the data. To keep it out,{' '}
                      <strong>
                        {cut.close.length === 1 ? 'this edge' : `these ${cut.close.length} edges`} would have
                        to be closed
                      </strong>
                      , and no fewer: {cut.close.map((edge) => edgeText(names, edge)).join('; ')}.
                    </span>
                  </p>
                  <PathGraph party={party} edges={cut.edges} close={cut.close} data={data} />
                  {cut.limitMet ? <p className="hint">There are more paths than are shown.</p> : null}
                </>
              ) : (
                <p className="ways-answer">
                  <Icon name="verified" />
                  <span>
                    <strong>It cannot reach the data.</strong> {whyNot[cut.because ?? ''] ?? ''}
                  </span>
                </p>
              )}
              {rows.length === 0 ? null : (
                <>
                  <div className="ways-files">
                    <TableFiles {...table} />
                  </div>
                  <Table {...table} />
                </>
              )}
            </>
          );
        }}
      </Answered>
    </section>
  );
};

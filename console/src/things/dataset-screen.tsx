/**
 * A dataset: where it is held, and how it got there.
 */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Lineage } from '../../../src/client/rows.ts';
import { instantOf } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { holdsAt } from '../ledger/intervals.ts';
import { datasetAt, lineageOf, staysOfDataset } from '../ledger/registry-queries.ts';
import { counted } from '../parts/counted.ts';
import { assuranceColumn, scopeColumn } from '../parts/holding-columns.tsx';
import { Moment } from '../parts/moment.tsx';
import { BackupId, Id, PartyName, SiteWord } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { DatasetLanes } from './held-lanes.tsx';
import { HoldingsPanel } from './holdings-panel.tsx';
import { LineagePicture, wayWords } from './lineage-picture.tsx';
import { ThingEvents } from './thing-events.tsx';
import { ThingFindings } from './thing-findings.tsx';
import { Fact, NotKnown, ThingPage } from './thing-page.tsx';

type Edge = Lineage['edges'][number];

const columns: ReadonlyArray<Column<Edge>> = [
  { key: 'time', head: 'When (UTC)', value: (row) => row.time, cell: (row) => <Moment at={row.time} /> },
  { key: 'kind', head: 'What happened', value: (row) => row.kind, cell: (row) => wayWords[row.kind] },
  {
    key: 'from',
    head: 'From',
    value: (row) => row.from,
    cell: (row) =>
      row.from === null ? <span className="unknown">from outside</span> : <SiteWord id={row.from} />,
  },
  { key: 'to', head: 'To', value: (row) => row.to, cell: (row) => <SiteWord id={row.to} /> },
  scopeColumn,
  {
    key: 'backup',
    head: 'Backup',
    value: (row) => row.backup,
    cell: (row) => (row.backup === null ? '' : <BackupId id={row.backup} />),
  },
  assuranceColumn,
  {
    key: 'event',
    head: 'Proof',
    value: (row) => [row.event],
    cell: (row) => <ProofLink events={[row.event]} of={`${wayWords[row.kind]} to ${row.to}`} />,
  },
];

const LineagePanel = ({ dataset, lineage }: { dataset: string; lineage: ReturnType<typeof useLineage> }) => (
  <Answered of={lineage} what="how it moved">
    {(answer) => {
      const { nodes, edges } = answer.data;
      const table = {
        caption: `How ${dataset} got where it is, and was`,
        fileName: `lineage-${dataset}`,
        columns,
        rows: [...edges].sort((a, b) => Date.parse(b.time) - Date.parse(a.time)),
        rowKey: (row: Edge) => JSON.stringify([row.event, row.from, row.to, row.backup]),
        clocks: answer.clocks,
        minAssurance: 'claimed',
        empty: 'The ledger knows of no movement of it.',
      };
      return (
        <TablePanel
          name="lineage"
          title={`Lineage: ${counted(edges.length, 'way', 'ways')} between ${counted(nodes.length, 'site', 'sites')}, over all time`}
          {...table}
        >
          <LineagePicture lineage={answer.data} />
        </TablePanel>
      );
    }}
  </Answered>
);

const useLineage = (dataset: string) => useQuery(lineageOf(dataset, questionOf(useView())));

const Dataset = ({
  dataset,
  clocks,
}: {
  dataset: string;
  clocks: Parameters<typeof HoldingsPanel>[0]['clocks'];
}) => {
  const view = useView();
  const lineage = useLineage(dataset);
  const stays = useQuery(staysOfDataset(dataset, questionOf(view)));
  const at = instantOf(view.validAt) ?? Date.parse(clocks.validAt);
  return (
    <>
      <Answered of={stays} what="where it is held">
        {({ data }) => (
          <HoldingsPanel
            sites={[...new Set(data.filter((stay) => holdsAt(stay, at)).map(({ site }) => site))]}
            isAbout={(row) => row.dataset === dataset}
            without="dataset"
            title="Holdings"
            fileName={`holdings-${dataset}`}
            clocks={clocks}
          />
        )}
      </Answered>
      <LineagePanel dataset={dataset} lineage={lineage} />
      <ThingFindings by={{ dataset }} fileName={`findings-${dataset}`} />
      <ThingEvents about={{ dataset }} />
      <DatasetLanes dataset={dataset} validAt={clocks.validAt} />
    </>
  );
};

export const DatasetScreen = () => {
  const { dataset } = useSearch({ from: '/dataset' });
  const view = useView();
  const of = useQuery({ ...datasetAt(dataset ?? '', questionOf(view)), enabled: dataset !== undefined });
  return (
    <ThingPage
      kind="dataset"
      id={dataset}
      what="Where this kind of data is held at the moment chosen above, where it was over time, and how it got there."
      of={of}
      nameOf={({ name }) => name}
      factsOf={({ categories, controller }) => (
        <>
          <Fact label="Categories">
            {categories.length === 0 ? <NotKnown /> : <Id>{categories.join(', ')}</Id>}
          </Fact>
          <Fact label="Controller">{controller === null ? <NotKnown /> : <PartyName id={controller} />}</Fact>
        </>
      )}
    >
      {({ data, clocks }) => <Dataset dataset={data.dataset} clocks={clocks} />}
    </ThingPage>
  );
};

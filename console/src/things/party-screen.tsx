/**
 * A party: what it could reach, of how many people, and along which path.
 */

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { PartyReachRow } from '../../../src/client/rows.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { partyAt, reachOfParty } from '../ledger/registry-queries.ts';
import { counted } from '../parts/counted.ts';
import {
  datasetColumn,
  heldAsColumn,
  peopleColumn,
  populationColumn,
  sinceColumn,
  siteColumn,
  untilColumn,
} from '../parts/holding-columns.tsx';
import { useNames } from '../parts/names.tsx';
import { PathChain, pathKey, pathText } from '../parts/path.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { AffectedPanel } from './affected-panel.tsx';
import { PartyLanes } from './party-lanes.tsx';
import { ThingEvents } from './thing-events.tsx';
import { ThingFindings } from './thing-findings.tsx';
import { CountryFact, Fact, NotKnown, ThingPage } from './thing-page.tsx';

const eventsOf = ({ path }: PartyReachRow): ReadonlyArray<string> =>
  [...new Set(path.flatMap((edge) => edge.events))].sort((a, b) => Number(a) - Number(b));

const ReachOf = ({ party }: { party: string }) => {
  const view = useView();
  const names = useNames();
  const reach = useQuery(reachOfParty(party, questionOf(view)));
  const columns: ReadonlyArray<Column<PartyReachRow>> = [
    datasetColumn,
    populationColumn,
    siteColumn,
    heldAsColumn,
    peopleColumn,
    {
      key: 'path',
      head: 'Path',
      value: (row) => pathText(names, party, row.path),
      cell: (row) => <PathChain party={party} path={row.path} withParty={false} />,
    },
    sinceColumn,
    untilColumn,
    {
      key: 'events',
      head: 'Proof',
      value: eventsOf,
      cell: (row) => <ProofLink events={eventsOf(row)} of={pathText(names, party, row.path)} />,
    },
  ];
  return (
    <Answered of={reach} what="what it could reach">
      {(answer) => {
        const rows = [...answer.data].sort((a, b) => b.subjects - a.subjects);
        const table = {
          caption: `What ${party} could reach`,
          fileName: `reach-${party}`,
          columns,
          rows,
          rowKey: ({ dataset, population, site, backup, path, from }: PartyReachRow) =>
            JSON.stringify([dataset, population, site, backup, from, pathKey(path)]),
          clocks: answer.clocks,
          minAssurance: view.minAssurance ?? 'claimed',
          empty: 'It could reach no data at this moment, as far as the ledger knows.',
        };
        return (
          <TablePanel
            name="reach"
            title={`It could reach ${counted(rows.length, 'holding', 'holdings')}`}
            {...table}
          />
        );
      }}
    </Answered>
  );
};

export const PartyScreen = () => {
  const { party } = useSearch({ from: '/party' });
  const view = useView();
  const of = useQuery({ ...partyAt(party ?? '', questionOf(view)), enabled: party !== undefined });
  return (
    <ThingPage
      kind="party"
      id={party}
      what="The data that this party could reach at the moment chosen above, the number of people, the path, and the policies that this broke."
      of={of}
      nameOf={({ name }) => name}
      factsOf={({ kind, country }) => (
        <>
          <Fact label="Kind">{kind ?? <NotKnown />}</Fact>
          <Fact label="Country">
            <CountryFact code={country} />
          </Fact>
        </>
      )}
    >
      {({ data, clocks }) => (
        <>
          <ReachOf party={data.party} />
          <AffectedPanel party={data.party} />
          <ThingFindings by={{ party: data.party }} fileName={`findings-${data.party}`} />
          <ThingEvents about={{ party: data.party }} />
          <PartyLanes party={data.party} validAt={clocks.validAt} />
        </>
      )}
    </ThingPage>
  );
};

/**
 * Reach: which parties could reach what at a moment, as a matrix, and the paths behind a cell.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { HoldingQuestion } from '../../../src/client/client.ts';
import type { PartyRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { pathsToSubject } from '../ledger/person-queries.ts';
import { partiesAt, pathsOfParty, reachOfParty } from '../ledger/registry-queries.ts';
import { Choice, Filters } from '../parts/choice.tsx';
import { siteNameIn, useNames } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered } from '../parts/states.tsx';
import { TableFiles } from '../parts/table.tsx';
import { useTitle } from '../parts/use-title.ts';
import { type Cell, cellKey, matrixOf } from './matrix-cells.ts';
import { MatrixTable } from './matrix-table.tsx';
import { PathsPanel } from './paths-panel.tsx';

/** Parties to ask about. Further ones can be found by their kind. */
const partiesMax = 60;

const kinds = ['organisation', 'team', 'person', 'service'] as const;

export const ReachScreen = () => {
  useTitle('Reach');
  const view = useView();
  const question = questionOf(view);
  const parties = useQuery(partiesAt(question));
  const { kind } = useSearch({ from: '/reach' });
  return (
    <Answered of={parties} what="the parties">
      {(answer) => {
        const matching = answer.data.filter((row) => kind === undefined || row.kind === kind);
        const order = (row: PartyRow): number => {
          const at = kinds.indexOf(row.kind as (typeof kinds)[number]);
          return at === -1 ? kinds.length : at;
        };
        const shown = [...matching].sort((a, b) => order(a) - order(b)).slice(0, partiesMax);
        return <ReachMatrix parties={shown} more={matching.length - shown.length} />;
      }}
    </Answered>
  );
};

type Holding = Pick<HoldingQuestion, 'dataset' | 'population' | 'site' | 'backup'>;

const dataWords = (
  siteName: (site: string) => string,
  { dataset, population, site, backup }: Holding,
): string =>
  [
    dataset ?? 'data',
    population === undefined ? '' : `of ${population}`,
    backup === undefined ? '' : `in backup ${backup}`,
    site === undefined ? '' : `at ${siteName(site)}`,
  ]
    .filter(Boolean)
    .join(' ');

const HoldingPaths = ({ party, of }: { party: string; of: Holding }) => {
  const names = useNames();
  const question = questionOf(useView());
  const { site, dataset, population, backup } = of;
  const paths = useQuery(pathsOfParty(party, { site, dataset, population, backup }, question));
  return <PathsPanel party={party} data={dataWords((id) => siteNameIn(names, id), of)} paths={paths} />;
};

const SubjectPaths = ({ party, subject }: { party: string; subject: string }) => {
  const question = questionOf(useView());
  const paths = useQuery(pathsToSubject(party, subject, question));
  return <PathsPanel party={party} data={`the data of ${subject}`} paths={paths} />;
};

const fileColumns = [
  { key: 'party', head: 'Party', value: ({ party }: Cell) => party },
  { key: 'site', head: 'Site', value: ({ target }: Cell) => target.site },
  { key: 'dataset', head: 'Dataset', value: ({ target }: Cell) => target.dataset ?? null },
  { key: 'population', head: 'Population', value: ({ target }: Cell) => target.population ?? null },
  { key: 'backup', head: 'Backup', value: ({ target }: Cell) => target.backup ?? null },
  { key: 'subjects', head: 'People', value: ({ subjects }: Cell) => subjects },
  { key: 'holdings', head: 'Holdings', value: ({ holdings }: Cell) => holdings },
  { key: 'edges', head: 'Edges', value: ({ edges }: Cell) => edges },
];

const ReachMatrix = ({ parties, more }: { parties: ReadonlyArray<PartyRow>; more: number }) => {
  const view = useView();
  const change = useChangeView();
  const question = questionOf(view);
  const { party, subject, site, dataset, population, backup, by, kind } = useSearch({ from: '/reach' });
  const reach = useQueries({ queries: parties.map((row) => reachOfParty(row.party, question)) });
  const clocks = reach.find(({ data }) => data !== undefined)?.data?.clocks;
  const waiting = reach.filter(({ data, isError }) => data === undefined && !isError).length;
  const matrix = useMemo(
    () =>
      matrixOf(
        parties.map((row) => row.party),
        reach.map(({ data }) => data?.data ?? []),
        by === 'holding',
      ),
    [parties, reach, by],
  );
  const rows = parties.filter((row) => matrix.parties.includes(row.party));
  const files = {
    caption: 'Who could reach what',
    fileName: 'reach',
    columns: fileColumns,
    rows: matrix.parties.flatMap((id) =>
      matrix.targets.flatMap((target) => matrix.cells.get(cellKey(id, target)) ?? []),
    ),
    rowKey: (cell: Cell) => cellKey(cell.party, cell.target),
    clocks,
    minAssurance: view.minAssurance ?? 'claimed',
    empty: '',
  };
  const asksHolding = site !== undefined || dataset !== undefined || backup !== undefined;
  const sites = new Set(matrix.targets.map((target) => target.site)).size;

  return (
    <>
      <div className="screen-head">
        <h1>Who could reach what</h1>
        <Filters label="What the matrix shows">
          <Choice
            label="columns"
            value={by}
            any="sites"
            options={[['holding', 'holdings']]}
            onChange={(chosen) => change({ by: chosen })}
          />
          <Choice
            label="parties"
            value={kind}
            any="of any kind"
            options={kinds.map((each) => [each, `${each}s`] as const)}
            onChange={(chosen) => change({ kind: chosen })}
          />
        </Filters>
      </div>
      <Purpose>
        Which parties could reach data at the moment chosen above, at which site, and of how many people: by a
        grant, by running the site, or through the teams and companies that they belong to or control.
      </Purpose>
      <ClockSentence clocks={clocks} />
      {party === undefined ? null : subject !== undefined ? (
        <SubjectPaths party={party} subject={subject} />
      ) : asksHolding ? (
        <HoldingPaths party={party} of={{ site, dataset, population, backup }} />
      ) : null}
      <section className="panel" aria-labelledby="matrix-title">
        <header>
          <h2 id="matrix-title">
            {rows.length} parties reach data at {sites} sites
          </h2>
          <span className="panel-tools">
            <span className="hint" role="status">
              {waiting > 0 ? `Loading ${waiting} more…` : ''}
              {more > 0 ? ` ${more} more parties are not shown: choose a kind.` : ''}
            </span>
            <TableFiles {...files} />
          </span>
        </header>
        {rows.length === 0 ? (
          <p className="empty">
            {waiting > 0
              ? 'Loading who could reach what…'
              : 'The ledger knows of nobody who could reach data at this moment. Choose another one, or a weaker assurance.'}
          </p>
        ) : (
          <MatrixTable rows={rows} matrix={matrix} />
        )}
        <p className="matrix-note hint">
          A number counts the people in the largest holding that the party could reach there; the length of
          the shortest path is below it. Open a cell to see every path, and which edges to close.
        </p>
      </section>
    </>
  );
};

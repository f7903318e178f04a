/**
 * Reach: parties by what they could reach at a moment, as a matrix. A cell opens the graph of the ways there.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { PartyReachRow, PartyRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-bar.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { clocksOf, type Fields, questionOf } from '../clocks/view-search.ts';
import { partiesAt, reachOfParty, waysOfParty, waysToSubject } from '../ledger/queries.ts';
import { Choice, Filters } from '../parts/choice.tsx';
import { Country, Id, PartyName, SiteWord, siteNameIn, useNames } from '../parts/names.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { Answered } from '../parts/states.tsx';
import { TableFiles } from '../parts/table.tsx';
import { useTitle } from '../shell.tsx';
import { WaysPanel } from './ways-panel.tsx';

/** Parties that are asked about; further ones are found by their kind. */
const partiesMax = 60;

/** A column: holdings that fit all that is given. */
interface Target {
  readonly key: string;
  readonly site: string;
  readonly dataset?: string | undefined;
  readonly population?: string | undefined;
  readonly backup?: string | undefined;
  readonly live: boolean;
}

interface Cell {
  readonly party: string;
  readonly target: Target;
  readonly subjects: number;
  readonly holdings: number;
  readonly edges: number;
}

const targetOf = (row: PartyReachRow, byHolding: boolean): Target =>
  byHolding
    ? {
        key: `${row.site}\n${row.dataset}\n${row.population ?? ''}\n${row.backup ?? ''}`,
        site: row.site,
        dataset: row.dataset,
        ...(row.population === null ? {} : { population: row.population }),
        ...(row.backup === null ? {} : { backup: row.backup }),
        live: row.kind === 'live',
      }
    : { key: row.site, site: row.site, live: true };

/** How dark a cell is: by the logarithm of how many people. */
const shadeOf = (subjects: number, most: number): number =>
  most <= 1
    ? 2
    : Math.min(4, 1 + Math.floor((Math.log(Math.max(1, subjects)) / Math.log(most)) * 3.999 * 0.8));

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
        const fitting = answer.data.filter((row) => kind === undefined || row.kind === kind);
        const order = (row: PartyRow): number => {
          const at = kinds.indexOf(row.kind as (typeof kinds)[number]);
          return at === -1 ? kinds.length : at;
        };
        const shown = [...fitting].sort((a, b) => order(a) - order(b)).slice(0, partiesMax);
        return <Matrix parties={shown} more={fitting.length - shown.length} />;
      }}
    </Answered>
  );
};

type Holding = Fields<'dataset' | 'population' | 'site' | 'backup'>;

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

const HoldingWays = ({ party, of }: { party: string; of: Holding }) => {
  const names = useNames();
  const question = questionOf(useView());
  const { site, dataset, population, backup } = of;
  const ways = useQuery(waysOfParty(party, { site, dataset, population, backup }, question));
  return <WaysPanel party={party} data={dataWords((id) => siteNameIn(names, id), of)} ways={ways} />;
};

const SubjectWays = ({ party, subject }: { party: string; subject: string }) => {
  const question = questionOf(useView());
  const ways = useQuery(waysToSubject(party, subject, question));
  return <WaysPanel party={party} data={`the data of ${subject}`} ways={ways} />;
};

const Matrix = ({ parties, more }: { parties: ReadonlyArray<PartyRow>; more: number }) => {
  const view = useView();
  const change = useChangeView();
  const names = useNames();
  const question = questionOf(view);
  const search = useSearch({ from: '/reach' });
  const byHolding = search.by === 'holding';
  const reach = useQueries({ queries: parties.map(({ party }) => reachOfParty(party, question)) });
  const clocks = reach.find(({ data }) => data !== undefined)?.data?.clocks;
  const waiting = reach.filter(({ data, isError }) => data === undefined && !isError).length;

  const { rows, targets, cells, most } = useMemo(() => {
    const cellOf = new Map<string, Cell>();
    const targetOfKey = new Map<string, Target>();
    parties.forEach(({ party }, index) => {
      for (const row of reach[index]?.data?.data ?? []) {
        const target = targetOf(row, byHolding);
        targetOfKey.set(target.key, target);
        const key = `${party}\n${target.key}`;
        const before = cellOf.get(key);
        cellOf.set(key, {
          party,
          target,
          subjects: Math.max(before?.subjects ?? 0, row.subjects),
          holdings: (before?.holdings ?? 0) + 1,
          edges: Math.min(before?.edges ?? Number.POSITIVE_INFINITY, row.path.length),
        });
      }
    });
    const all = [...cellOf.values()];
    return {
      rows: parties.filter(({ party }) => all.some((cell) => cell.party === party)),
      targets: [...targetOfKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
      cells: cellOf,
      most: Math.max(1, ...all.map(({ subjects }) => subjects)),
    };
  }, [parties, reach, byHolding]);

  const files = {
    caption: 'Who could reach what',
    fileName: 'reach',
    columns: [
      { key: 'party', head: 'Party', value: ({ party }: Cell) => party },
      { key: 'site', head: 'Site', value: ({ target }: Cell) => target.site },
      { key: 'dataset', head: 'Dataset', value: ({ target }: Cell) => target.dataset ?? null },
      { key: 'population', head: 'Population', value: ({ target }: Cell) => target.population ?? null },
      { key: 'backup', head: 'Backup', value: ({ target }: Cell) => target.backup ?? null },
      { key: 'subjects', head: 'People', value: ({ subjects }: Cell) => subjects },
      { key: 'holdings', head: 'Holdings', value: ({ holdings }: Cell) => holdings },
      { key: 'edges', head: 'Edges', value: ({ edges }: Cell) => edges },
    ],
    rows: rows.flatMap(({ party }) =>
      targets.flatMap((target) => cells.get(`${party}\n${target.key}`) ?? []),
    ),
    rowKey: ({ party, target }: Cell) => `${party} ${target.key}`,
    clocks,
    minAssurance: view.minAssurance ?? 'claimed',
    empty: '',
  };
  const { party, subject } = search;
  const asksHolding =
    search.site !== undefined || search.dataset !== undefined || search.backup !== undefined;

  return (
    <>
      <div className="screen-head">
        <h1>Who could reach what</h1>
        <Filters label="What the matrix shows">
          <Choice
            label="columns"
            value={search.by}
            any="sites"
            options={[['holding', 'holdings']]}
            onChange={(by) => change({ by })}
          />
          <Choice
            label="parties"
            value={search.kind}
            any="of any kind"
            options={kinds.map((kind) => [kind, `${kind}s`] as const)}
            onChange={(kind) => change({ kind })}
          />
        </Filters>
      </div>
      <ClockSentence clocks={clocks} />
      {party === undefined ? null : subject !== undefined ? (
        <SubjectWays party={party} subject={subject} />
      ) : asksHolding ? (
        <HoldingWays party={party} of={search} />
      ) : null}
      <section className="panel" aria-labelledby="matrix-title">
        <header>
          <h2 id="matrix-title">
            {rows.length} parties reach data at {new Set(targets.map(({ site }) => site)).size} sites
          </h2>
          <span className="panel-tools">
            <span className="hint" role="status">
              {waiting > 0 ? `Reading ${waiting} more…` : ''}
              {more > 0 ? ` ${more} more parties: choose a kind.` : ''}
            </span>
            <TableFiles {...files} />
          </span>
        </header>
        {rows.length === 0 ? (
          <p className="empty">
            {waiting > 0
              ? 'Reading who reaches what…'
              : 'Nobody could reach anything at that moment, as far as the ledger was told.'}
          </p>
        ) : (
          <ScrollBox className="matrix-box" label="Matrix of parties and what they could reach">
            <table className="matrix">
              <thead>
                <tr>
                  <th scope="col">Party</th>
                  {targets.map((target) => (
                    <th scope="col" key={target.key}>
                      <span className="matrix-head">
                        <SiteWord id={target.site} />
                        <Country code={names.sites.get(target.site)?.country ?? null} />
                        {target.dataset === undefined ? null : (
                          <span className="matrix-holding">
                            <Id>{target.dataset}</Id>
                            {target.population === undefined ? null : <Id>{target.population}</Id>}
                            {target.backup === undefined ? null : (
                              <span>
                                backup <Id>{target.backup}</Id>
                              </span>
                            )}
                          </span>
                        )}
                      </span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.party}>
                    <th scope="row">
                      <PartyName id={row.party} />{' '}
                      <span className="site-facts">
                        <Country code={row.country} /> {row.kind ?? ''}
                      </span>
                    </th>
                    {targets.map((target) => {
                      const cell = cells.get(`${row.party}\n${target.key}`);
                      if (cell === undefined)
                        return (
                          <td key={target.key} className="none">
                            <span className="unseen">cannot reach it</span>
                          </td>
                        );
                      const chosen =
                        row.party === party &&
                        target.site === search.site &&
                        target.dataset === search.dataset;
                      return (
                        <td key={target.key} className={`shade-${shadeOf(cell.subjects, most)}`}>
                          <Link
                            to="/reach"
                            search={{
                              ...clocksOf(view),
                              by: search.by,
                              kind: search.kind,
                              party: row.party,
                              site: target.site,
                              dataset: target.dataset,
                              population: target.population,
                              backup: target.backup,
                            }}
                            resetScroll
                            aria-current={chosen ? 'true' : undefined}
                            title={`${cell.holdings} holdings, of up to ${cell.subjects} people each; the shortest way has ${cell.edges} ${cell.edges === 1 ? 'edge' : 'edges'}`}
                          >
                            <strong>{cell.subjects.toLocaleString('en')}</strong>
                            <span className="matrix-way">
                              {cell.edges === 1 ? 'directly' : `${cell.edges} edges`}
                            </span>
                          </Link>
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollBox>
        )}
        <p className="matrix-note hint">
          The number is of the most people in one holding that the party could reach there; beneath it is how
          long the shortest way is. A cell opens every way, and what would have to be closed.
        </p>
      </section>
    </>
  );
};

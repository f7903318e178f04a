/**
 * The map: which sites hold whose data at a moment, and the transfers between countries until then. Two tables have
 * the same content.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Clocks } from '../../../src/client/client.ts';
import type { SiteHoldingRow, TransferRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { dayMs, instantOf } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { datasetsAt, holdingsOf, sitesAt, transfersEver } from '../ledger/registry-queries.ts';
import { Choice, Filters } from '../parts/choice.tsx';
import { siteNameIn, useNames } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered } from '../parts/states.tsx';
import { Table, TableFiles } from '../parts/table.tsx';
import { useTitle } from '../parts/use-title.ts';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { useMoment } from '../timeline/use-moment.ts';
import type { Place, Way } from './places.ts';
import { type SiteTotals, siteColumns } from './site-columns.tsx';
import { TransferLegend, transferColumns, transferLanes } from './transfers.tsx';
import { WorldMap } from './world-map.tsx';

/** Only a person's trail marks late events. */
const noneLate: ReadonlyArray<never> = [];

/** Sites whose holdings are requested. Further sites are not shown. */
const sitesMax = 200;

const allUntilThen = 'all until then';

/** How far back transfers are shown. */
const periods = {
  '1y': { label: 'in the year before', ms: 366 * dayMs },
  '30d': { label: 'in the 30 days before', ms: 30 * dayMs },
} as const;

/** The size of a mark or a way, from 0 to 1: its area is proportional to the number of people. */
const partOf = (subjects: number, most: number): number => Math.sqrt(subjects / Math.max(1, most));
/** The width of a way in pixels. */
const widthOf = (part: number): number => 1.2 + 3.8 * part;
/** The radius of a site in pixels. */
const sizeOf = (part: number): number => 4 + 8 * part;

export const MapScreen = () => {
  useTitle('Map');
  const view = useView();
  const sites = useQuery(sitesAt(questionOf(view)));
  return (
    <Answered of={sites} what="the sites">
      {(answer) => <MapOf clocks={answer.clocks} />}
    </Answered>
  );
};

const MapOf = ({ clocks }: { clocks: Clocks }) => {
  const view = useView();
  const change = useChangeView();
  const names = useNames();
  const question = questionOf(view);
  const { dataset, since } = useSearch({ from: '/map' });
  const transfers = useQuery(transfersEver(question));
  const datasets = useQuery(datasetsAt(question));
  const siteIds = [...names.sites.keys()].slice(0, sitesMax);
  const holdings = useQueries({ queries: siteIds.map((site) => holdingsOf(site, question)) });
  const moment = useMoment();
  const { dragged } = moment;

  const asked = instantOf(view.validAt) ?? Date.parse(clocks.validAt);
  const at = dragged ?? asked;
  const now = Date.parse(transfers.data?.clocks.validAt ?? clocks.validAt);
  const of = useMemo(
    () => (transfers.data?.data ?? []).filter((row) => dataset === undefined || row.dataset === dataset),
    [transfers.data, dataset],
  );
  const back = since === undefined ? Number.POSITIVE_INFINITY : periods[since].ms;
  const until = of.filter(({ time }) => Date.parse(time) <= at && Date.parse(time) > at - back);
  const instants = useMemo(() => of.map(({ time }) => Date.parse(time)), [of]);
  const groups = useMemo(
    () => [{ id: 'between', label: 'Between countries', lanes: transferLanes(of) }],
    [of],
  );

  const held = new Map(
    siteIds.map((site, index): readonly [string, ReadonlyArray<SiteHoldingRow>] => [
      site,
      (holdings[index]?.data?.data ?? []).filter((row) => dataset === undefined || row.dataset === dataset),
    ]),
  );
  const rows: ReadonlyArray<SiteTotals> = siteIds
    .map((site) => {
      const here = held.get(site) ?? [];
      const backups = here.filter(({ kind }) => kind === 'backup');
      return {
        site,
        country: names.sites.get(site)?.country ?? null,
        operator: names.sites.get(site)?.operator ?? null,
        live: here.length - backups.length,
        backups: backups.length,
        overdue: backups.filter(({ overdue }) => overdue).length,
        subjects: Math.max(0, ...here.map(({ subjects }) => subjects)),
      };
    })
    .sort((a, b) => b.subjects - a.subjects || (a.site < b.site ? -1 : 1));

  const mostHeld = Math.max(1, ...rows.map(({ subjects }) => subjects));
  const mostMoved = of.reduce((most, { subjects }) => Math.max(most, subjects), 1);
  const places = rows.map(({ site, live, backups, overdue, subjects }): Place => {
    const described = names.sites.get(site);
    return {
      id: site,
      label: described?.name ?? site,
      country: described?.country ?? null,
      latitude: described?.latitude ?? null,
      longitude: described?.longitude ?? null,
      look: live > 0 ? 'live' : overdue > 0 ? 'overdue' : backups > 0 ? 'backup' : 'idle',
      size: live + backups === 0 ? 2.5 : sizeOf(partOf(subjects, mostHeld)),
    };
  });
  const ways = [
    ...Map.groupBy(
      until,
      ({ fromSite, toSite, kind }) =>
        `${fromSite}\n${toSite}\n${kind.startsWith('backup') ? 'backup' : 'move'}`,
    ),
  ].map(([id, same]): Way => {
    const people = Math.max(...same.map(({ subjects }) => subjects));
    const { fromSite, toSite, kind } = same[0]!;
    return {
      id,
      from: fromSite,
      to: toSite,
      look: kind.startsWith('backup') ? 'backup' : 'move',
      width: widthOf(partOf(people, mostMoved)),
      label: `${people.toLocaleString('en')} ${people === 1 ? 'person' : 'people'}`,
      words: `${siteNameIn(names, fromSite)} to ${siteNameIn(names, toSite)}: ${same.length} times, up to ${people} people`,
    };
  });
  const holding = rows.filter(({ live, backups }) => live + backups > 0);
  const shownClocks = { ...clocks, validAt: new Date(at).toISOString() };
  const minAssurance = view.minAssurance ?? 'claimed';

  const siteTable = {
    caption: 'Sites and what they hold',
    fileName: 'sites',
    columns: siteColumns,
    rows: holding,
    rowKey: (row: SiteTotals) => row.site,
    clocks: shownClocks,
    minAssurance,
    empty: 'The ledger knows of no site that holds data at this moment. Choose another one.',
  };
  const transferTable = {
    caption: 'Transfers between countries',
    fileName: 'transfers',
    columns: transferColumns,
    rows: [...until].sort((a, b) => Date.parse(b.time) - Date.parse(a.time)),
    rowKey: (row: TransferRow) => `${row.event}\n${row.dataset}\n${row.population}\n${row.toSite}`,
    clocks: shownClocks,
    minAssurance,
    empty:
      'The ledger knows of no transfer between countries in this period. Choose a longer one, or another dataset.',
  };

  return (
    <>
      <div className="screen-head">
        <h1>Sites and transfers between countries</h1>
        <Filters label="What the map shows">
          <Choice
            label="dataset"
            value={dataset}
            any="all"
            options={datasets.data?.data.map(({ dataset: id }) => [id, id] as const) ?? []}
            onChange={(chosen) => change({ dataset: chosen })}
          />
          <Choice
            label="transfers"
            value={since}
            any={allUntilThen}
            options={(['1y', '30d'] as const).map((key) => [key, periods[key].label] as const)}
            onChange={(chosen) => change({ since: chosen })}
          />
        </Filters>
      </div>
      <Purpose>
        The sites that held data at the moment chosen above, and the data that had moved between countries by
        then.
      </Purpose>
      <ClockSentence clocks={clocks} at={dragged} />
      <section className="panel map-panel large" aria-label="Map">
        <WorldMap
          places={places}
          ways={ways}
          byPeople
          words={`Map of ${holding.length} sites that hold data, and ${until.length} transfers between countries. The tables below show the same.`}
        />
      </section>
      <div className="map-tables">
        <section className="panel" aria-labelledby="sites-title">
          <header>
            <h2 id="sites-title">Sites that hold data</h2>
            <TableFiles {...siteTable} />
          </header>
          <Table {...siteTable} />
        </section>
        <section className="panel" aria-labelledby="transfers-title">
          <header>
            <h2 id="transfers-title">
              Transfers between countries, {since === undefined ? allUntilThen : periods[since].label}
            </h2>
            <TableFiles {...transferTable} />
          </header>
          <Table {...transferTable} />
        </section>
      </div>
      <PageScrubber
        groups={groups}
        late={noneLate}
        instants={instants}
        asked={asked}
        now={now}
        moment={moment}
        legend={<TransferLegend />}
        folded
      />
    </>
  );
};

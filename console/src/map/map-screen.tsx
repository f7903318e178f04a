/**
 * The map: which sites hold whose data at a moment, and what went between countries until then. Two tables say the same.
 */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Clocks } from '../../../src/client/client.ts';
import type { SiteHoldingRow, TransferRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-bar.tsx';
import { dayMs } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { datasetsAt, holdingsOf, sitesAt, transfersEver } from '../ledger/queries.ts';
import { Choice, Filters } from '../parts/choice.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Country, countryName, Id, PartyWord, SiteWord, siteNameIn, useNames } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import { type Column, Table, TableFiles } from '../parts/table.tsx';
import { useTitle } from '../shell.tsx';
import type { Bar, Lane } from '../timeline/lanes.ts';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { useMoment } from '../timeline/use-moment.ts';
import { type Place, type Way, WorldMap } from './world-map.tsx';

/** Here nothing is marked as learned later: that is a matter of a person's trail. */
const noneLate: ReadonlyArray<never> = [];

/** Sites whose holdings are asked for; further ones are shown without them. */
const sitesMax = 200;

const allUntilThen = 'all until then';

/** How far back moves are shown, where not all of them are. */
const reaches: Readonly<Record<string, { readonly label: string; readonly ms: number }>> = {
  '1y': { label: 'of the year before', ms: 366 * dayMs },
  '30d': { label: 'of the 30 days before', ms: 30 * dayMs },
};

const kindWords: Readonly<Record<TransferRow['kind'], string>> = {
  move: 'moved',
  copy: 'copied',
  backup: 'backed up',
  'backup-move': 'backup moved',
  restore: 'restored',
};

/** The part of the most people, by which a mark or a way is as large: areas compare. */
const partOf = (subjects: number, most: number): number => Math.sqrt(subjects / Math.max(1, most));
/** The width of a way in pixels. */
const widthOf = (part: number): number => 1.2 + 3.8 * part;
/** The radius of a site in pixels. */
const sizeOf = (part: number): number => 4 + 8 * part;

interface SiteRowShown {
  readonly site: string;
  readonly country: string | null;
  readonly operator: string | null;
  readonly live: number;
  readonly backups: number;
  readonly overdue: number;
  readonly subjects: number;
}

const siteColumns: ReadonlyArray<Column<SiteRowShown>> = [
  { key: 'site', head: 'Site', value: (row) => row.site, cell: (row) => <SiteWord id={row.site} /> },
  {
    key: 'country',
    head: 'Country',
    value: (row) => row.country,
    cell: (row) => <Country code={row.country} />,
  },
  {
    key: 'operator',
    head: 'Operator',
    value: (row) => row.operator,
    cell: (row) => (row.operator === null ? '' : <PartyWord id={row.operator} />),
  },
  { key: 'live', head: 'Live', align: 'end', value: (row) => row.live },
  { key: 'backups', head: 'Backups', align: 'end', value: (row) => row.backups },
  {
    key: 'overdue',
    head: 'Overdue',
    align: 'end',
    value: (row) => row.overdue,
    cell: (row) =>
      row.overdue === 0 ? (
        0
      ) : (
        <span className="overdue-mark">
          <Icon name="warning" />
          {row.overdue}
        </span>
      ),
  },
  {
    key: 'subjects',
    head: 'Most people in one',
    align: 'end',
    value: (row) => row.subjects,
    cell: (row) => row.subjects.toLocaleString('en'),
  },
];

const transferColumns: ReadonlyArray<Column<TransferRow>> = [
  { key: 'time', head: 'When, UTC', value: (row) => row.time, cell: (row) => <Moment at={row.time} /> },
  { key: 'kind', head: 'What', value: (row) => row.kind, cell: (row) => kindWords[row.kind] },
  { key: 'dataset', head: 'Dataset', value: (row) => row.dataset, cell: (row) => <Id>{row.dataset}</Id> },
  {
    key: 'population',
    head: 'Of',
    value: (row) => row.population,
    cell: (row) =>
      row.population === null ? <span className="unknown">single persons</span> : <Id>{row.population}</Id>,
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
  {
    key: 'subjects',
    head: 'People',
    align: 'end',
    value: (row) => row.subjects,
    cell: (row) => row.subjects.toLocaleString('en'),
  },
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
const transferLanes = (transfers: ReadonlyArray<TransferRow>): ReadonlyArray<Lane> =>
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

const TransferLegend = () => (
  <ul className="legend" aria-label="What the marks mean">
    <li>
      <span className="sample bar-live attested-observed" /> moved or copied
    </li>
    <li>
      <span className="sample bar-backup" /> backed up
    </li>
  </ul>
);

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

  const asked = Date.parse(view.validAt ?? clocks.validAt);
  const at = dragged ?? asked;
  const now = Date.parse(transfers.data?.clocks.validAt ?? clocks.validAt);
  const of = useMemo(
    () => (transfers.data?.data ?? []).filter((row) => dataset === undefined || row.dataset === dataset),
    [transfers.data, dataset],
  );
  const back = reaches[since ?? '']?.ms ?? Number.POSITIVE_INFINITY;
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
  const rows: ReadonlyArray<SiteRowShown> = siteIds
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
        `${fromSite} ${toSite} ${kind.startsWith('backup') ? 'backup' : 'move'}`,
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
    rowKey: (row: SiteRowShown) => row.site,
    clocks: shownClocks,
    minAssurance,
    empty: 'No site holds anything at that moment, as far as the ledger was told.',
  };
  const transferTable = {
    caption: 'What went between countries',
    fileName: 'transfers',
    columns: transferColumns,
    rows: [...until].sort((a, b) => Date.parse(b.time) - Date.parse(a.time)),
    rowKey: (row: TransferRow) => `${row.event} ${row.dataset} ${row.population} ${row.toSite}`,
    clocks: shownClocks,
    minAssurance,
    empty: 'Nothing went from one country to another in that time, as far as the ledger was told.',
  };

  return (
    <>
      <div className="screen-head">
        <h1>Sites and moves between countries</h1>
        <Filters label="What the map shows">
          <Choice
            label="dataset"
            value={dataset}
            any="all"
            options={datasets.data?.data.map(({ dataset: id }) => [id, id] as const) ?? []}
            onChange={(chosen) => change({ dataset: chosen })}
          />
          <Choice
            label="moves"
            value={since}
            any={allUntilThen}
            options={Object.entries(reaches).map(([key, { label }]) => [key, label] as const)}
            onChange={(chosen) => change({ since: chosen })}
          />
        </Filters>
      </div>
      <ClockSentence clocks={clocks} at={dragged} />
      <section className="panel map-panel large" aria-label="Map">
        <WorldMap
          places={places}
          ways={ways}
          byPeople
          words={`Map of ${holding.length} sites that hold data, and ${until.length} moves between countries. The tables below say the same.`}
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
            <h2 id="transfers-title">Between countries, {reaches[since ?? '']?.label ?? allUntilThen}</h2>
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
      />
    </>
  );
};

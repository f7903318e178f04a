/**
 * The rows that questions answer with, one codec each: the types in the code, the API description and the client are
 * all made from these. Times are RFC 3339 in UTC, positions are decimal strings that only order.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../domain/events/codec.ts';
import { Assurance, PartyKind } from '../domain/events/words.ts';
import { edgeKinds } from '../domain/reach/edge.ts';

const Text = t.string;
const Time = t.string;
/** A position in the log, on the wire. */
export const WirePosition = t.string;
const Count = t.number;

const RowKind = oneOf('live data or a backup', ['live', 'backup']);

const place = {
  dataset: Text,
  site: Text,
  country: nullable(Text),
  operator: nullable(Text),
  kind: RowKind,
  backup: nullable(Text),
};

/** One place where a subject's data is (R12). */
export const ResidencyRow = exact(
  'ResidencyRow',
  { ...place, since: Time, overdue: t.boolean, assurance: Assurance, events: list(WirePosition) },
  {},
);
export type ResidencyRow = t.TypeOf<typeof ResidencyRow>;

/** One uninterrupted stay of a subject's data in one place (R12). */
export const HistoryRow = exact(
  'HistoryRow',
  { ...place, from: Time, to: nullable(Time), assurance: Assurance, events: list(WirePosition) },
  {},
);
export type HistoryRow = t.TypeOf<typeof HistoryRow>;

/** One holding at a site, with the number of subjects in it (R12). */
export const SiteHoldingRow = exact(
  'SiteHoldingRow',
  {
    dataset: Text,
    population: nullable(Text),
    kind: RowKind,
    backup: nullable(Text),
    since: Time,
    overdue: t.boolean,
    subjects: Count,
  },
  {},
);
export type SiteHoldingRow = t.TypeOf<typeof SiteHoldingRow>;

/** A site, as described at an instant (R5); null is what is not known. */
export const SiteRow = exact(
  'SiteRow',
  {
    site: Text,
    name: nullable(Text),
    country: nullable(Text),
    subdivision: nullable(Text),
    latitude: nullable(t.number),
    longitude: nullable(t.number),
    operator: nullable(Text),
    owner: nullable(Text),
  },
  {},
);
export type SiteRow = t.TypeOf<typeof SiteRow>;

/** A party, as described at an instant (R5). */
export const PartyRow = exact(
  'PartyRow',
  { party: Text, kind: nullable(PartyKind), name: nullable(Text), country: nullable(Text) },
  {},
);
export type PartyRow = t.TypeOf<typeof PartyRow>;

/** A dataset, as described at an instant (R5). */
export const DatasetRow = exact(
  'DatasetRow',
  { dataset: Text, name: nullable(Text), categories: list(Text), controller: nullable(Text) },
  {},
);
export type DatasetRow = t.TypeOf<typeof DatasetRow>;

/** A population, as described at an instant, with the number of subjects in it then. */
export const PopulationRow = exact(
  'PopulationRow',
  { population: Text, name: nullable(Text), jurisdiction: nullable(Text), subjects: Count },
  {},
);
export type PopulationRow = t.TypeOf<typeof PopulationRow>;

/** How data got from one site to another. */
export const MovementKind = oneOf('a kind of movement', ['move', 'copy', 'backup', 'backup-move', 'restore']);
export type MovementKind = t.TypeOf<typeof MovementKind>;

/** A movement, copy or backup between countries. */
export const TransferRow = exact(
  'TransferRow',
  {
    from: nullable(Text),
    to: nullable(Text),
    fromSite: Text,
    toSite: Text,
    dataset: Text,
    population: nullable(Text),
    kind: MovementKind,
    time: Time,
    subjects: Count,
    event: WirePosition,
  },
  {},
);
export type TransferRow = t.TypeOf<typeof TransferRow>;

/** A site that data of a dataset was at. */
export const LineageNode = exact(
  'LineageNode',
  {
    site: Text,
    name: nullable(Text),
    country: nullable(Text),
    operator: nullable(Text),
    latitude: nullable(t.number),
    longitude: nullable(t.number),
  },
  {},
);

/** A way data of a dataset went; `from` is null where it was placed from outside. */
export const LineageEdge = exact(
  'LineageEdge',
  {
    from: nullable(Text),
    to: Text,
    kind: oneOf('a way data goes', ['place', ...MovementKind.words]),
    population: nullable(Text),
    subject: nullable(Text),
    backup: nullable(Text),
    time: Time,
    assurance: Assurance,
    event: WirePosition,
  },
  {},
);

/** Where data of a dataset went. */
export const Lineage = exact('Lineage', { nodes: list(LineageNode), edges: list(LineageEdge) }, {});
export type Lineage = t.TypeOf<typeof Lineage>;

/** An event that does not fit the others (R1). `event` is its position, `since` when it was recorded. */
export const DiscrepancyRow = exact(
  'DiscrepancyRow',
  { event: WirePosition, code: Text, message: Text, since: Time },
  {},
);
export type DiscrepancyRow = t.TypeOf<typeof DiscrepancyRow>;

/** An event with its place in the log. */
export const WireEvent = exact(
  'WireEvent',
  {
    specversion: Text,
    id: Text,
    source: Text,
    type: Text,
    time: Time,
    assurance: Assurance,
    data: t.unknown,
    position: WirePosition,
    recordedat: Time,
  },
  { evidence: Text },
);
export type WireEvent = t.TypeOf<typeof WireEvent>;

/** An event that touched a subject's data or its reach, and how. */
export const TrailRow = exact('TrailRow', { event: WireEvent, why: list(Text) }, {});
export type TrailRow = t.TypeOf<typeof TrailRow>;

/** One event, with what does not fit and what corrected or retracted it. */
export const EventDetail = exact(
  'EventDetail',
  {
    event: WireEvent,
    discrepancies: list(exact('EventDiscrepancy', { code: Text, message: Text }, {})),
    corrections: list(
      exact(
        'EventCorrection',
        {
          position: WirePosition,
          kind: oneOf('what it does', ['corrects', 'retracts', 'does nothing']),
          event: WireEvent,
        },
        {},
      ),
    ),
  },
  {},
);
export type EventDetail = t.TypeOf<typeof EventDetail>;

/** One edge of a path (R13): `began` and `ended` are its own interval, null for the beginning and for still so. */
export const WirePathEdge = exact(
  'PathEdge',
  {
    edge: oneOf('a kind of edge', edgeKinds),
    to: Text,
    began: nullable(Time),
    ended: nullable(Time),
    events: list(WirePosition),
  },
  {},
);
export type WirePathEdge = t.TypeOf<typeof WirePathEdge>;

/** The row of a residency that is reached. */
export const WireHolding = exact(
  'Holding',
  { dataset: Text, site: Text, kind: RowKind, backup: nullable(Text) },
  {},
);
export type WireHolding = t.TypeOf<typeof WireHolding>;

/** A party that could reach a subject's data: in which holding, when, along which path (R15). */
export const ReachRow = exact(
  'ReachRow',
  {
    party: Text,
    kind: nullable(PartyKind),
    name: nullable(Text),
    intervals: list(
      exact(
        'ReachInterval',
        { from: nullable(Time), to: nullable(Time), holding: WireHolding, path: list(WirePathEdge) },
        {},
      ),
    ),
  },
  {},
);
export type ReachRow = t.TypeOf<typeof ReachRow>;

const CutEdge = exact(
  'CutEdge',
  {
    from: Text,
    edge: oneOf('a kind of edge', edgeKinds),
    to: Text,
    began: nullable(Time),
    ended: nullable(Time),
    events: list(WirePosition),
  },
  {},
);

const cutFields = {
  party: Text,
  reaches: t.boolean,
  because: nullable(oneOf('why not', ['no-data', 'no-chain', 'ended'])),
  close: list(CutEdge),
  ended: list(CutEdge),
  chain: list(CutEdge),
};

/**
 * Why a party cannot reach the data, or what would keep it out: `close` is the smallest set of edges to close; `ended`
 * the smallest set of edges whose end closed the way, along `chain`.
 */
export const WireCut = exact('Cut', cutFields, {});
export type WireCut = t.TypeOf<typeof WireCut>;

/**
 * The same for a party and the holdings asked about, whoever's data is in them. `edges` is the graph of its ways there:
 * every edge of a path that visits no party twice, up to a limit that `limitMet` tells of.
 */
export const WirePartyCut = exact(
  'PartyCut',
  { ...cutFields, edges: list(CutEdge), limitMet: t.boolean },
  {},
);
export type WirePartyCut = t.TypeOf<typeof WirePartyCut>;

const partyReachFields = {
  dataset: Text,
  population: nullable(Text),
  site: Text,
  kind: RowKind,
  backup: nullable(Text),
  subjects: Count,
  from: nullable(Time),
  to: nullable(Time),
  path: list(WirePathEdge),
};

/** A holding that a party could reach, of how many subjects, and how. */
export const PartyReachRow = exact('PartyReachRow', partyReachFields, {});
export type PartyReachRow = t.TypeOf<typeof PartyReachRow>;

/** What somebody would newly reach, were some events recorded. */
export const SimulatedReachRow = exact('SimulatedReachRow', { party: Text, ...partyReachFields }, {});
export type SimulatedReachRow = t.TypeOf<typeof SimulatedReachRow>;

const WireInterval = exact('Interval', { from: nullable(Time), to: nullable(Time) }, {});

const findingFields = {
  finding: Text,
  policy: Text,
  version: t.number,
  rule: Text,
  verdict: oneOf('a verdict', ['violated', 'indeterminate']),
  action: oneOf('what is judged', ['store', 'reach']),
  holding: exact(
    'FindingHolding',
    {
      dataset: Text,
      site: nullable(Text),
      kind: nullable(RowKind),
      backup: nullable(Text),
      population: nullable(Text),
    },
    {},
  ),
  population: nullable(Text),
  party: nullable(Text),
  path: list(WirePathEdge),
  from: nullable(Time),
  to: nullable(Time),
  subjects: Count,
  counts: list(exact('Count', { from: nullable(Time), to: nullable(Time), subjects: Count }, {})),
  countsLeftOut: Count,
  reason: nullable(Text),
  events: list(WirePosition),
  knownSince: nullable(Time),
};

/**
 * An interval in which a holding or a reach broke a rule, or could not be judged (R19). `population` is the one whose
 * people it is about; `counts` says how many they were over time, the latest
 * numbers where there are very many, and `countsLeftOut` how many are left out; `knownSince` when the ledger could know it.
 */
export const FindingRow = exact('Finding', findingFields, {});
export type FindingRow = t.TypeOf<typeof FindingRow>;

const ChangedFindingRow = exact('ChangedFinding', { ...findingFields, was: list(WireInterval) }, {});

/** What a change makes of history (R20). `was` are the intervals that a changed finding had before. */
export const WireDifference = exact(
  'Difference',
  {
    opened: list(FindingRow),
    closed: list(FindingRow),
    lengthened: list(ChangedFindingRow),
    shortened: list(ChangedFindingRow),
  },
  {},
);
export type WireDifference = t.TypeOf<typeof WireDifference>;

/** A policy with its versions and the intervals in which each is in force (R18). */
export const PolicyRow = exact(
  'Policy',
  {
    policy: Text,
    title: Text,
    authority: nullable(Text),
    builtIn: t.boolean,
    versions: list(
      exact(
        'PolicyVersion',
        {
          version: t.number,
          title: Text,
          authority: nullable(Text),
          cedar: nullable(Text),
          effectiveFrom: nullable(Time),
          effectiveUntil: nullable(Time),
          adoptedBy: nullable(WirePosition),
          inForce: list(WireInterval),
        },
        {},
      ),
    ),
  },
  {},
);
export type PolicyRow = t.TypeOf<typeof PolicyRow>;

/** One question about a person. `reader` is the name of the key, null while no keys are set up. */
export const ReadRow = exact('Read', { at: Time, reader: nullable(Text), subject: Text, question: Text }, {});
export type ReadRow = t.TypeOf<typeof ReadRow>;

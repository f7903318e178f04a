/**
 * The rows that questions answer with, one codec each: the types in the code, the API description and the client are
 * all made from these. Times are RFC 3339 in UTC, positions are decimal strings that only order.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/codec.ts';
import { Assurance, PartyKind } from '../../domain/events/words.ts';

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

/**
 * Rows about who could reach data, and along which path (R13 to R16).
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { PartyKind } from '../../domain/events/words.ts';
import { edgeKinds } from '../../domain/reach/edge.ts';
import { RowKind, Time, WirePosition } from './fields.ts';

/**
 * One edge of a path (R13). `began` and `ended` are its own interval; null means from the beginning, or still in
 * effect.
 */
export const WirePathEdge = exact(
  'PathEdge',
  {
    edge: oneOf('a kind of edge', edgeKinds),
    to: t.string,
    began: nullable(Time),
    ended: nullable(Time),
    events: list(WirePosition),
  },
  {},
);
export type WirePathEdge = t.TypeOf<typeof WirePathEdge>;

/** The reached row of a residency. */
export const WireHolding = exact(
  'Holding',
  { dataset: t.string, site: t.string, kind: RowKind, backup: nullable(t.string) },
  {},
);
export type WireHolding = t.TypeOf<typeof WireHolding>;

/** A party that could reach a subject's data: in which holding, when, and along which path (R15). */
export const ReachRow = exact(
  'ReachRow',
  {
    party: t.string,
    kind: nullable(PartyKind),
    name: nullable(t.string),
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
    from: t.string,
    edge: oneOf('a kind of edge', edgeKinds),
    to: t.string,
    began: nullable(Time),
    ended: nullable(Time),
    events: list(WirePosition),
  },
  {},
);

const cutFields = {
  party: t.string,
  reaches: t.boolean,
  because: nullable(oneOf('why not', ['no-data', 'no-chain', 'ended'])),
  close: list(CutEdge),
  ended: list(CutEdge),
  chain: list(CutEdge),
};

/**
 * Why a party cannot reach the data, or what would end its reach. `close` is the smallest set of edges to close;
 * `ended` is the smallest set of edges along `chain` whose end closed the path.
 */
export const WireCut = exact('Cut', cutFields, {});
export type WireCut = t.TypeOf<typeof WireCut>;

/**
 * The same for a party and some holdings, regardless of whose data they hold. `edges` is the graph of its paths:
 * every edge of a path that visits no party twice, up to a limit that `limitMet` indicates.
 */
export const WirePartyCut = exact(
  'PartyCut',
  { ...cutFields, edges: list(CutEdge), limitMet: t.boolean },
  {},
);
export type WirePartyCut = t.TypeOf<typeof WirePartyCut>;

const partyReachFields = {
  dataset: t.string,
  population: nullable(t.string),
  site: t.string,
  kind: RowKind,
  backup: nullable(t.string),
  subjects: t.number,
  from: nullable(Time),
  to: nullable(Time),
  path: list(WirePathEdge),
};

/** A holding that a party could reach, of how many subjects, and along which path. */
export const PartyReachRow = exact('PartyReachRow', partyReachFields, {});
export type PartyReachRow = t.TypeOf<typeof PartyReachRow>;

/** What a party would newly reach if some events were recorded. */
export const SimulatedReachRow = exact('SimulatedReachRow', { party: t.string, ...partyReachFields }, {});
export type SimulatedReachRow = t.TypeOf<typeof SimulatedReachRow>;

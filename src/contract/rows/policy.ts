/**
 * Rows of policies and their findings (R17 to R20).
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { WireEvent } from './events.ts';
import { RowKind, Time, WirePosition } from './fields.ts';
import { WirePathEdge } from './reach.ts';

const WireInterval = exact('Interval', { from: nullable(Time), to: nullable(Time) }, {});

const findingFields = {
  finding: t.string,
  policy: t.string,
  version: t.number,
  rule: t.string,
  verdict: oneOf('a verdict', ['violated', 'indeterminate']),
  action: oneOf('what is judged', ['store', 'reach']),
  holding: exact(
    'FindingHolding',
    {
      dataset: nullable(t.string),
      site: nullable(t.string),
      kind: nullable(RowKind),
      backup: nullable(t.string),
      population: nullable(t.string),
    },
    {},
  ),
  population: nullable(t.string),
  party: nullable(t.string),
  path: list(WirePathEdge),
  from: nullable(Time),
  to: nullable(Time),
  subjects: t.number,
  counts: list(exact('Count', { from: nullable(Time), to: nullable(Time), subjects: t.number }, {})),
  countsLeftOut: t.number,
  reason: nullable(t.string),
  limits: nullable(t.string),
  events: list(WirePosition),
  knownSince: nullable(Time),
};

/** For a finding about a source instead of a holding: the silent source (R22). */
const ofSource = { source: t.string };

/**
 * An interval in which a holding or a reach broke a rule or could not be judged (R19). `population` is that of the
 * people concerned. `counts` are their numbers over time, only the latest if there are very many, and
 * `countsLeftOut` says how many are missing. `reason` says why it could not be judged, or which unknown the verdict
 * rests on. `limits` is what the rule does not model, and `knownSince` when the ledger could first know it.
 */
export const FindingRow = exact('Finding', findingFields, ofSource);
export type FindingRow = t.TypeOf<typeof FindingRow>;

/**
 * One finding with its basis: that version of the policy, the text of the rule, and the events that prove it, only
 * the first if there are very many. `cedar` and `ruleText` are null for a policy that is not written in Cedar.
 */
export const FindingDetail = exact(
  'FindingDetail',
  {
    ...findingFields,
    title: t.string,
    authority: nullable(t.string),
    adoptedBy: nullable(WirePosition),
    effectiveFrom: nullable(Time),
    effectiveUntil: nullable(Time),
    cedar: nullable(t.string),
    ruleText: nullable(t.string),
    proof: list(WireEvent),
    proofLeftOut: t.number,
  },
  ofSource,
);
export type FindingDetail = t.TypeOf<typeof FindingDetail>;

/**
 * For a difference between two positions: whether new facts caused the finding, or rules that were adopted,
 * suspended or corrected in between.
 */
const inDifference = { ...ofSource, learned: oneOf('what was learned', ['facts', 'rules']) };

/** A finding that is in only one of the compared sets. */
const DifferingFindingRow = exact('DifferingFinding', findingFields, inDifference);
export type DifferingFindingRow = t.TypeOf<typeof DifferingFindingRow>;

const ChangedFindingRow = exact(
  'ChangedFinding',
  { ...findingFields, was: list(WireInterval) },
  inDifference,
);

/** The difference between two sets of findings (R20). `was` are the previous intervals of a changed finding. */
export const WireDifference = exact(
  'Difference',
  {
    opened: list(DifferingFindingRow),
    closed: list(DifferingFindingRow),
    lengthened: list(ChangedFindingRow),
    shortened: list(ChangedFindingRow),
  },
  {},
);
export type WireDifference = t.TypeOf<typeof WireDifference>;

/** A policy with its versions, and the intervals in which each is in force (R18). */
export const PolicyRow = exact(
  'Policy',
  {
    policy: t.string,
    title: t.string,
    authority: nullable(t.string),
    builtIn: t.boolean,
    versions: list(
      exact(
        'PolicyVersion',
        {
          version: t.number,
          title: t.string,
          authority: nullable(t.string),
          cedar: nullable(t.string),
          limits: list(exact('RuleLimits', { rule: t.string, limits: t.string }, {})),
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

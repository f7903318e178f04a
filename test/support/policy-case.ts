/** Small ledgers for tests of policies: entries of a time, a type and data, with their findings. */
import * as E from 'fp-ts/lib/Either.js';
import type { EventData, EventType } from '../../src/domain/events/catalogue.ts';
import { decodeEvent } from '../../src/domain/events/event.ts';
import { compilePolicy } from '../../src/domain/policy/compiled-policy.ts';
import type { Finding } from '../../src/domain/policy/finding.ts';
import { findingsOf } from '../../src/domain/policy/judge.ts';
import { judgedHoldingsOf } from '../../src/domain/policy/judged-holdings.ts';
import { policyRegistry } from '../../src/domain/policy/policy-registry.ts';
import { type PolicyVersion, policiesOf } from '../../src/domain/policy/policy-versions.ts';
import { RegisteredEntities } from '../../src/domain/policy/registered-entities.ts';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { type Fact, factOf } from '../../src/domain/recording/facts.ts';
import { foldResidency } from '../../src/domain/residency/fold-residency.ts';
import type { Residency } from '../../src/domain/residency/residency.ts';
import { formatBound, type Instant } from '../../src/domain/time/instant.ts';
import { ReachIndex } from '../../src/projections/reach/reach-index.ts';

/** When (a date), what type, what data as on the wire. */
export type Entry = { [T in EventType]: readonly [string, T, EventDataOnWire<T>] }[EventType];
/** Instants are written as text. */
type EventDataOnWire<T extends EventType> = {
  readonly [K in keyof EventData<T>]: NonNullable<EventData<T>[K]> extends Instant
    ? EventData<T>[K] | string
    : EventData<T>[K];
};

/** The instant of a date. */
export const day = (date: string): Instant => Date.parse(`${date}T00:00:00Z`);

/** The entries as facts; the first has position 1. */
export const factsOf = (entries: ReadonlyArray<Entry>): ReadonlyArray<Fact> =>
  entries.map(([date, type, data], index) => {
    const decoded = decodeEvent({
      id: `${index + 1}`,
      source: '/test',
      type,
      time: `${date}T00:00:00Z`,
      data,
    });
    if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left));
    const recorded = { position: index + 1, recordedAt: 0, ...unattributed, event: decoded.right };
    return factOf(recorded, [], { position: Number.MAX_SAFE_INTEGER, minAssurance: 'claimed' })!;
  });

/** Everything that tests ask of a small ledger. */
export interface SmallLedger {
  readonly facts: ReadonlyArray<Fact>;
  readonly residency: Residency;
  readonly reach: ReachIndex;
  readonly entities: RegisteredEntities;
  readonly versions: ReadonlyArray<PolicyVersion>;
  readonly findings: ReadonlyArray<Finding>;
}

/** The ledger of the entries with all its findings; further versions are judged in addition to its own. */
export const ledgerOf = (
  entries: ReadonlyArray<Entry>,
  further: ReadonlyArray<PolicyVersion> = [],
): SmallLedger => {
  const facts = factsOf(entries);
  const residency = foldResidency(facts, () => true);
  const reach = new ReachIndex(facts);
  const entities = new RegisteredEntities(policyRegistry(reach, facts));
  const versions = [...policiesOf(facts).versions, ...further];
  const histories = judgedHoldingsOf(residency, reach);
  const findings = findingsOf({ policies: versions.map(compilePolicy), entities }, histories);
  return { facts, residency, reach, entities, versions, findings };
};

/** The day of a bound, null for "still so". */
export const dayOf = (instant: Instant): string | null => formatBound(instant)?.slice(0, 10) ?? null;

/** A finding in one line: what, who, where, when, of how many. */
export const told = ({
  rule,
  verdict,
  action,
  party,
  holding,
  population,
  from,
  to,
  counts,
}: Finding): string =>
  [
    `${verdict === 'violated' ? '' : 'indeterminate '}${rule}: ${action}`,
    ...(party === null ? [] : [`by ${party}`]),
    `${holding.backup ?? 'live'} ${holding.dataset} at ${holding.site}`,
    `of ${population}`,
    `${dayOf(from)} to ${dayOf(to)}`,
    counts
      .pieces()
      .map((piece) => `${piece.value} from ${dayOf(piece.from)}`)
      .join(', '),
  ].join('; ');

/** The worked example of the domain: US users' data in Virginia, a backup in Singapore, the move to Oracle. */
export const workedExample: ReadonlyArray<Entry> = [
  [
    '2017-11-10',
    'PartyRegistered',
    { party: 'bytedance', kind: 'organisation', name: 'ByteDance', country: 'CN' },
  ],
  ['2017-11-10', 'PartyRegistered', { party: 'tiktok', kind: 'organisation', name: 'TikTok', country: 'US' }],
  ['2017-11-10', 'PartyRegistered', { party: 'oracle', kind: 'organisation', name: 'Oracle', country: 'US' }],
  ['2017-11-10', 'ControlBegan', { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' }],
  ['2019-01-01', 'SiteRegistered', { site: 'virginia', name: 'Virginia', country: 'US', operator: 'tiktok' }],
  [
    '2019-01-01',
    'SiteRegistered',
    { site: 'singapore', name: 'Singapore', country: 'SG', operator: 'tiktok' },
  ],
  [
    '2019-01-01',
    'SiteRegistered',
    { site: 'oracle-ashburn', name: 'Ashburn', country: 'US', operator: 'oracle' },
  ],
  ['2019-01-01', 'PopulationRegistered', { population: 'us-users', name: 'US users', jurisdiction: 'US' }],
  ['2019-01-01', 'PopulationRegistered', { population: 'eu-users', name: 'EU users', jurisdiction: 'IE' }],
  [
    '2019-01-01',
    'DatasetRegistered',
    { dataset: 'tiktok/profile', name: 'Profiles', categories: ['profile'], controller: 'tiktok' },
  ],
  [
    '2019-06-01',
    'DataPlaced',
    { dataset: 'tiktok/profile', scope: { population: 'us-users' }, site: 'virginia' },
  ],
  ['2020-01-10', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
  ['2020-02-01', 'SubjectEnrolled', { subject: 'chen', population: 'us-users' }],
  [
    '2020-03-01',
    'BackupTaken',
    {
      backup: 'b1',
      dataset: 'tiktok/profile',
      scope: { population: 'us-users' },
      from: 'virginia',
      to: 'singapore',
      expires: '2022-03-01',
    },
  ],
  ['2021-05-01', 'SubjectEnrolled', { subject: 'ben', population: 'us-users' }],
  [
    '2022-06-17',
    'DataMoved',
    { dataset: 'tiktok/profile', scope: { population: 'us-users' }, from: 'virginia', to: 'oracle-ashburn' },
  ],
  ['2022-07-01', 'SubjectEnrolled', { subject: 'ana', population: 'eu-users' }],
];

/**
 * Random worlds of parties, sites, grants and data of two people, as facts after corrections and assurance.
 *
 * Names and times are few, so that beginnings and endings coincide, grants are given again, control relations form
 * cycles, and teams become organisations and cease to be. Positions give the order in which facts were learned,
 * times when they held.
 */
import * as fc from 'fast-check';
import type { EventData, EventType } from '../../src/domain/events/catalogue.ts';
import type { Over, Scope } from '../../src/domain/events/scope.ts';
import type { Fact, FactOf } from '../../src/domain/recording/facts.ts';
import { foldResidency } from '../../src/domain/residency/fold-residency.ts';
import type { Residency } from '../../src/domain/residency/residency.ts';
import type { Instant } from '../../src/domain/time/instant.ts';

/** `zed` is never registered. */
export const parties = ['acme', 'bob', 'ops', 'parent', 'zed'] as const;
export const subjects = ['ana', 'chen'] as const;
export const populations = ['us-users', 'eu-users'] as const;
const sites = ['virginia', 'dublin'] as const;
const backups = ['b1', 'b2'] as const;

/** Times are whole days after this; there are this many. */
export const epoch: Instant = Date.UTC(2020, 0, 1);
export const day = 86_400_000;
export const ticks = 9;

const party = fc.constantFrom<string>(...parties);
const site = fc.constantFrom<string>('virginia', 'virginia', 'dublin');
const dataset = fc.constantFrom<string>('profile', 'profile', 'profile', 'messages');
const population = fc.constantFrom<string>(...populations);
const subject = fc.constantFrom<string>('ana', 'ana', 'chen');
const backup = fc.constantFrom<string>(...backups);
const grant = fc.constantFrom<string>('g1', 'g1', 'g2');
const tick = fc.nat(ticks - 1).map((n) => epoch + n * day);

const scope: fc.Arbitrary<Scope> = fc.oneof(
  population.map((id) => ({ population: id })),
  subject.map((id) => ({ subject: id })),
);

const over: fc.Arbitrary<Over> = fc.oneof(
  fc.record({ site }),
  fc.record({ dataset }),
  fc.record({ dataset, scope }),
  fc.record({ population }),
  fc.record({ backup }),
);

type Drafts = { readonly [T in EventType]?: fc.Arbitrary<EventData<T>> };

const twoOf = <A, B>(names: readonly string[], make: (a: string, b: string) => A | B): fc.Arbitrary<A | B> =>
  fc
    .tuple(fc.nat(names.length - 1), fc.integer({ min: 1, max: names.length - 1 }))
    .map(([first, step]) => make(names[first]!, names[(first + step) % names.length]!));

const membership = twoOf(parties, (member, group) => ({ member, group }));
const control = fc
  .tuple(
    twoOf(parties, (controller, controlled) => ({ controller, controlled })),
    fc.constantFrom<EventData<'ControlEnded'>['basis']>('ownership', 'board'),
  )
  .map(([between, basis]) => ({ ...between, basis }));
const movement = fc
  .tuple(
    fc.record({ dataset, scope }),
    twoOf(sites, (from, to) => ({ from, to })),
  )
  .map(([what, between]) => ({ ...what, ...between }));

const drafts: Drafts = {
  PartyRegistered: fc.record({
    party: fc.constantFrom<string>('acme', 'bob', 'ops', 'parent'),
    kind: fc.constantFrom<EventData<'PartyRegistered'>['kind']>('organisation', 'team', 'person'),
    name: fc.constantFrom('one name', 'another name'),
  }),
  MembershipBegan: membership,
  MembershipEnded: membership,
  ControlBegan: control,
  ControlEnded: control,
  SiteRegistered: fc
    .tuple(
      fc.record({ site, name: fc.constant('a site'), country: fc.constant('US'), operator: party }),
      fc.option(party, { nil: undefined }),
    )
    .map(([described, owner]) => (owner === undefined ? described : { ...described, owner })),
  SiteTransferred: fc.oneof(
    fc.record({ site, operator: party }),
    fc.record({ site, owner: party }),
    fc.record({ site, operator: party, owner: party }),
  ),
  AccessGranted: fc
    .tuple(
      fc.record({ grant, party, over, actions: fc.constant(['read' as const]) }),
      fc.option(tick, { nil: undefined }),
    )
    .map(([terms, expires]) => (expires === undefined ? terms : { ...terms, expires })),
  AccessRevoked: fc.record({ grant }),
  SubjectEnrolled: fc.record({ subject, population }),
  DataPlaced: fc.record({ dataset, scope, site }),
  DataMoved: movement,
  DataCopied: movement,
  DataDeleted: fc.record({ dataset, scope, site }),
  BackupTaken: fc.record({ backup, dataset, scope, from: site, to: site }),
  BackupMoved: fc.record({ backup, to: site }),
  BackupRestored: fc.record({ backup, to: site }),
  BackupDestroyed: fc.record({ backup }),
};

/** The frequency of each type. */
const weights: { readonly [T in EventType]?: number } = {
  MembershipBegan: 7,
  MembershipEnded: 3,
  ControlBegan: 5,
  ControlEnded: 3,
  PartyRegistered: 4,
  SiteTransferred: 3,
  SiteRegistered: 2,
  AccessGranted: 5,
  AccessRevoked: 2,
  SubjectEnrolled: 3,
  DataPlaced: 3,
  BackupTaken: 2,
};

interface Draft {
  readonly type: EventType;
  readonly time: Instant;
  readonly data: unknown;
}

const draft: fc.Arbitrary<Draft> = fc.oneof(
  ...Object.entries(drafts).map(([type, data]) => ({
    weight: weights[type as EventType] ?? 1,
    arbitrary: fc
      .tuple(tick, data as fc.Arbitrary<unknown>)
      .map(([time, data]) => ({ type: type as EventType, time, data })),
  })),
);

/** A fact learned at a position. */
export const factAt = (position: number, { type, time, data }: Draft): Fact =>
  ({ position, type, time, assurance: 'observed', data, corrections: [] }) as unknown as Fact;

/** A fact of any type, without a position yet. */
export const anyFact: fc.Arbitrary<Fact> = draft.map((each) => factAt(0, each));

/** An observed access, after all other facts. */
export const anAccess: fc.Arbitrary<FactOf<'AccessObserved'>> = fc
  .tuple(tick, fc.record({ party, dataset, scope }), fc.option(site, { nil: undefined }))
  .map(([time, what, site]) => ({
    position: 1_000,
    type: 'AccessObserved',
    time,
    assurance: 'observed',
    data: { ...what, ...(site === undefined ? {} : { site }), action: 'read' },
    corrections: [],
  }));

/** Facts in the order in which they were learned; data is somewhere from early on. */
export const worlds = (factsMax = 45): fc.Arbitrary<readonly Fact[]> =>
  fc
    .tuple(
      fc.subarray<Draft>([
        { type: 'SubjectEnrolled', time: epoch, data: { subject: 'ana', population: 'us-users' } },
        {
          type: 'DataPlaced',
          time: epoch,
          data: { dataset: 'profile', scope: { population: 'us-users' }, site: 'virginia' },
        },
        {
          type: 'DataPlaced',
          time: epoch,
          data: { dataset: 'profile', scope: { subject: 'ana' }, site: 'dublin' },
        },
        {
          type: 'SiteRegistered',
          time: epoch,
          data: { site: 'virginia', name: 'a site', country: 'US', operator: 'acme' },
        },
      ]),
      fc.array(draft, { maxLength: factsMax, size: 'max' }),
    )
    .map(([first, others]) => [...first, ...others].map((each, index) => factAt(index + 1, each)));

/** Where the data of the two people was. */
export const residencyIn = (facts: readonly Fact[]): Residency =>
  foldResidency(facts, (each) => (subjects as readonly string[]).includes(each));

/** An instant at which something may happen, between two such, or before or after all. */
export const anInstant: fc.Arbitrary<Instant> = fc
  .integer({ min: -1, max: 2 * ticks })
  .map((half) => epoch + half * (day / 2));

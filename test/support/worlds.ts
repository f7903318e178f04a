/**
 * Random worlds: logs of well-formed events over a few names, in which the rules R3 to R12 often interact.
 *
 * Names and times are few, so that events collide: ties in valid time, late events, own holdings that get absorbed,
 * backups taken twice. Everything is built from records and arrays, so that a failing world shrinks to a small one;
 * the first value of each choice is the simplest. Logs are plain JSON, in the order of recording.
 */
import * as fc from 'fast-check';
import { formatInstant, type Instant } from '../../src/domain/time/instant.ts';
import {
  type Assurance,
  assurances,
  type CloudEvent,
  type EventData,
  type EventType,
  type Over,
  type Recorded,
  type Scope,
} from './naive-model.ts';

// ---------------------------------------------------------------------------------------------------------------
// Names. The first ones come up more often, the last of each is registered less often than the others.

export const populations = ['us-users', 'eu-users', 'uk-users'] as const;
export const sites = ['virginia', 'singapore', 'dublin', 'ashburn'] as const;
export const datasets = ['acme/profile', 'acme/messages'] as const;
export const subjects = ['ana', 'ben', 'chen', 'dora', 'emil', 'fay'] as const;
const backups = ['b1', 'b2', 'b3', 'b4'] as const;
export const parties = ['acme', 'parent', 'oracle', 'usds'] as const;
const grants = ['g1', 'g2', 'g3'] as const;
export const policies = ['p1', 'p2'] as const;

const often = <T>(first: T, second: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(first, first, first, second, second, ...others);

const population = often<string>(...populations);
const site = often<string>(...sites);
const dataset = fc.constantFrom<string[]>(datasets[0], datasets[0], datasets[0], datasets[1]);
const subject = often<string>(...subjects);
const backup = often<string>(...backups);
const party = fc.constantFrom<string[]>(...parties);
const grant = fc.constantFrom<string[]>(...grants);
const policy = fc.constantFrom<string[]>(...policies);

/** Two names that differ, as `from` and `to` of a move must. */
const twoSites: fc.Arbitrary<{ from: string; to: string }> = fc
  .record({ from: fc.nat(sites.length - 1), step: fc.integer({ min: 1, max: sites.length - 1 }) })
  .map(({ from, step }) => ({ from: sites[from]!, to: sites[(from + step) % sites.length]! }));
const twoParties: fc.Arbitrary<readonly [string, string]> = fc
  .record({ first: fc.nat(parties.length - 1), step: fc.integer({ min: 1, max: parties.length - 1 }) })
  .map(({ first, step }) => [parties[first]!, parties[(first + step) % parties.length]!]);

const populationScope: fc.Arbitrary<Scope> = population.map((id) => ({ population: id }));
const subjectScope: fc.Arbitrary<Scope> = subject.map((id) => ({ subject: id }));
const scope: fc.Arbitrary<Scope> = fc.oneof(
  { withCrossShrink: true },
  { arbitrary: populationScope, weight: 3 },
  { arbitrary: subjectScope, weight: 2 },
);

/** A field that is left out more often than it is given. */
const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined, freq: 2 });

/** Drops the fields that are `undefined`, as JSON does. */
const withoutAbsent = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

// ---------------------------------------------------------------------------------------------------------------
// Times

/** The first instant of the grid of times. */
export const epoch: Instant = Date.UTC(2020, 0, 1);
const day = 86_400_000;
/** Days in the grid of times: few, so that many events tie. */
const ticks = 12;
/** Days for times without ties. */
const ticksDistinct = 40;

const tick = fc.nat(ticks - 1);
const gridTime = tick.map((n) => formatInstant(epoch + n * day));

// ---------------------------------------------------------------------------------------------------------------
// Data of each type of event

/** What a type of event says, well-formed. */
type DataOf = {
  readonly [T in Exclude<EventType, 'EventRetracted' | 'EventCorrected'>]: fc.Arbitrary<EventData[T]>;
};
export type FactType = keyof DataOf;

const optional = <T extends object>(record: fc.Arbitrary<object>): fc.Arbitrary<T> =>
  record.map((value) => withoutAbsent(value) as T);

const over: fc.Arbitrary<Over> = fc.oneof(
  fc.record({ site }),
  fc.record({ dataset }),
  fc.record({ dataset, scope }),
  fc.record({ population }),
  fc.record({ backup }),
);

const country = fc.constantFrom('US', 'SG', 'IE');
const memberAndGroup = twoParties.map(([member, group]) => ({ member, group }));
const control = fc
  .record({ between: twoParties, basis: fc.constantFrom('ownership', 'board', 'contract', 'statute') })
  .map(({ between: [controller, controlled], basis }) => ({ controller, controlled, basis }));

/** Arbitraries of the data of each type of event, all of it well-formed. */
const dataOf: DataOf = {
  PartyRegistered: optional(
    fc.record({
      party,
      kind: fc.constantFrom('organisation', 'team', 'person', 'service'),
      name: fc.constantFrom('Acme', 'Acme again'),
      country: rarely(country),
    }),
  ),
  MembershipBegan: memberAndGroup,
  MembershipEnded: memberAndGroup,
  ControlBegan: optional(
    fc
      .record({ control, share: rarely(fc.constantFrom(0.5, 1)) })
      .map(({ control, share }) => ({ ...control, share })),
  ),
  ControlEnded: control,
  SiteRegistered: optional(
    fc.record({
      site,
      name: fc.constantFrom('A site', 'The site again'),
      country,
      operator: party,
      owner: rarely(party),
    }),
  ),
  SiteTransferred: fc.oneof(
    fc.record({ site, operator: party }),
    fc.record({ site, owner: party }),
    fc.record({ site, operator: party, owner: party }),
  ),
  PopulationRegistered: fc.record({
    population,
    name: fc.constantFrom('Users', 'The users'),
    jurisdiction: fc.constantFrom('US', 'EU', 'GB'),
  }),
  SubjectEnrolled: fc.record({ subject, population }),
  SubjectsEnrolled: fc.record({
    subjects: fc.uniqueArray(subject, { minLength: 1, maxLength: 4 }),
    population,
  }),
  SubjectErased: optional(fc.record({ subject, dataset: fc.option(dataset, { nil: undefined }) })),
  SubjectForgotten: fc.record({ subject }),
  SigningKeyRotated: fc.record({
    key: fc.constantFrom('ledger.example+0a1b2c3d+AQID', 'ledger.example+4e5f6071+BQYH'),
  }),
  DatasetRegistered: fc.record({
    dataset,
    name: fc.constantFrom('Data', 'The data'),
    categories: fc.subarray(['profile', 'messages'], { minLength: 1 }),
    controller: party,
  }),
  DataPlaced: fc.record({ dataset, scope, site }),
  DataCopied: fc
    .record({ dataset, scope, between: twoSites })
    .map(({ dataset, scope, between }) => ({ dataset, scope, ...between })),
  DataMoved: fc
    .record({ dataset, scope, between: twoSites })
    .map(({ dataset, scope, between }) => ({ dataset, scope, ...between })),
  DataDeleted: fc.record({ dataset, scope, site }),
  BackupTaken: optional(
    fc.record({ backup, dataset, scope, from: site, to: site, expires: rarely(gridTime) }),
  ),
  BackupMoved: fc.record({ backup, to: site }),
  BackupRestored: fc.record({ backup, to: site }),
  BackupDestroyed: fc.record({ backup }),
  AccessGranted: optional(
    fc.record({
      grant,
      party,
      over,
      actions: fc.subarray(['read', 'write', 'delete', 'administer'], { minLength: 1 }),
      purpose: rarely(fc.constant('support')),
      basis: rarely(fc.constant('contract')),
      expires: rarely(gridTime),
    }),
  ),
  AccessRevoked: fc.record({ grant }),
  AccessObserved: optional(
    fc.record({ party, dataset, scope, site: rarely(site), action: fc.constantFrom('read', 'write') }),
  ),
  PolicyAdopted: optional(
    fc.record({
      policy,
      title: fc.constant('A policy'),
      authority: rarely(fc.constant('A regulator')),
      cedar: fc.constantFrom(
        'forbid(principal, action, resource);',
        'forbid(principal, action == Action::"reach", resource) when { resource.live };',
      ),
      effectiveFrom: gridTime,
    }),
  ),
  PolicySuspended: fc.record({ policy }),
  PolicyReinstated: fc.record({ policy }),
  PolicyWithdrawn: fc.record({ policy }),
  SourceVouched: optional(fc.record({ upTo: gridTime, every: rarely(fc.constantFrom(1, 2, 7)) })),
};

// ---------------------------------------------------------------------------------------------------------------
// Events on their way to the log

/** An event, before it gets its identity and its place in the log. */
type Draft = {
  readonly type: FactType;
  readonly data: unknown;
  readonly tick: number;
  readonly assurance: Assurance | undefined;
  readonly evidence: string | undefined;
};

/** A correction of event `of` of its episode; `delay` in events, negative if it is recorded before its target. */
type CorrectionDraft = {
  readonly of: number;
  readonly retracts: boolean;
  readonly time: number | undefined;
  readonly data: unknown;
  readonly ghost: boolean;
  readonly tick: number;
  readonly delay: number;
  readonly assurance: Assurance | undefined;
  readonly correctedAgain: boolean;
};

/** A unit of generation: consecutive events, and their corrections. */
type Episode = { readonly drafts: readonly Draft[]; readonly corrections: readonly CorrectionDraft[] };

export type WorldOptions = {
  /** No two events, corrected or not, share a valid time. By default times are few and ties are many. */
  readonly distinctTimes?: boolean;
  /**
   * `many`: several on one target, of corrections, of nothing; `one`: at most one for each target, so that the
   * order of arrival does not matter; `none`. By default `many`.
   */
  readonly corrections?: 'many' | 'one' | 'none';
  /** How many times likelier an event stays uncorrected. */
  readonly correctionsRarity?: number;
  /** Types of events to leave out, such as those that only the ledger itself may append. */
  readonly except?: readonly FactType[];
  readonly episodesMin?: number;
  readonly episodesMax?: number;
};

const assurance: fc.Arbitrary<Assurance | undefined> = fc.constantFrom(
  undefined,
  'observed',
  'verified',
  'claimed',
);
const evidence: fc.Arbitrary<string | undefined> = rarely(
  fc.constantFrom('https://example.org/evidence/1', 'https://example.org/evidence/2'),
);

/** Data that fits hardly any type, or another type than the target's. */
const strayData: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(
    {},
    { dataset: 'acme/profile' },
    { subject: 'ana', population: 'us-users', x: 1 },
  ),
  dataOf.SubjectEnrolled,
  dataOf.DataPlaced,
  dataOf.BackupRestored,
);

/** True once in a number of times; shrinks to false. */
const onceIn = (times: number): fc.Arbitrary<boolean> => fc.nat(times - 1).map((n) => n === times - 1);

const correctionOf = (type: FactType, options: WorldOptions): fc.Arbitrary<CorrectionDraft> =>
  fc.record({
    of: fc.nat(8),
    retracts: fc.constantFrom(false, false, true),
    time: fc.option(timeTick(options), { nil: undefined }),
    data: fc.option(
      fc.oneof(
        { arbitrary: dataOf[type] as fc.Arbitrary<unknown>, weight: 4 },
        { arbitrary: strayData, weight: 2 },
      ),
      { nil: undefined },
    ),
    ghost: onceIn(12),
    tick: timeTick(options),
    delay: fc.constantFrom(0, 0, 1, 2, 3, 5, 8, 13, -1, -3, -8),
    assurance,
    correctedAgain: options.corrections === 'one' ? fc.constant(false) : onceIn(6),
  });

const correctionsOf = (type: FactType, options: WorldOptions): fc.Arbitrary<CorrectionDraft[]> => {
  if (options.corrections === 'none') return fc.constant([]);
  const maxLength = options.corrections === 'one' ? 1 : 3;
  return fc.oneof(
    { arbitrary: fc.constant<CorrectionDraft[]>([]), weight: options.correctionsRarity ?? 8 },
    { arbitrary: fc.array(correctionOf(type, options), { minLength: 1, maxLength }), weight: 1 },
  );
};

const timeTick = (options: WorldOptions): fc.Arbitrary<number> =>
  options.distinctTimes === true ? fc.nat(ticksDistinct - 1) : tick;

const draftOf = (type: FactType, options: WorldOptions): fc.Arbitrary<Draft> =>
  fc.record({
    type: fc.constant(type),
    data: dataOf[type] as fc.Arbitrary<unknown>,
    tick: timeTick(options),
    assurance,
    evidence,
  });

/** One event and its corrections. */
const single = (type: FactType, options: WorldOptions): fc.Arbitrary<Episode> =>
  fc
    .record({ draft: draftOf(type, options), corrections: correctionsOf(type, options) })
    .map(({ draft, corrections }) => ({ drafts: [draft], corrections }));

/** The same draft with other data, in sequence, at one tick. */
const sequence = (draft: Draft, said: readonly (readonly [FactType, unknown])[]): Episode => ({
  drafts: said.map(([type, data]) => ({ ...draft, type, data })),
  corrections: [],
});

/** Away and back at one instant. */
const awayAndBack = (options: WorldOptions): fc.Arbitrary<Episode> =>
  draftOf('DataMoved', options).map((draft) => {
    const { dataset, scope, from, to } = draft.data as EventData['DataMoved'];
    return sequence(draft, [
      ['DataMoved', { dataset, scope, from, to }],
      ['DataMoved', { dataset, scope, from: to, to: from }],
    ]);
  });

/** Deleted and placed again, or placed and deleted, at one instant. */
const thereAndGone = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc.record({ draft: draftOf('DataPlaced', options), first: fc.boolean() }).map(({ draft, first }) =>
    sequence(draft, [
      [first ? 'DataPlaced' : 'DataDeleted', draft.data],
      [first ? 'DataDeleted' : 'DataPlaced', draft.data],
    ]),
  );

/** A backup carried somewhere and back at one instant. */
const backupThereAndBack = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc.record({ draft: draftOf('BackupMoved', options), between: twoSites }).map(({ draft, between }) => {
    const { backup } = draft.data as EventData['BackupMoved'];
    return sequence(draft, [
      ['BackupMoved', { backup, to: between.from }],
      ['BackupMoved', { backup, to: between.to }],
      ['BackupMoved', { backup, to: between.from }],
    ]);
  });

/** One subject's data somewhere, and its population's placed, copied or restored there later or earlier (R10). */
const ownThenPopulation = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc
    .record({
      draft: draftOf('DataPlaced', options),
      later: timeTick(options),
      subject,
      population,
      backup,
      dataset,
      between: twoSites,
      member: fc.boolean(),
      takenOut: fc.boolean(),
      arrival: fc.constantFrom<('DataPlaced' | 'DataCopied' | 'DataMoved' | 'BackupRestored')[]>(
        'DataPlaced',
        'DataCopied',
        'DataMoved',
        'BackupRestored',
      ),
    })
    .map(({ draft, later, subject, population, backup, dataset, between, member, takenOut, arrival }) => {
      const { from, to } = between;
      const scope = { population };
      const arrivals: Readonly<Record<typeof arrival, unknown>> = {
        DataPlaced: { dataset, scope, site: to },
        DataCopied: { dataset, scope, from, to },
        DataMoved: { dataset, scope, from, to },
        BackupRestored: { backup, to },
      };
      const enrolment: readonly [FactType, unknown] = ['SubjectEnrolled', { subject, population }];
      const { drafts } = sequence(draft, [
        ...(member ? [enrolment] : []),
        ['DataPlaced', { dataset, scope, site: from }],
        ...(takenOut
          ? [['DataDeleted', { dataset, scope: { subject }, site: from }] as [FactType, unknown]]
          : []),
        ...(arrival === 'BackupRestored'
          ? [['BackupTaken', { backup, dataset, scope, from, to: from }] as [FactType, unknown]]
          : []),
        ['DataPlaced', { dataset, scope: { subject }, site: to }],
      ]);
      const arrived: Draft = { ...draft, type: arrival, data: arrivals[arrival], tick: later };
      return { drafts: [...drafts, arrived], corrections: [] };
    });

/** The frequency of each type of event: mostly data and enrolments. */
const weights: readonly (readonly [FactType, number])[] = [
  ['SubjectEnrolled', 14],
  ['DataPlaced', 14],
  ['DataMoved', 12],
  ['DataCopied', 9],
  ['BackupTaken', 9],
  ['BackupRestored', 7],
  ['DataDeleted', 7],
  ['SubjectsEnrolled', 6],
  ['SubjectErased', 5],
  ['BackupMoved', 4],
  ['BackupDestroyed', 3],
  ['SiteRegistered', 2],
  ['SiteTransferred', 3],
  ['PartyRegistered', 1],
  ['PopulationRegistered', 1],
  ['DatasetRegistered', 1],
  ['SubjectForgotten', 1],
  ['SigningKeyRotated', 1],
  ['MembershipBegan', 2],
  ['MembershipEnded', 1],
  ['ControlBegan', 2],
  ['ControlEnded', 1],
  ['AccessGranted', 3],
  ['AccessRevoked', 1],
  ['AccessObserved', 1],
  ['PolicyAdopted', 1],
  ['PolicySuspended', 1],
  ['PolicyReinstated', 1],
  ['PolicyWithdrawn', 1],
  ['SourceVouched', 2],
];

const episode = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc.oneof(
    { withCrossShrink: true },
    ...weights
      .filter(([type]) => options.except?.includes(type) !== true)
      .map(([type, weight]) => ({ arbitrary: single(type, options), weight })),
    { arbitrary: awayAndBack(options), weight: 3 },
    { arbitrary: thereAndGone(options), weight: 3 },
    { arbitrary: backupThereAndBack(options), weight: 2 },
    { arbitrary: ownThenPopulation(options), weight: 5 },
  );

/** Registrations of most names; those that a subarray leaves out are never registered. */
const registrations: readonly (readonly [FactType, unknown])[] = [
  ...parties.map((id): readonly [FactType, unknown] => [
    'PartyRegistered',
    { party: id, kind: id === 'usds' ? 'team' : 'organisation', name: `Party ${id}` },
  ]),
  ...sites.map((id, index): readonly [FactType, unknown] => [
    'SiteRegistered',
    {
      site: id,
      name: `Site ${id}`,
      country: index === 1 ? 'SG' : index === 2 ? 'IE' : 'US',
      operator: parties[index % 3],
    },
  ]),
  ...populations.map((id, index): readonly [FactType, unknown] => [
    'PopulationRegistered',
    { population: id, name: `Population ${id}`, jurisdiction: ['US', 'EU', 'GB'][index] },
  ]),
  ...datasets.map((id): readonly [FactType, unknown] => [
    'DatasetRegistered',
    { dataset: id, name: `Dataset ${id}`, categories: ['profile'], controller: 'acme' },
  ]),
];

const registered = (options: WorldOptions): fc.Arbitrary<Episode[]> =>
  fc.record({ chosen: fc.subarray([...registrations]), tick: timeTick(options) }).map(({ chosen, tick }) =>
    chosen.map(([type, data]) => ({
      drafts: [{ type, data, tick, assurance: undefined, evidence: undefined }],
      corrections: [],
    })),
  );

/** How a population comes to have members, and somewhere to hold their data, early on. */
const opening = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc
    .record({
      enrolled: draftOf('SubjectsEnrolled', options),
      placed: draftOf('DataPlaced', options),
      early: fc.nat(2),
      next: fc.nat(2),
    })
    .map(({ enrolled, placed, early, next }) => {
      const { population } = enrolled.data as EventData['SubjectsEnrolled'];
      const data = { ...(placed.data as EventData['DataPlaced']), scope: { population } };
      return {
        drafts: [
          { ...enrolled, tick: early },
          { ...placed, tick: next, data },
        ],
        corrections: [],
      };
    });

/** The names of a story: it says much about few things. */
type Cast = {
  readonly dataset: string;
  readonly population: string;
  readonly other: string;
  readonly subject: string;
  readonly backup: string;
  readonly from: string;
  readonly to: string;
};

/** What can happen in a story. */
const steps: readonly ((cast: Cast) => readonly [FactType, unknown])[] = [
  ({ subject, population }) => ['SubjectEnrolled', { subject, population }],
  ({ dataset, population, from }) => ['DataPlaced', { dataset, scope: { population }, site: from }],
  ({ dataset, subject, from }) => ['DataPlaced', { dataset, scope: { subject }, site: from }],
  ({ dataset, subject, from }) => ['DataDeleted', { dataset, scope: { subject }, site: from }],
  ({ dataset, population, from, to }) => ['DataCopied', { dataset, scope: { population }, from, to }],
  ({ dataset, population, from, to }) => ['DataMoved', { dataset, scope: { population }, from, to }],
  ({ dataset, population, from, to }) => [
    'DataMoved',
    { dataset, scope: { population }, from: to, to: from },
  ],
  ({ subject, other }) => ['SubjectEnrolled', { subject, population: other }],
  ({ dataset, subject, to }) => ['DataPlaced', { dataset, scope: { subject }, site: to }],
  ({ dataset, other, from }) => ['DataPlaced', { dataset, scope: { population: other }, site: from }],
  ({ dataset, subject, from, to }) => ['DataMoved', { dataset, scope: { subject }, from, to }],
  ({ dataset, subject, from, to }) => ['DataCopied', { dataset, scope: { subject }, from, to }],
  ({ dataset, population, from }) => ['DataDeleted', { dataset, scope: { population }, site: from }],
  ({ dataset, other, from }) => ['DataDeleted', { dataset, scope: { population: other }, site: from }],
  ({ subject }) => ['SubjectErased', { subject }],
  ({ subject, dataset }) => ['SubjectErased', { subject, dataset }],
  ({ backup, dataset, population, from, to }) => [
    'BackupTaken',
    { backup, dataset, scope: { population }, from, to },
  ],
  ({ backup, dataset, subject, from, to }) => [
    'BackupTaken',
    { backup, dataset, scope: { subject }, from, to },
  ],
  ({ backup, from }) => ['BackupRestored', { backup, to: from }],
  ({ backup, to }) => ['BackupRestored', { backup, to }],
  ({ backup, from }) => ['BackupMoved', { backup, to: from }],
  ({ backup }) => ['BackupDestroyed', { backup }],
];

/** Some steps about the same few names, at ticks that never go back; reversed, all but the last are late. */
const story = (options: WorldOptions): fc.Arbitrary<Episode> =>
  fc
    .record({
      corrections: correctionsOf('DataMoved', options),
      dataset,
      two: fc.constantFrom([0, 1], [1, 0], [0, 2]),
      subject,
      backup,
      between: twoSites,
      told: fc.array(
        fc.record({ step: fc.nat(steps.length - 1), gap: fc.nat(2), assurance: rarely(assurance) }),
        { minLength: 2, maxLength: 9, size: 'max' },
      ),
      start: fc.nat(3),
      backwards: fc.constantFrom(false, false, true),
    })
    .map(({ corrections, two, told, start, backwards, between, ...names }) => {
      const cast = { ...names, ...between, population: populations[two[0]!]!, other: populations[two[1]!]! };
      let at = start;
      const drafts = told.map(({ step, gap, assurance }): Draft => {
        at += gap;
        const [type, data] = steps[step]!(cast);
        return { type, data, tick: at, assurance, evidence: undefined };
      });
      return { drafts: backwards ? drafts.reverse() : drafts, corrections };
    });

// ---------------------------------------------------------------------------------------------------------------
// The log

/** An event, and where it comes in the order of recording. */
type Placed = { readonly event: CloudEvent; readonly rank: number };

const sources = ['https://a.example.org/residency', 'https://b.example.org/residency'] as const;

/** Gives episodes their ids and times and puts them in the order of their recording. */
const logFrom = (episodes: readonly Episode[], options: WorldOptions): readonly CloudEvent[] => {
  const placed: Placed[] = [];
  let times = 0;
  const timeAt = (tick: number): string => {
    times += 1;
    return formatInstant(epoch + tick * day + (options.distinctTimes === true ? times : 0));
  };
  const add = (
    rank: number,
    type: EventType,
    data: unknown,
    tick: number,
    draft: Partial<Draft>,
  ): CloudEvent => {
    const number = placed.length + 1;
    const event = withoutAbsent({
      specversion: '1.0' as const,
      id: `e${number}`,
      source: sources[number % sources.length]!,
      type,
      time: timeAt(tick),
      data,
      assurance: draft.assurance,
      evidence: draft.evidence,
      // Attributes without meaning, on some events.
      ...(number % 4 === 0 ? { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' } : {}),
      ...(number % 7 === 0
        ? { subject: 'order 7', sequence: number % 3 === 0 ? number : String(number) }
        : {}),
    }) as CloudEvent;
    placed.push({ event, rank });
    return event;
  };
  const correct = (rank: number, { source, id }: CloudEvent, draft: CorrectionDraft): void => {
    const event = draft.ghost ? { source, id: `no-${id}` } : { source, id };
    const neither = draft.time === undefined && draft.data === undefined;
    const correction =
      draft.retracts || neither
        ? add(rank, 'EventRetracted', { event, reason: 'it never held' }, draft.tick, draft)
        : add(
            rank,
            'EventCorrected',
            withoutAbsent({
              event,
              reason: 'it held otherwise',
              time: draft.time === undefined ? undefined : timeAt(draft.time),
              data: draft.data,
            }),
            draft.tick,
            draft,
          );
    if (draft.correctedAgain) {
      correct(rank + 0.5, correction, {
        ...draft,
        ghost: false,
        correctedAgain: false,
        retracts: !draft.retracts,
      });
    }
  };
  episodes.forEach(({ drafts, corrections }, index) => {
    const events = drafts.map((draft) => add(index, draft.type, draft.data, draft.tick, draft));
    for (const correction of corrections) {
      const rank = index + correction.delay + (correction.delay < 0 ? -0.25 : 0.25);
      correct(rank, events[correction.of % events.length]!, correction);
    }
  });
  return placed.sort((a, b) => a.rank - b.rank).map(({ event }) => event);
};

const worldsOf = (options: WorldOptions): fc.Arbitrary<readonly CloudEvent[]> =>
  fc
    .record({
      registered: registered(options),
      opened: fc.array(opening(options), { maxLength: 3, size: 'max' }),
      told: fc.array(story(options), { maxLength: 4, size: 'max' }),
      happened: fc.array(episode(options), {
        minLength: options.episodesMin ?? 0,
        maxLength: options.episodesMax ?? 25,
        size: 'max',
      }),
    })
    .map(({ registered, opened, told, happened }) =>
      logFrom([...registered, ...opened, ...told, ...happened], options),
    );

/** Logs of well-formed events, in the order of their recording; one in four is corrected all over. */
export const worlds = (options: WorldOptions = {}): fc.Arbitrary<readonly CloudEvent[]> =>
  fc.oneof(
    { withCrossShrink: true },
    { arbitrary: worldsOf(options), weight: 3 },
    { arbitrary: worldsOf({ ...options, correctionsRarity: 1 }), weight: 1 },
  );

/**
 * The authority with which an event of a random world was recorded (R24): by its number, so that every reader of
 * the world finds the same. Not every correction of a random world has the authority of its target.
 */
export const someAuthority = ({ id }: { readonly id: string }): string | null =>
  ['admin correct emit', 'emit', 'correct emit', null, 'admin emit', 'correct emit', 'emit'][
    Number(id.replace(/\D/g, '')) % 7
  ]!;

/** The events as a log: positions from 1 on, recorded a second apart. */
export const recorded = (
  events: readonly CloudEvent[],
  authorityOf: (event: CloudEvent) => string | null = () => null,
): readonly Recorded[] =>
  events.map((event, index) => ({
    position: index + 1,
    recordedAt: Date.UTC(2026, 0, 1) + index * 1_000,
    authority: authorityOf(event),
    event,
  }));

// ---------------------------------------------------------------------------------------------------------------
// Questions

/** How a question is asked of a random world; `knownShare` of its log is known. */
export type Question = {
  readonly subject: string;
  readonly site: string;
  readonly population: string;
  readonly validAt: Instant;
  readonly knownShare: number;
  readonly minAssurance: Assurance;
};

/** Questions about names of the pools, at instants on, before, between and after the grid. */
export const questions: fc.Arbitrary<Question> = fc.record({
  subject: fc.constantFrom<string[]>(...subjects),
  site: fc.constantFrom<string[]>(...sites),
  population: fc.constantFrom<string[]>(...populations),
  validAt: fc
    .record({
      tick: fc.oneof(
        { arbitrary: fc.constant(ticksDistinct + 1), weight: 1 },
        { arbitrary: tick, weight: 2 },
        { arbitrary: fc.integer({ min: -1, max: ticksDistinct }), weight: 1 },
      ),
      shift: fc.constantFrom(0, 1, -1),
    })
    .map(({ tick, shift }) => epoch + tick * day + shift),
  knownShare: fc.constantFrom(1, 1, 0.9, 0.75, 0.5, 0.25),
  minAssurance: fc.constantFrom<Assurance[]>(...assurances),
});

/** The last position that a question knows of a log with positions from 1 on. */
export const knownPositionOf = (question: Question, events: readonly CloudEvent[]): number =>
  Math.ceil(events.length * question.knownShare);

// ---------------------------------------------------------------------------------------------------------------
// Other ways for the same events to arrive

/** Keys for `shuffled`; they shrink to the order as it was. */
export const shuffles: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(999), {
  maxLength: 100,
  size: 'max',
});

/** The items in the order of their keys; those beyond the keys come first, in their own order. */
export const shuffled = <T>(items: readonly T[], keys: readonly number[]): readonly T[] =>
  items
    .map((item, index) => ({ item, key: keys[index] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

/** Sizes of batches for `splitIntoBatches`; they shrink to one batch. */
export const splits: fc.Arbitrary<readonly number[]> = fc.array(fc.integer({ min: 1, max: 9 }), {
  maxLength: 40,
  size: 'max',
});

/** The items in batches of these sizes, in order; the rest is the last batch. */
export const splitIntoBatches = <T>(
  items: readonly T[],
  sizes: readonly number[],
): readonly (readonly T[])[] => {
  const batches: (readonly T[])[] = [];
  let rest = items;
  for (const size of sizes) {
    batches.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...batches, rest].filter((batch) => batch.length > 0);
};

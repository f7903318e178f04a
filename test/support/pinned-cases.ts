/**
 * Small worlds with their answers, worked out by hand from the sentences of the rules R3 to R12.
 *
 * They are plain data, so that every implementation can be tested with them: record `events` in this order, ask
 * `questions`. Most are in January 2020, with one event a day, about `ana` of `us` and the dataset `profile`.
 */
import type {
  Assurance,
  CloudEvent,
  EventData,
  EventType,
  HistoryRow,
  HoldingRow,
  ResidencyRow,
  Scope,
} from './naive-model.ts';

/** The parameters of a question; absent ones have their defaults, with `validAt` after everything. */
type Asked = {
  /** RFC 3339. */
  readonly validAt?: string;
  /** How many of the case's events are known, in their order. */
  readonly knownPosition?: number;
  readonly minAssurance?: Assurance;
};

export type PinnedQuestion =
  | (Asked & { readonly ask: 'residency'; readonly of: string; readonly expect: readonly ResidencyRow[] })
  | (Asked & {
      readonly ask: 'history';
      readonly of: string;
      /** RFC 3339; absent is from the beginning, or without end. */
      readonly from?: string;
      readonly to?: string;
      readonly expect: readonly HistoryRow[];
    })
  | (Asked & { readonly ask: 'holdings'; readonly of: string; readonly expect: readonly HoldingRow[] });

export type PinnedCase = {
  /** The sentence that the case pins. */
  readonly name: string;
  readonly rule: string;
  readonly events: readonly CloudEvent[];
  readonly questions: readonly PinnedQuestion[];
};

// ---------------------------------------------------------------------------------------------------------------
// Given: events

const source = 'https://services.example.org/residency';

/** The first instant of a day of January 2020. */
const day = (n: number): string => `2020-01-${String(n).padStart(2, '0')}T00:00:00.000Z`;

type Said = { readonly type: EventType; readonly data: unknown; readonly assurance?: Assurance };

const say = <T extends EventType>(type: T, data: EventData[T]): Said => ({ type, data });

/** The events, recorded in this order, each on a day of January 2020; their ids are `e1`, `e2`, ... */
const log = (...entries: readonly (readonly [number, Said])[]): readonly CloudEvent[] =>
  entries.map(([date, said], index) => ({
    specversion: '1.0',
    id: `e${index + 1}`,
    source,
    time: day(date),
    ...said,
  }));

/** The same with another assurance. */
const attested = (assurance: Assurance, said: Said): Said => ({ ...said, assurance });

const us: Scope = { population: 'us' };
const eu: Scope = { population: 'eu' };
const ana: Scope = { subject: 'ana' };
const ben: Scope = { subject: 'ben' };

const dataset = 'profile';
const enrolled = (subject: string, population = 'us'): Said =>
  say('SubjectEnrolled', { subject, population });
const erased = (subject: string, of?: string): Said =>
  say('SubjectErased', of === undefined ? { subject } : { subject, dataset: of });
const placed = (scope: Scope, site: string, of = dataset): Said =>
  say('DataPlaced', { dataset: of, scope, site });
const copied = (scope: Scope, from: string, to: string): Said =>
  say('DataCopied', { dataset, scope, from, to });
const moved = (scope: Scope, from: string, to: string): Said =>
  say('DataMoved', { dataset, scope, from, to });
const deleted = (scope: Scope, site: string): Said => say('DataDeleted', { dataset, scope, site });
const taken = (backup: string, scope: Scope, from: string, to: string, expires?: number): Said =>
  say('BackupTaken', {
    backup,
    dataset,
    scope,
    from,
    to,
    ...(expires === undefined ? {} : { expires: day(expires) }),
  });
const carried = (backup: string, to: string): Said => say('BackupMoved', { backup, to });
const restored = (backup: string, to: string): Said => say('BackupRestored', { backup, to });
const destroyed = (backup: string): Said => say('BackupDestroyed', { backup });
const registered = (site: string, country: string, operator: string): Said =>
  say('SiteRegistered', { site, name: `The site ${site}`, country, operator });
const transferred = (site: string, operator: string): Said => say('SiteTransferred', { site, operator });
/** Corrections name their target by its number in the case, from 1. */
const retracted = (target: number): Said =>
  say('EventRetracted', { event: { source, id: `e${target}` }, reason: 'it never held' });
const corrected = (target: number, to: { readonly on?: number; readonly data?: unknown }): Said =>
  say('EventCorrected', {
    event: { source, id: `e${target}` },
    reason: 'it held otherwise',
    ...(to.on === undefined ? {} : { time: day(to.on) }),
    ...(to.data === undefined ? {} : { data: to.data }),
  });

// ---------------------------------------------------------------------------------------------------------------
// When, then: questions and rows

type Described = { readonly country?: string; readonly operator?: string; readonly dataset?: string };

/** Live at the site since that day. */
const live = (site: string, since: number, described: Described = {}): ResidencyRow => ({
  dataset: described.dataset ?? dataset,
  site,
  country: described.country ?? null,
  operator: described.operator ?? null,
  kind: 'live',
  backup: null,
  since: day(since),
  overdue: false,
});
/** In that backup at the site since that day. */
const inBackup = (backup: string, site: string, since: number, overdue = false): ResidencyRow => ({
  dataset,
  site,
  country: null,
  operator: null,
  kind: 'backup',
  backup,
  since: day(since),
  overdue,
});
const wasLive = (site: string, from: number, to: number | null): HistoryRow => ({
  dataset,
  site,
  kind: 'live',
  backup: null,
  from: day(from),
  to: to === null ? null : day(to),
});
const wasInBackup = (backup: string, site: string, from: number, to: number | null): HistoryRow => ({
  dataset,
  site,
  kind: 'backup',
  backup,
  from: day(from),
  to: to === null ? null : day(to),
});
/** A row of a site for a population's live holding, or, with `null`, for the subjects' own. */
const holds = (population: string | null, subjects: number, since: number): HoldingRow => ({
  dataset,
  population,
  kind: 'live',
  backup: null,
  since: day(since),
  overdue: false,
  subjects,
});
const holdsBackup = (
  backup: string,
  population: string | null,
  subjects: number,
  since: number,
  overdue = false,
): HoldingRow => ({ dataset, population, kind: 'backup', backup, since: day(since), overdue, subjects });

type When = { readonly on?: number; readonly knownPosition?: number; readonly minAssurance?: Assurance };
const asked = ({ on, ...rest }: When): Asked => ({
  ...rest,
  ...(on === undefined ? {} : { validAt: day(on) }),
});

const residency = (of: string, expect: readonly ResidencyRow[], when: When = {}): PinnedQuestion => ({
  ask: 'residency',
  of,
  ...asked(when),
  expect,
});
const holdings = (of: string, expect: readonly HoldingRow[], when: When = {}): PinnedQuestion => ({
  ask: 'holdings',
  of,
  ...asked(when),
  expect,
});
const history = (of: string, expect: readonly HistoryRow[], from?: number, to?: number): PinnedQuestion => ({
  ask: 'history',
  of,
  ...(from === undefined ? {} : { from: day(from) }),
  ...(to === undefined ? {} : { to: day(to) }),
  expect,
});

// ---------------------------------------------------------------------------------------------------------------
// The cases

const order: readonly PinnedCase[] = [
  {
    rule: 'R3',
    name: 'events of one instant are folded by log position: deleted, then placed, is there',
    events: log([1, enrolled('ana')], [3, deleted(us, 'a')], [3, placed(us, 'a')]),
    questions: [residency('ana', [live('a', 3)])],
  },
  {
    rule: 'R3',
    name: 'events of one instant are folded by log position: placed, then deleted, is not there',
    events: log([1, enrolled('ana')], [3, placed(us, 'a')], [3, deleted(us, 'a')]),
    questions: [residency('ana', []), history('ana', []), holdings('a', [])],
  },
  {
    rule: 'R3',
    name: 'an event that arrives late is folded by its valid time',
    events: log([5, moved(us, 'a', 'b')], [1, enrolled('ana')], [2, placed(us, 'a')]),
    questions: [
      residency('ana', [live('b', 5)]),
      residency('ana', [live('a', 2)], { on: 4 }),
      history('ana', [wasLive('a', 2, 5), wasLive('b', 5, null)]),
    ],
  },
  {
    rule: 'R3',
    name: 'an answer at an earlier known position stays what it was',
    events: log([1, enrolled('ana')], [5, placed(us, 'a')], [3, placed(us, 'a')], [4, deleted(us, 'a')]),
    questions: [
      residency('ana', [live('a', 5)], { knownPosition: 2 }),
      residency('ana', [live('a', 3)], { knownPosition: 3 }),
      residency('ana', [live('a', 5)], { knownPosition: 4 }),
      residency('ana', [], { on: 4, knownPosition: 2 }),
      residency('ana', [], { knownPosition: 1 }),
    ],
  },
  {
    rule: 'R3',
    name: 'what happens at an instant holds at it, and not a millisecond before',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [4, deleted(us, 'a')]),
    questions: [
      residency('ana', [live('a', 2)], { on: 2 }),
      { ask: 'residency', of: 'ana', validAt: '2020-01-01T23:59:59.999Z', expect: [] },
      { ask: 'residency', of: 'ana', validAt: '2020-01-03T23:59:59.999Z', expect: [live('a', 2)] },
      residency('ana', [], { on: 4 }),
    ],
  },
];

const corrections: readonly PinnedCase[] = [
  {
    rule: 'R4',
    name: 'a retracted event never held, whatever the time of the retraction',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, moved(us, 'a', 'b')], [20, retracted(3)]),
    questions: [
      residency('ana', [live('a', 2)]),
      residency('ana', [live('a', 2)], { on: 4 }),
      history('ana', [wasLive('a', 2, null)]),
      residency('ana', [live('b', 3)], { on: 4, knownPosition: 3 }),
    ],
  },
  {
    rule: 'R4',
    name: 'a correction counts for questions that know it and its target, whichever came first',
    events: log([9, retracted(3)], [1, enrolled('ana')], [2, placed(us, 'a')]),
    questions: [residency('ana', []), residency('ana', [], { knownPosition: 2 })],
  },
  {
    rule: 'R4',
    name: 'what a correction does not give stays as earlier ones left it',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [9, corrected(2, { data: placed(us, 'b').data })],
      [9, corrected(2, { on: 5 })],
    ),
    questions: [
      residency('ana', [live('b', 5)]),
      residency('ana', [live('b', 2)], { knownPosition: 3 }),
      residency('ana', [live('a', 2)], { knownPosition: 2 }),
    ],
  },
  {
    rule: 'R4',
    name: 'several corrections apply in log order, not in the order of their times',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [20, corrected(2, { data: placed(us, 'b').data })],
      [10, corrected(2, { data: placed(us, 'c').data })],
    ),
    questions: [residency('ana', [live('c', 2)])],
  },
  {
    rule: 'R4',
    name: "`data` replaces the target's data whole",
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'b', 5)],
      [9, corrected(2, { data: taken('b1', us, 'a', 'c').data })],
    ),
    questions: [
      residency('ana', [inBackup('b1', 'b', 2, true)], { knownPosition: 2 }),
      residency('ana', [inBackup('b1', 'c', 2)]),
    ],
  },
  {
    rule: 'R4',
    name: 'a retraction wins over corrections, later ones too',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [9, retracted(2)],
      [9, corrected(2, { data: placed(us, 'b').data })],
    ),
    questions: [residency('ana', [])],
  },
  {
    rule: 'R4',
    name: 'a corrected event keeps its position: moved to the instant of another, it is folded by its own',
    events: log(
      [5, deleted(us, 'a')],
      [2, enrolled('ana')],
      [3, placed(us, 'a')],
      [9, corrected(1, { on: 3 })],
    ),
    questions: [residency('ana', [], { knownPosition: 3 }), residency('ana', [live('a', 3)])],
  },
  {
    rule: 'R4',
    name: 'a corrected event keeps its position: a later one ends what an earlier one of that instant placed',
    events: log(
      [2, enrolled('ana')],
      [3, placed(us, 'a')],
      [5, deleted(us, 'a')],
      [9, corrected(3, { on: 3 })],
    ),
    questions: [
      residency('ana', [live('a', 3)], { on: 4, knownPosition: 3 }),
      residency('ana', [], { on: 4 }),
    ],
  },
  {
    rule: 'R4',
    name: "a correction whose `data` does not fit its target's type does nothing, its time neither",
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [9, corrected(2, { on: 5, data: enrolled('ana').data })],
    ),
    questions: [residency('ana', [live('a', 2)])],
  },
  {
    rule: 'R4',
    name: 'nothing happens to a correction: retracting a retraction does nothing',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [9, retracted(2)], [9, retracted(3)]),
    questions: [residency('ana', [])],
  },
  {
    rule: 'R4',
    name: 'nothing happens to a correction: correcting or retracting a correction does nothing',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [9, corrected(2, { on: 4 })],
      [9, corrected(3, { on: 6 })],
      [9, retracted(3)],
    ),
    questions: [residency('ana', [live('a', 4)])],
  },
  {
    rule: 'R4',
    name: 'an enrolment can be corrected too',
    events: log(
      [1, enrolled('ana', 'eu')],
      [2, placed(us, 'a')],
      [9, corrected(1, { data: enrolled('ana', 'us').data })],
    ),
    questions: [residency('ana', [], { knownPosition: 2 }), residency('ana', [live('a', 2)])],
  },
];

const descriptions: readonly PinnedCase[] = [
  {
    rule: 'R5',
    name: 'the first registration holds from the beginning of time',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [9, registered('a', 'US', 'acme')]),
    questions: [
      residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })], { on: 3 }),
      residency('ana', [live('a', 2)], { on: 3, knownPosition: 2 }),
    ],
  },
  {
    rule: 'R5',
    name: 'the first registration is folded before everything else: an earlier transfer stands',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [4, transferred('a', 'oracle')],
      [9, registered('a', 'US', 'acme')],
    ),
    questions: [
      residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })], { on: 3 }),
      residency('ana', [live('a', 2, { country: 'US', operator: 'oracle' })], { on: 4 }),
      residency('ana', [live('a', 2, { country: 'US', operator: 'oracle' })], { on: 10 }),
    ],
  },
  {
    rule: 'R5',
    name: 'a later registration replaces the whole description from its own time on, what a transfer set included',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, registered('a', 'US', 'acme')],
      [4, transferred('a', 'oracle')],
      [6, registered('a', 'SG', 'acme')],
    ),
    questions: [
      residency('ana', [live('a', 2, { country: 'US', operator: 'oracle' })], { on: 5 }),
      residency('ana', [live('a', 2, { country: 'SG', operator: 'acme' })], { on: 6 }),
    ],
  },
  {
    rule: 'R5',
    name: 'the first registration is the first in valid time, not in the log',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [8, registered('a', 'US', 'acme')],
      [5, registered('a', 'SG', 'oracle')],
    ),
    questions: [
      residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })], { on: 3, knownPosition: 3 }),
      residency('ana', [live('a', 2, { country: 'SG', operator: 'oracle' })], { on: 3 }),
      residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })], { on: 8 }),
    ],
  },
  {
    rule: 'R5',
    name: 'of two registrations at one instant the second in the log replaces the first from that instant on',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [5, registered('a', 'US', 'acme')],
      [5, registered('a', 'SG', 'oracle')],
    ),
    questions: [
      residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })], { on: 4 }),
      residency('ana', [live('a', 2, { country: 'SG', operator: 'oracle' })], { on: 5 }),
    ],
  },
  {
    rule: 'R5',
    name: 'once the first registration is retracted, the next one is the first',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, registered('a', 'US', 'acme')],
      [6, registered('a', 'SG', 'oracle')],
      [9, retracted(3)],
    ),
    questions: [residency('ana', [live('a', 2, { country: 'SG', operator: 'oracle' })], { on: 4 })],
  },
  {
    rule: 'R5',
    name: 'a transfer changes the operator from its time on, of an unregistered site too',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [4, transferred('a', 'oracle')]),
    questions: [
      residency('ana', [live('a', 2)], { on: 3 }),
      residency('ana', [live('a', 2, { operator: 'oracle' })], { on: 4 }),
    ],
  },
  {
    rule: 'R5',
    name: 'a transfer of the owner alone leaves the operator as it was',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, registered('a', 'US', 'acme')],
      [4, say('SiteTransferred', { site: 'a', owner: 'oracle' })],
    ),
    questions: [residency('ana', [live('a', 2, { country: 'US', operator: 'acme' })])],
  },
];

const assurance: readonly PinnedCase[] = [
  {
    rule: 'R6',
    name: '`minAssurance` leaves out the events about data that are attested less well',
    events: log(
      [1, enrolled('ana')],
      [2, attested('verified', placed(us, 'a'))],
      [3, placed(us, 'b')],
      [4, attested('claimed', moved(us, 'a', 'c'))],
    ),
    questions: [
      residency('ana', [live('b', 3), live('c', 4)]),
      residency('ana', [live('b', 3), live('c', 4)], { minAssurance: 'claimed' }),
      residency('ana', [live('a', 2), live('b', 3)], { minAssurance: 'observed' }),
      residency('ana', [live('a', 2)], { minAssurance: 'verified' }),
    ],
  },
  {
    rule: 'R6',
    name: 'events about backups and erasure are left out, too',
    events: log(
      [1, enrolled('ana')],
      [2, attested('verified', placed(us, 'a'))],
      [3, attested('observed', taken('b1', us, 'a', 'b'))],
      [4, attested('claimed', erased('ana'))],
      [5, attested('claimed', destroyed('b1'))],
    ),
    questions: [
      residency('ana', []),
      residency('ana', [live('a', 2), inBackup('b1', 'b', 3)], { minAssurance: 'observed' }),
      residency('ana', [live('a', 2)], { minAssurance: 'verified' }),
    ],
  },
  {
    rule: 'R6',
    name: 'registrations, site transfers and enrolments always count',
    events: log(
      [1, attested('claimed', registered('a', 'US', 'acme'))],
      [1, attested('claimed', transferred('a', 'oracle'))],
      [2, attested('claimed', enrolled('ana'))],
      [3, attested('claimed', say('SubjectsEnrolled', { subjects: ['ben'], population: 'us' }))],
      [4, attested('verified', placed(us, 'a'))],
    ),
    questions: [
      residency('ana', [live('a', 4, { country: 'US', operator: 'oracle' })], { minAssurance: 'verified' }),
      holdings('a', [holds('us', 2, 4)], { minAssurance: 'verified' }),
    ],
  },
  {
    rule: 'R6',
    name: 'a weaker retraction is left out',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [9, attested('claimed', retracted(2))]),
    questions: [residency('ana', []), residency('ana', [live('a', 2)], { minAssurance: 'observed' })],
  },
  {
    rule: 'R6',
    name: 'weaker corrections are left out of whatever event: of an enrolment, too',
    events: log(
      [1, enrolled('ana')],
      [2, attested('verified', placed(us, 'a'))],
      [9, attested('observed', retracted(1))],
    ),
    questions: [
      residency('ana', [], { minAssurance: 'observed' }),
      residency('ana', [live('a', 2)], { minAssurance: 'verified' }),
    ],
  },
  {
    rule: 'R6',
    name: 'an event is weighed by the assurance its last applied correction gave it: stronger',
    events: log(
      [1, enrolled('ana')],
      [2, attested('claimed', placed(us, 'a'))],
      [9, attested('verified', corrected(2, { on: 3 }))],
    ),
    questions: [
      residency('ana', [live('a', 3)], { minAssurance: 'verified' }),
      residency('ana', [], { minAssurance: 'observed', knownPosition: 2 }),
    ],
  },
  {
    rule: 'R6',
    name: 'first the weaker corrections are left out: a weak one weakens no strong event',
    events: log(
      [1, enrolled('ana')],
      [2, attested('verified', placed(us, 'a'))],
      [9, attested('claimed', corrected(2, { on: 3 }))],
    ),
    questions: [
      residency('ana', [live('a', 3)]),
      residency('ana', [live('a', 2)], { minAssurance: 'observed' }),
      residency('ana', [live('a', 2)], { minAssurance: 'verified' }),
    ],
  },
  {
    rule: 'R6',
    name: 'an enrolment counts however weak its correction left it',
    events: log(
      [1, enrolled('ana')],
      [4, attested('verified', placed(us, 'a'))],
      [9, attested('claimed', corrected(1, { on: 5 }))],
    ),
    questions: [
      residency('ana', [live('a', 5)], { minAssurance: 'claimed' }),
      residency('ana', [live('a', 4)], { minAssurance: 'observed' }),
    ],
  },
  {
    rule: 'R6',
    name: 'a correction that does nothing gives no assurance',
    events: log(
      [1, enrolled('ana')],
      [2, attested('claimed', placed(us, 'a'))],
      [9, attested('verified', corrected(2, { data: { dataset: 'profile' } }))],
    ),
    questions: [residency('ana', [live('a', 2)]), residency('ana', [], { minAssurance: 'observed' })],
  },
];

const possession: readonly PinnedCase[] = [
  {
    rule: 'R7',
    name: 'a backup not destroyed by its `expires` is still held, and overdue from then on',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, taken('b1', us, 'a', 'b', 5)],
      [8, destroyed('b1')],
    ),
    questions: [
      residency('ana', [live('a', 2), inBackup('b1', 'b', 3)], { on: 4 }),
      residency('ana', [live('a', 2), inBackup('b1', 'b', 3, true)], { on: 5 }),
      holdings('b', [holdsBackup('b1', 'us', 1, 3, true)], { on: 7 }),
      residency('ana', [live('a', 2)], { on: 8 }),
      history('ana', [wasLive('a', 2, null), wasInBackup('b1', 'b', 3, 8)]),
    ],
  },
];

const populationHoldings: readonly PinnedCase[] = [
  {
    rule: 'R8',
    name: "`DataPlaced` brings the population's members at that time",
    events: log([1, enrolled('ana')], [1, enrolled('ben', 'eu')], [2, placed(us, 'a')]),
    questions: [
      residency('ana', [live('a', 2)]),
      residency('ben', []),
      holdings('a', [holds('us', 1, 2)]),
      residency('ana', [], { on: 1 }),
    ],
  },
  {
    rule: 'R8',
    name: 'a holding is live from the first arrival, even of nobody, and enrolments add to it',
    events: log([1, placed(us, 'a')], [3, enrolled('ana')]),
    questions: [
      holdings('a', [holds('us', 0, 1)], { on: 2 }),
      holdings('a', [holds('us', 1, 1)]),
      residency('ana', [live('a', 3)]),
    ],
  },
  {
    rule: 'R8',
    name: 'each enrolment adds the subject to all live holdings of the population, and to no other',
    events: log(
      [1, placed(us, 'a')],
      [1, placed(us, 'b')],
      [1, placed(eu, 'c')],
      [2, placed(us, 'a', 'messages')],
      [3, enrolled('ana')],
    ),
    questions: [residency('ana', [live('a', 3, { dataset: 'messages' }), live('a', 3), live('b', 3)])],
  },
  {
    rule: 'R8',
    name: 'a repeated enrolment adds again those taken out before',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, deleted(ana, 'a')], [5, enrolled('ana')]),
    questions: [
      residency('ana', [], { on: 4 }),
      residency('ana', [live('a', 5)]),
      history('ana', [wasLive('a', 2, 3), wasLive('a', 5, null)]),
    ],
  },
  {
    rule: 'R8',
    name: 'placing again adds also those taken out before, and does not begin the holding anew',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, deleted(ana, 'a')],
      [4, placed(us, 'a')],
    ),
    questions: [
      residency('ana', [live('a', 4)]),
      residency('ben', [live('a', 2)]),
      holdings('a', [holds('us', 2, 2)]),
    ],
  },
  {
    rule: 'R8',
    name: 'a copy brings everyone its source holds: those who left, but not those taken out',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, deleted(ben, 'a')],
      [5, copied(us, 'a', 'b')],
    ),
    questions: [
      residency('ana', [live('a', 2), live('b', 5)]),
      residency('ben', []),
      holdings('b', [holds('us', 1, 5)]),
    ],
  },
  {
    rule: 'R8',
    name: 'a move brings the same, and the source ends',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, deleted(ben, 'a')],
      [5, moved(us, 'a', 'b')],
    ),
    questions: [
      residency('ana', [live('b', 5)]),
      residency('ben', []),
      holdings('a', []),
      holdings('b', [holds('us', 1, 5)]),
    ],
  },
  {
    rule: 'R8',
    name: 'a copy of a live holding of nobody brings nobody, though the population has members',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, erased('ana')], [4, copied(us, 'a', 'b')]),
    questions: [residency('ana', []), holdings('a', [holds('us', 0, 2)]), holdings('b', [holds('us', 0, 4)])],
  },
  {
    rule: 'R8',
    name: "if a copy's source was not live, the population's members arrive",
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, enrolled('ben', 'eu')],
      [3, copied(us, 'a', 'b')],
    ),
    questions: [residency('ana', [live('b', 3)]), residency('ben', []), holdings('a', [])],
  },
  {
    rule: 'R8',
    name: "if a move's source was not live, the population's members arrive, not those it once held",
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ben', 'eu')],
      [4, deleted(us, 'a')],
      [5, moved(us, 'a', 'b')],
    ),
    questions: [residency('ana', [live('b', 5)]), residency('ben', []), holdings('b', [holds('us', 1, 5)])],
  },
  {
    rule: 'R8',
    name: 'what arrives is added to what is there',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, placed(us, 'b')],
      [4, deleted(ana, 'b')],
      [4, enrolled('ben')],
      [5, deleted(ben, 'a')],
      [6, moved(us, 'a', 'b')],
    ),
    questions: [
      residency('ana', [live('b', 6)]),
      residency('ben', [live('b', 4)]),
      holdings('b', [holds('us', 2, 3)]),
    ],
  },
  {
    rule: 'R8',
    name: 'leaving the population takes nobody out, and nobody who left is added by what comes later',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, enrolled('ana', 'eu')], [4, placed(us, 'b')]),
    questions: [residency('ana', [live('a', 2)]), holdings('b', [holds('us', 0, 4)])],
  },
  {
    rule: 'R8',
    name: 'those who left and were taken out stay out',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, deleted(ana, 'a')],
      [5, placed(us, 'a')],
    ),
    questions: [residency('ana', []), holdings('a', [holds('us', 0, 2)])],
  },
  {
    rule: 'R8',
    name: 'a deletion ends the holding: later enrolments find nothing live',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, deleted(us, 'a')], [4, enrolled('ben')]),
    questions: [residency('ana', []), residency('ben', []), holdings('a', [])],
  },
  {
    rule: 'R8',
    name: 'a deletion from where nothing was does nothing',
    events: log([1, enrolled('ana')], [2, deleted(us, 'a')], [3, placed(us, 'a')]),
    questions: [residency('ana', [live('a', 3)])],
  },
  {
    rule: 'R8',
    name: "an event scoped to a population leaves what is there through another population or as a subject's own",
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [3, placed(eu, 'a')],
      [3, placed({ subject: 'chen' }, 'a')],
      [4, deleted(us, 'a')],
    ),
    questions: [
      residency('ana', [live('a', 2)]),
      residency('chen', [live('a', 3)]),
      holdings('a', [holds(null, 1, 3), holds('eu', 1, 3)]),
    ],
  },
  {
    rule: 'R8',
    name: "a population's move leaves the own holding at its source where it is",
    events: log(
      [1, placed(ana, 'a')],
      [2, enrolled('ana', 'eu')],
      [3, placed(us, 'a')],
      [4, moved(us, 'a', 'b')],
    ),
    questions: [residency('ana', [live('a', 1)]), holdings('b', [holds('us', 0, 4)])],
  },
  {
    rule: 'R8',
    name: "a population's move leaves the own holding of one who left, and takes along what is its own of that one",
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, placed(ana, 'a')],
      [5, moved(us, 'a', 'b')],
    ),
    questions: [
      residency('ana', [live('a', 2), live('b', 5)]),
      holdings('a', [holds(null, 1, 4)]),
      holdings('b', [holds('us', 1, 5)]),
    ],
  },
  {
    rule: 'R8',
    name: "a population's move from where it was not live leaves its members' own holdings there",
    events: log([1, enrolled('ana')], [2, placed(ana, 'a')], [3, moved(us, 'a', 'b')]),
    questions: [residency('ana', [live('a', 2), live('b', 3)]), holdings('a', [holds(null, 1, 2)])],
  },
  {
    rule: 'R8',
    name: "a population's deletion where it was not live leaves its members' own holdings there",
    events: log([1, enrolled('ana')], [2, placed(ana, 'a')], [3, deleted(us, 'a')]),
    questions: [residency('ana', [live('a', 2)]), holdings('a', [holds(null, 1, 2)])],
  },
  {
    rule: 'R8',
    name: 'a copy onto where it is live brings back those taken out there, and only those its source holds',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [2, placed(us, 'b')],
      [3, deleted(ana, 'b')],
      [3, erased('ben')],
      [4, copied(us, 'a', 'b')],
    ),
    questions: [
      residency('ana', [live('a', 2), live('b', 4)]),
      residency('ben', []),
      holdings('b', [holds('us', 1, 2)]),
    ],
  },
];

const subjectEvents: readonly PinnedCase[] = [
  {
    rule: 'R9',
    name: 'a deletion takes the subject out of every live holding at that site, whichever it came through',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, placed(ana, 'a')],
      [5, enrolled('ana', 'uk')],
      [6, deleted(ana, 'a')],
    ),
    questions: [
      holdings('a', [holds(null, 1, 4), holds('us', 2, 2)], { on: 5 }),
      residency('ana', []),
      residency('ben', [live('a', 2)]),
      holdings('a', [holds('us', 1, 2)]),
    ],
  },
  {
    rule: 'R9',
    name: 'a deletion leaves other sites and other datasets alone',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [2, placed(us, 'b')],
      [2, placed(us, 'a', 'messages')],
      [3, deleted(ana, 'a')],
    ),
    questions: [residency('ana', [live('a', 2, { dataset: 'messages' }), live('b', 2)])],
  },
  {
    rule: 'R9',
    name: 'a move takes the subject out at `from` and brings it to `to`, and touches that subject alone',
    events: log([1, enrolled('ana')], [1, enrolled('ben')], [2, placed(us, 'a')], [3, moved(ana, 'a', 'b')]),
    questions: [
      residency('ana', [live('b', 3)]),
      residency('ben', [live('a', 2)]),
      holdings('a', [holds('us', 1, 2)]),
      holdings('b', [holds(null, 1, 3)]),
    ],
  },
  {
    rule: 'R9',
    name: 'a copy brings it to `to` and leaves it at `from`',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, copied(ana, 'a', 'b')]),
    questions: [residency('ana', [live('a', 2), live('b', 3)])],
  },
  {
    rule: 'R9',
    name: 'a move or a copy brings it to its site, also where it was not at `from`',
    events: log([1, enrolled('ana')], [2, moved(ana, 'a', 'b')], [3, copied(ana, 'a', 'c')]),
    questions: [residency('ana', [live('b', 2), live('c', 3)])],
  },
  {
    rule: 'R9',
    name: '`SubjectErased` takes it out at every site; without `dataset`, of every dataset',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [2, placed(us, 'b')],
      [2, placed(us, 'a', 'messages')],
      [2, placed(ana, 'c')],
      [3, erased('ana', 'profile')],
      [5, erased('ana')],
    ),
    questions: [
      residency('ana', [live('a', 2, { dataset: 'messages' })], { on: 4 }),
      residency('ana', []),
      holdings('a', [{ ...holds('us', 0, 2), dataset: 'messages' }, holds('us', 0, 2)]),
      holdings('c', []),
    ],
  },
  {
    rule: 'R9',
    name: 'erasure does not end membership: what is placed later is about the subject, too',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, erased('ana')], [4, placed(us, 'b')]),
    questions: [residency('ana', [live('b', 4)])],
  },
  {
    rule: 'R9',
    name: 'the holding stays live, even where its last subject was taken out',
    events: log([1, enrolled('ana')], [2, placed(us, 'a')], [3, deleted(ana, 'a')], [4, enrolled('ben')]),
    questions: [residency('ben', [live('a', 4)]), holdings('a', [holds('us', 1, 2)])],
  },
];

const ownHoldings: readonly PinnedCase[] = [
  {
    rule: 'R10',
    name: 'a subject in no population gets its own holding',
    events: log([1, placed(us, 'a')], [2, placed(ana, 'a')]),
    questions: [residency('ana', [live('a', 2)]), holdings('a', [holds(null, 1, 2), holds('us', 0, 1)])],
  },
  {
    rule: 'R10',
    name: 'a subject gets its own holding where its population has no live holding of the dataset',
    events: log([1, enrolled('ana')], [1, placed(us, 'a', 'messages')], [2, placed(ana, 'a')]),
    questions: [
      holdings('a', [{ ...holds('us', 1, 1), dataset: 'messages' }, holds(null, 1, 2)]),
      residency('ana', [live('a', 1, { dataset: 'messages' }), live('a', 2)]),
    ],
  },
  {
    rule: 'R10',
    name: 'the own holding arises even where it is still in the holding of a population that it left',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, placed(ana, 'a')],
      [6, deleted(us, 'a')],
    ),
    questions: [
      holdings('a', [holds(null, 1, 4), holds('us', 1, 2)], { on: 5 }),
      residency('ana', [live('a', 2)]),
      history('ana', [wasLive('a', 2, null)]),
      holdings('a', [holds(null, 1, 4)]),
    ],
  },
  {
    rule: 'R10',
    name: "where its population's holding is live, it is added to that, and goes with it",
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, deleted(ana, 'a')],
      [4, placed(ana, 'a')],
      [6, deleted(us, 'a')],
    ),
    questions: [
      residency('ana', [live('a', 4)], { on: 5 }),
      holdings('a', [holds('us', 1, 2)], { on: 5 }),
      residency('ana', []),
      holdings('a', []),
    ],
  },
  {
    rule: 'R10',
    name: "the own holding is absorbed when its population's arrives, and ends with it",
    events: log([1, enrolled('ana')], [2, placed(ana, 'a')], [3, placed(us, 'a')], [5, deleted(us, 'a')]),
    questions: [
      holdings('a', [holds(null, 1, 2)], { on: 2 }),
      holdings('a', [holds('us', 1, 3)], { on: 4 }),
      residency('ana', [live('a', 2)], { on: 4 }),
      history('ana', [wasLive('a', 2, 5)]),
      residency('ana', []),
    ],
  },
  {
    rule: 'R10',
    name: 'the subject is in what absorbed it, whether or not it was in what arrived',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'b')],
      [3, deleted(ana, 'b')],
      [4, placed(ana, 'a')],
      [5, copied(us, 'b', 'a')],
      [7, moved(us, 'a', 'c')],
    ),
    questions: [
      holdings('a', [holds('us', 2, 5)], { on: 6 }),
      residency('ana', [live('a', 4)], { on: 6 }),
      residency('ana', [live('c', 7)]),
      holdings('a', []),
    ],
  },
  {
    rule: 'R10',
    name: 'an enrolment in a population that is live at its site absorbs the own holding',
    events: log([1, placed(us, 'a')], [2, placed(ana, 'a')], [3, enrolled('ana')], [5, deleted(us, 'a')]),
    questions: [
      holdings('a', [holds(null, 1, 2), holds('us', 0, 1)], { on: 2 }),
      holdings('a', [holds('us', 1, 1)], { on: 3 }),
      residency('ana', [live('a', 2)], { on: 4 }),
      residency('ana', []),
    ],
  },
  {
    rule: 'R10',
    name: 'it is absorbed for good: leaving the population does not bring the own holding back',
    events: log(
      [1, enrolled('ana')],
      [2, placed(ana, 'a')],
      [3, placed(us, 'a')],
      [4, enrolled('ana', 'eu')],
      [6, deleted(us, 'a')],
    ),
    questions: [
      holdings('a', [holds('us', 1, 3)], { on: 5 }),
      residency('ana', [live('a', 2)], { on: 5 }),
      residency('ana', []),
    ],
  },
  {
    rule: 'R10',
    name: 'the own holding of one who left is not absorbed by the population that it left',
    events: log(
      [1, enrolled('ana')],
      [2, enrolled('ana', 'eu')],
      [3, placed(ana, 'a')],
      [4, placed(us, 'a')],
      [5, deleted(us, 'a')],
    ),
    questions: [
      holdings('a', [holds(null, 1, 3), holds('us', 0, 4)], { on: 4 }),
      residency('ana', [live('a', 3)]),
    ],
  },
  {
    rule: 'R10',
    name: 'it is absorbed after each event, also between two of one instant',
    events: log([1, enrolled('ana')], [2, placed(ana, 'a')], [3, placed(us, 'a')], [3, deleted(us, 'a')]),
    questions: [residency('ana', []), history('ana', [wasLive('a', 2, 3)]), holdings('a', [])],
  },
  {
    rule: 'R10',
    name: 'it is absorbed after each event, also between two enrolments of one instant',
    events: log(
      [1, placed(us, 'a')],
      [2, placed(ana, 'a')],
      [3, enrolled('ana')],
      [3, enrolled('ana', 'eu')],
      [4, deleted(us, 'a')],
    ),
    questions: [
      holdings('a', [holds('us', 1, 1)], { on: 3 }),
      residency('ana', [live('a', 2)], { on: 3 }),
      residency('ana', []),
    ],
  },
  {
    rule: 'R10',
    name: 'only a holding of the same dataset at the same site absorbs',
    events: log(
      [1, enrolled('ana')],
      [2, placed(ana, 'a')],
      [3, placed(us, 'b')],
      [3, placed(us, 'a', 'messages')],
    ),
    questions: [holdings('a', [{ ...holds('us', 1, 3), dataset: 'messages' }, holds(null, 1, 2)])],
  },
  {
    rule: 'R10',
    name: 'which population it is in is a matter of the time of the event, not of the question',
    events: log(
      [1, placed(eu, 'a')],
      [2, placed(ana, 'a')],
      [4, enrolled('ana', 'us')],
      [6, deleted(eu, 'a')],
    ),
    questions: [
      holdings('a', [holds(null, 1, 2), holds('eu', 0, 1)], { on: 5 }),
      residency('ana', [live('a', 2)]),
    ],
  },
];

const backups: readonly PinnedCase[] = [
  {
    rule: 'R11',
    name: "a backup holds exactly those whom the population's live holding at `from` held",
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [3, deleted(ben, 'a')],
      [4, taken('b1', us, 'a', 'b')],
      [5, enrolled('chen')],
      [6, enrolled('ben')],
    ),
    questions: [
      residency('ana', [live('a', 2), inBackup('b1', 'b', 4)]),
      residency('ben', [live('a', 6)]),
      residency('chen', [live('a', 5)]),
      holdings('b', [holdsBackup('b1', 'us', 1, 4)]),
    ],
  },
  {
    rule: 'R11',
    name: 'own holdings at `from` are not in the backup of a population',
    events: log(
      [1, placed(us, 'a')],
      [2, placed(ana, 'a')],
      [3, taken('b1', us, 'a', 'b')],
      [4, enrolled('ana')],
    ),
    questions: [residency('ana', [live('a', 2)]), holdings('b', [holdsBackup('b1', 'us', 0, 3)])],
  },
  {
    rule: 'R11',
    name: "where no holding was live at `from`, the backup holds the population's members",
    events: log([1, enrolled('ana')], [1, enrolled('ben', 'eu')], [2, taken('b1', us, 'a', 'b')]),
    questions: [
      residency('ana', [inBackup('b1', 'b', 2)]),
      residency('ben', []),
      holdings('b', [holdsBackup('b1', 'us', 1, 2)]),
    ],
  },
  {
    rule: 'R11',
    name: 'a backup of a subject holds that subject, also where its data was not live at `from`',
    events: log([1, enrolled('ana')], [1, enrolled('ben')], [2, taken('b1', ana, 'a', 'a')]),
    questions: [
      residency('ana', [inBackup('b1', 'a', 2)]),
      residency('ben', []),
      holdings('a', [holdsBackup('b1', null, 1, 2)]),
    ],
  },
  {
    rule: 'R11',
    name: 'enrolments, departures, erasures and deletions do not touch a backup',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, taken('b1', us, 'a', 'a')],
      [4, enrolled('ana', 'eu')],
      [5, erased('ana')],
      [6, deleted(ana, 'a')],
      [7, deleted(us, 'a')],
    ),
    questions: [residency('ana', [inBackup('b1', 'a', 3)]), holdings('a', [holdsBackup('b1', 'us', 1, 3)])],
  },
  {
    rule: 'R11',
    name: '`BackupMoved` changes its site; the moved backup is a new row from then on',
    events: log([1, enrolled('ana')], [2, taken('b1', us, 'a', 'b')], [4, carried('b1', 'c')]),
    questions: [
      residency('ana', [inBackup('b1', 'c', 4)]),
      holdings('b', []),
      holdings('c', [holdsBackup('b1', 'us', 1, 4)]),
      history('ana', [wasInBackup('b1', 'b', 2, 4), wasInBackup('b1', 'c', 4, null)]),
    ],
  },
  {
    rule: 'R11',
    name: 'a restore makes the whole content live, also those who left or were erased since; the backup stays',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, taken('b1', us, 'a', 'b')],
      [4, enrolled('ana', 'eu')],
      [4, erased('ben')],
      [4, enrolled('chen')],
      [5, deleted(us, 'a')],
      [6, restored('b1', 'c')],
    ),
    questions: [
      residency('ana', [inBackup('b1', 'b', 3), live('c', 6)]),
      residency('ben', [inBackup('b1', 'b', 3), live('c', 6)]),
      residency('chen', []),
      holdings('b', [holdsBackup('b1', 'us', 2, 3)]),
      holdings('c', [holds('us', 2, 6)]),
    ],
  },
  {
    rule: 'R11',
    name: 'a restore adds to what is live at `to`',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, taken('b1', us, 'a', 'b')],
      [4, erased('ana')],
      [5, enrolled('ben')],
      [6, restored('b1', 'a')],
    ),
    questions: [residency('ana', [live('a', 6), inBackup('b1', 'b', 3)]), holdings('a', [holds('us', 2, 2)])],
  },
  {
    rule: 'R11',
    name: "a restore opens the population's holding if need be, even of nobody",
    events: log([1, taken('b1', us, 'a', 'b')], [2, restored('b1', 'c')], [3, enrolled('ana')]),
    questions: [
      holdings('c', [holds('us', 0, 2)], { on: 2 }),
      residency('ana', [live('c', 3)]),
      holdings('b', [holdsBackup('b1', 'us', 0, 1)]),
    ],
  },
  {
    rule: 'R11',
    name: "what is restored of a population is in that population's holding, of those who left too",
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'b')],
      [3, enrolled('ana', 'eu')],
      [3, placed(eu, 'c')],
      [4, restored('b1', 'c')],
      [5, deleted(eu, 'c')],
    ),
    questions: [
      holdings('c', [holds('eu', 1, 3), holds('us', 1, 4)], { on: 4 }),
      residency('ana', [inBackup('b1', 'b', 2), live('c', 3)]),
    ],
  },
  {
    rule: 'R11',
    name: 'a restored backup of a subject is its own holding where its population has none',
    events: log([1, enrolled('ana')], [2, taken('b1', ana, 'a', 'b')], [3, restored('b1', 'c')]),
    questions: [residency('ana', [inBackup('b1', 'b', 2), live('c', 3)]), holdings('c', [holds(null, 1, 3)])],
  },
  {
    rule: 'R11',
    name: "a restored backup of a subject is added to its population's holding of the time of the restore",
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', ana, 'a', 'b')],
      [3, placed(eu, 'c')],
      [4, enrolled('ana', 'eu')],
      [5, deleted(ana, 'c')],
      [6, restored('b1', 'c')],
    ),
    questions: [holdings('c', [holds('eu', 1, 3)]), residency('ana', [inBackup('b1', 'b', 2), live('c', 6)])],
  },
  {
    rule: 'R11',
    name: 'a restore brings an own holding at `to` into the population that it opens',
    events: log(
      [1, taken('b1', us, 'a', 'b')],
      [2, enrolled('ana')],
      [3, placed(ana, 'c')],
      [4, restored('b1', 'c')],
    ),
    questions: [holdings('c', [holds('us', 1, 4)]), residency('ana', [live('c', 3)])],
  },
  {
    rule: 'R11',
    name: 'moving, restoring or destroying a destroyed backup does nothing',
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'b')],
      [3, destroyed('b1')],
      [4, carried('b1', 'c')],
      [5, restored('b1', 'd')],
      [6, destroyed('b1')],
    ),
    questions: [residency('ana', []), history('ana', [wasInBackup('b1', 'b', 2, 3)]), holdings('d', [])],
  },
  {
    rule: 'R11',
    name: 'moving, restoring or destroying an unknown backup does nothing, also where it is taken later',
    events: log(
      [1, enrolled('ana')],
      [2, carried('b1', 'c')],
      [3, restored('b1', 'c')],
      [4, destroyed('b1')],
      [5, taken('b1', us, 'a', 'b')],
    ),
    questions: [residency('ana', [inBackup('b1', 'b', 5)]), holdings('c', [])],
  },
  {
    rule: 'R11',
    name: 'taking one under an id that was ever taken does nothing, even after it was destroyed',
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'b')],
      [3, enrolled('ben')],
      [4, taken('b1', us, 'a', 'c', 5)],
      [6, destroyed('b1')],
      [7, taken('b1', us, 'a', 'd')],
    ),
    questions: [
      residency('ana', [inBackup('b1', 'b', 2)], { on: 5 }),
      residency('ben', [], { on: 5 }),
      history('ana', [wasInBackup('b1', 'b', 2, 6)]),
      holdings('d', []),
    ],
  },
  {
    rule: 'R11',
    name: 'the first taken in valid time has the id, also where it is learned later',
    events: log(
      [1, enrolled('ana')],
      [5, taken('b1', us, 'a', 'b')],
      [6, carried('b1', 'c')],
      [3, taken('b1', us, 'a', 'd')],
    ),
    questions: [
      history('ana', [wasInBackup('b1', 'd', 3, 6), wasInBackup('b1', 'c', 6, null)]),
      residency('ana', [inBackup('b1', 'b', 5)], { on: 5, knownPosition: 3 }),
    ],
  },
  {
    rule: 'R11',
    name: 'what a backup holds is told by what is known, also where it is learned later',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [4, taken('b1', us, 'a', 'b')],
      [3, enrolled('ben')],
    ),
    questions: [
      holdings('b', [holdsBackup('b1', 'us', 1, 4)], { knownPosition: 3 }),
      holdings('b', [holdsBackup('b1', 'us', 2, 4)]),
    ],
  },
];

const shown: readonly PinnedCase[] = [
  {
    rule: 'R12',
    name: 'live data at a site is one row, through whichever holdings; a backup there is another',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, placed(eu, 'a')],
      [5, taken('b1', eu, 'a', 'a')],
    ),
    questions: [
      residency('ana', [live('a', 2), inBackup('b1', 'a', 5)]),
      holdings('a', [holdsBackup('b1', 'eu', 1, 5), holds('eu', 1, 4), holds('us', 1, 2)]),
    ],
  },
  {
    rule: 'R12',
    name: 'a presence goes on where one holding takes over from another at one instant',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [3, enrolled('ana', 'eu')],
      [4, deleted(us, 'a')],
      [4, placed(eu, 'a')],
    ),
    questions: [residency('ana', [live('a', 2)]), history('ana', [wasLive('a', 2, null)])],
  },
  {
    rule: 'R12',
    name: 'away and back at one instant is no interruption',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [4, moved(us, 'a', 'b')],
      [4, moved(us, 'b', 'a')],
    ),
    questions: [
      residency('ana', [live('a', 2)]),
      history('ana', [wasLive('a', 2, null)]),
      holdings('a', [holds('us', 1, 2)]),
      holdings('b', []),
    ],
  },
  {
    rule: 'R12',
    name: 'away and back at two instants is an interruption',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [4, moved(us, 'a', 'b')],
      [5, moved(us, 'b', 'a')],
    ),
    questions: [
      residency('ana', [live('a', 5)]),
      history('ana', [wasLive('a', 2, 4), wasLive('b', 4, 5), wasLive('a', 5, null)]),
      holdings('a', [holds('us', 1, 5)]),
    ],
  },
  {
    rule: 'R12',
    name: 'a backup carried somewhere and back is three rows over time, and none of no length',
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'a')],
      [3, carried('b1', 'b')],
      [5, carried('b1', 'c')],
      [5, carried('b1', 'a')],
      [6, carried('b1', 'a')],
    ),
    questions: [
      history('ana', [
        wasInBackup('b1', 'a', 2, 3),
        wasInBackup('b1', 'b', 3, 5),
        wasInBackup('b1', 'a', 5, null),
      ]),
      residency('ana', [inBackup('b1', 'a', 5)]),
      holdings('a', [holdsBackup('b1', 'us', 1, 5)]),
    ],
  },
  {
    rule: 'R12',
    name: 'a backup carried away and back at one instant is not a new row',
    events: log(
      [1, enrolled('ana')],
      [2, taken('b1', us, 'a', 'a')],
      [4, carried('b1', 'b')],
      [4, carried('b1', 'a')],
    ),
    questions: [residency('ana', [inBackup('b1', 'a', 2)]), holdings('a', [holdsBackup('b1', 'us', 1, 2)])],
  },
  {
    rule: 'R12',
    name: "a site has one row for the subjects' own holdings of a dataset, with the number held",
    events: log(
      [1, placed(ana, 'a')],
      [2, placed(ben, 'a')],
      [3, deleted(ana, 'a')],
      [5, deleted(ben, 'a')],
      [5, placed(ana, 'a')],
      [6, placed({ subject: 'chen' }, 'a', 'messages')],
    ),
    questions: [
      holdings('a', [holds(null, 2, 1)], { on: 2 }),
      holdings('a', [holds(null, 1, 1)], { on: 3 }),
      holdings('a', [{ ...holds(null, 1, 6), dataset: 'messages' }, holds(null, 1, 1)]),
      history('ana', [wasLive('a', 1, 3), wasLive('a', 5, null)]),
    ],
  },
  {
    rule: 'R12',
    name: 'a holding that ends and is placed again at one instant goes on, with those who are in it by then',
    events: log(
      [1, enrolled('ana')],
      [1, enrolled('ben')],
      [2, placed(us, 'a')],
      [3, enrolled('ben', 'eu')],
      [4, deleted(us, 'a')],
      [4, placed(us, 'a')],
    ),
    questions: [
      holdings('a', [holds('us', 1, 2)]),
      residency('ana', [live('a', 2)]),
      history('ben', [wasLive('a', 2, 4)]),
    ],
  },
  {
    rule: 'R12',
    name: 'a history shows the intervals that overlap it, whole; both are half-open',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'a')],
      [5, moved(us, 'a', 'b')],
      [8, moved(us, 'b', 'c')],
    ),
    questions: [
      history('ana', [wasLive('b', 5, 8)], 6, 7),
      history('ana', [wasLive('b', 5, 8)], 5, 8),
      history('ana', [wasLive('a', 2, 5), wasLive('b', 5, 8)], 4, 6),
      history('ana', [wasLive('b', 5, 8), wasLive('c', 8, null)], 7),
      history('ana', [wasLive('a', 2, 5)], undefined, 5),
      history('ana', [], undefined, 2),
    ],
  },
  {
    rule: 'R12',
    name: 'rows of one beginning come by dataset, site, backup',
    events: log(
      [1, enrolled('ana')],
      [2, placed(us, 'b')],
      [2, taken('b2', us, 'b', 'a')],
      [2, taken('b1', us, 'b', 'a')],
      [2, placed(us, 'a')],
    ),
    questions: [
      residency('ana', [live('a', 2), inBackup('b1', 'a', 2), inBackup('b2', 'a', 2), live('b', 2)]),
      history('ana', [
        wasLive('a', 2, null),
        wasInBackup('b1', 'a', 2, null),
        wasInBackup('b2', 'a', 2, null),
        wasLive('b', 2, null),
      ]),
      holdings('a', [holdsBackup('b1', 'us', 1, 2), holdsBackup('b2', 'us', 1, 2), holds('us', 1, 2)]),
    ],
  },
];

// ---------------------------------------------------------------------------------------------------------------
// The worked example

const tiktok = 'tiktok/profile';
const usUsers: Scope = { population: 'us-users' };
const midnight = (date: string): string => `${date}T00:00:00.000Z`;

const workedEvents: readonly CloudEvent[] = (
  [
    ['2016-01-01', say('PartyRegistered', { party: 'bytedance', kind: 'organisation', name: 'ByteDance' })],
    ['2016-01-01', say('PartyRegistered', { party: 'tiktok', kind: 'organisation', name: 'TikTok' })],
    ['2016-01-01', say('PartyRegistered', { party: 'oracle', kind: 'organisation', name: 'Oracle' })],
    [
      '2016-01-01',
      say('PopulationRegistered', { population: 'us-users', name: 'US users', jurisdiction: 'US' }),
    ],
    [
      '2016-01-01',
      say('PopulationRegistered', { population: 'eu-users', name: 'EU users', jurisdiction: 'IE' }),
    ],
    ['2016-01-01', registered('virginia', 'US', 'tiktok')],
    ['2016-01-01', registered('singapore', 'SG', 'tiktok')],
    ['2016-01-01', registered('oracle-ashburn', 'US', 'oracle')],
    [
      '2016-01-01',
      say('DatasetRegistered', {
        dataset: tiktok,
        name: 'Profiles',
        categories: ['profile'],
        controller: 'tiktok',
      }),
    ],
    [
      '2017-11-10',
      say('ControlBegan', { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' }),
    ],
    ['2019-06-01', placed(usUsers, 'virginia', tiktok)],
    ['2020-01-10', enrolled('ana', 'us-users')],
    ['2020-02-01', enrolled('chen', 'us-users')],
    [
      '2020-03-01',
      say('BackupTaken', {
        backup: 'b1',
        dataset: tiktok,
        scope: usUsers,
        from: 'virginia',
        to: 'singapore',
        expires: '2022-03-01T00:00:00Z',
      }),
    ],
    ['2021-05-01', enrolled('ben', 'us-users')],
    [
      '2022-06-17',
      say('DataMoved', { dataset: tiktok, scope: usUsers, from: 'virginia', to: 'oracle-ashburn' }),
    ],
    ['2022-07-01', enrolled('ana', 'eu-users')],
  ] as const
).map(([date, said], index) => ({
  specversion: '1.0',
  id: `w${index + 1}`,
  source,
  time: midnight(date),
  ...said,
}));

const workedRow = (
  site: string,
  country: string,
  operator: string,
  backup: string | null,
  since: string,
  overdue = false,
): ResidencyRow => ({
  dataset: tiktok,
  site,
  country,
  operator,
  kind: backup === null ? 'live' : 'backup',
  backup,
  since: midnight(since),
  overdue,
});
const inVirginia = (since: string): ResidencyRow => workedRow('virginia', 'US', 'tiktok', null, since);
const inSingapore = (overdue: boolean): ResidencyRow =>
  workedRow('singapore', 'SG', 'tiktok', 'b1', '2020-03-01', overdue);
const inAshburn = workedRow('oracle-ashburn', 'US', 'oracle', null, '2022-06-17');

const workedQuestion = (of: string, date: string, expect: readonly ResidencyRow[]): PinnedQuestion => ({
  ask: 'residency',
  of,
  validAt: midnight(date),
  expect,
});

/** The worked example of the domain: where ana and ben were, and what Singapore held. */
export const workedExample: PinnedCase = {
  rule: 'worked example',
  name: 'US users move from Virginia to Oracle, and a backup stays in Singapore',
  events: workedEvents,
  questions: [
    workedQuestion('ana', '2019-12-31', []),
    workedQuestion('ana', '2021-01-01', [inSingapore(false), inVirginia('2020-01-10')]),
    workedQuestion('ben', '2022-01-01', [inVirginia('2021-05-01')]),
    workedQuestion('ana', '2022-06-30', [inAshburn, inSingapore(true)]),
    workedQuestion('ana', '2022-08-01', [inAshburn, inSingapore(true)]),
    {
      ask: 'holdings',
      of: 'singapore',
      validAt: midnight('2022-08-01'),
      expect: [
        {
          dataset: tiktok,
          population: 'us-users',
          kind: 'backup',
          backup: 'b1',
          since: midnight('2020-03-01'),
          overdue: true,
          subjects: 2,
        },
      ],
    },
  ],
};

export const pinnedCases: readonly PinnedCase[] = [
  ...order,
  ...corrections,
  ...descriptions,
  ...assurance,
  ...possession,
  ...populationHoldings,
  ...subjectEvents,
  ...ownHoldings,
  ...backups,
  ...shown,
  workedExample,
];

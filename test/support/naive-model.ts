/**
 * A deliberately naive model of the rules R3 to R12, with which tests compare the real folds.
 *
 * It replays every event in order and keeps whole sets of subjects for every holding. There is no index, no cache
 * and no optimisation: each step can be compared with the sentence of the rule that it quotes. Times are as on the
 * wire, RFC 3339 in UTC, with `null` for "still so".
 */
import * as E from 'fp-ts/lib/Either.js';
import {
  formatBound,
  formatInstant,
  type Instant,
  never,
  parseInstant,
} from '../../src/domain/time/instant.ts';

// ---------------------------------------------------------------------------------------------------------------
// What is recorded

/** The assurance of an event, weakest first. */
export const assurances = ['claimed', 'observed', 'verified'] as const;
export type Assurance = (typeof assurances)[number];

/** A CloudEvent as sent and stored; `data` is the JSON of the domain's table of events. */
export type CloudEvent = {
  readonly specversion?: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: unknown;
  readonly assurance?: Assurance;
  readonly evidence?: string;
};

/**
 * An event in the log. `recordedAt` is the wall clock of its recording, in milliseconds; no rule here reads it.
 * `authority` has the scopes with which it was recorded; if it is absent or null, it was recorded before
 * authorities were stored.
 */
export type Recorded = {
  readonly position: number;
  readonly recordedAt: number;
  readonly authority?: string | null;
  readonly event: CloudEvent;
};

/** Whose data: one population or one subject. */
export type Scope = { readonly population: string } | { readonly subject: string };

/** What a grant covers (R14). */
export type Over =
  | { readonly site: string }
  | { readonly dataset: string; readonly scope?: Scope }
  | { readonly population: string }
  | { readonly backup: string };

/** The target of a correction. */
export type Target = { readonly source: string; readonly id: string };

/** The data of each type of event. */
export type EventData = {
  PartyRegistered: { party: string; kind: string; name: string; country?: string };
  MembershipBegan: { member: string; group: string };
  MembershipEnded: { member: string; group: string };
  ControlBegan: { controller: string; controlled: string; basis: string; share?: number };
  ControlEnded: { controller: string; controlled: string; basis: string };
  SiteRegistered: {
    site: string;
    name: string;
    country: string;
    subdivision?: string;
    latitude?: number;
    longitude?: number;
    operator: string;
    owner?: string;
  };
  SiteTransferred: { site: string; operator?: string; owner?: string };
  PopulationRegistered: { population: string; name: string; jurisdiction: string };
  SubjectEnrolled: { subject: string; population: string };
  SubjectsEnrolled: { subjects: readonly string[]; population: string };
  SubjectErased: { subject: string; dataset?: string };
  SubjectForgotten: { subject: string };
  SigningKeyRotated: { key: string };
  DatasetRegistered: { dataset: string; name: string; categories: readonly string[]; controller: string };
  DataPlaced: { dataset: string; scope: Scope; site: string };
  DataCopied: { dataset: string; scope: Scope; from: string; to: string };
  DataMoved: { dataset: string; scope: Scope; from: string; to: string };
  DataDeleted: { dataset: string; scope: Scope; site: string };
  BackupTaken: { backup: string; dataset: string; scope: Scope; from: string; to: string; expires?: string };
  BackupMoved: { backup: string; to: string };
  BackupRestored: { backup: string; to: string };
  BackupDestroyed: { backup: string };
  AccessGranted: {
    grant: string;
    party: string;
    over: Over;
    actions: readonly string[];
    purpose?: string;
    basis?: string;
    expires?: string;
  };
  AccessRevoked: { grant: string };
  AccessObserved: { party: string; dataset: string; scope: Scope; site?: string; action: string };
  PolicyAdopted: {
    policy: string;
    title: string;
    authority?: string;
    cedar: string;
    effectiveFrom: string;
    effectiveUntil?: string;
  };
  PolicySuspended: { policy: string };
  PolicyReinstated: { policy: string };
  PolicyWithdrawn: { policy: string };
  SourceVouched: { upTo: string; every?: number };
  EventRetracted: { event: Target; reason: string };
  EventCorrected: { event: Target; reason: string; time?: string; data?: unknown };
};
export type EventType = keyof EventData;

/** The log, and the two clocks and the assurance of the question. */
export type World = {
  readonly log: readonly Recorded[];
  /** Whether `data` is well-formed data of an event of that type (R4). */
  readonly fits: (type: string, data: unknown) => boolean;
  /** Events later than this are not replayed; by default all are. */
  readonly validAt?: Instant | undefined;
  /** Events recorded after this position are not known; by default all are. */
  readonly knownPosition?: number | undefined;
  readonly minAssurance?: Assurance | undefined;
};

// ---------------------------------------------------------------------------------------------------------------
// R4, R6, R3: which events count, what they say by now, and in which order they are folded

/** An event after its corrections. */
type FactOf<T extends EventType> = {
  readonly type: T;
  readonly position: number;
  readonly time: Instant;
  readonly data: EventData[T];
  readonly assurance: Assurance;
};
export type Fact = { [T in EventType]: FactOf<T> }[EventType];
type Correction = FactOf<'EventRetracted'> | FactOf<'EventCorrected'>;

export const instantOf = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (E.isLeft(parsed)) throw new Error(`a malformed time reached the model: ${text}`);
  return parsed.right;
};

/** The default `assurance` is `observed`. */
const asRecorded = ({ position, event }: Recorded): Fact =>
  ({
    type: event.type,
    position,
    time: instantOf(event.time),
    data: event.data,
    assurance: event.assurance ?? 'observed',
  }) as Fact;

const isCorrection = (fact: Fact): fact is Correction =>
  fact.type === 'EventRetracted' || fact.type === 'EventCorrected';

/** R6: "Registrations, site transfers, enrolments and policies always count." What the ledger says of itself is none of what is weighed. */
const alwaysCount: ReadonlySet<EventType> = new Set<EventType>([
  'PartyRegistered',
  'SiteRegistered',
  'PopulationRegistered',
  'DatasetRegistered',
  'SiteTransferred',
  'SubjectEnrolled',
  'SubjectsEnrolled',
  'SubjectForgotten',
  'SigningKeyRotated',
  'PolicyAdopted',
  'PolicySuspended',
  'PolicyReinstated',
  'PolicyWithdrawn',
  'SourceVouched',
]);

const attestedWellEnough = (world: World, fact: Fact): boolean =>
  alwaysCount.has(fact.type) ||
  assurances.indexOf(fact.assurance) >= assurances.indexOf(world.minAssurance ?? 'claimed');

const isKnown =
  (world: World) =>
  ({ position }: Recorded): boolean =>
    position <= (world.knownPosition ?? Number.POSITIVE_INFINITY);

const isAbout =
  (target: CloudEvent) =>
  (correction: Correction): boolean =>
    correction.data.event.source === target.source && correction.data.event.id === target.id;

/**
 * R24: "Correcting and retracting need the authority of what is corrected: for events of policies and of the ledger itself
 * `admin`, for those of other sources the scope `correct`."
 */
const mayCorrect = (world: World, correction: Correction, target: CloudEvent): boolean => {
  const recorded = world.log.find(({ position }) => position === correction.position)!;
  if (recorded.authority === undefined || recorded.authority === null) return true;
  const scopes = recorded.authority.split(' ');
  if (/^Policy/.test(target.type) || /^(SubjectForgotten|SigningKeyRotated)$/.test(target.type))
    return scopes.includes('admin');
  if (target.source === 'urn:domicile:ledger') return scopes.includes('admin');
  if (recorded.event.source !== target.source) return scopes.includes('correct');
  return scopes.includes('emit');
};

/** R3: "Events are folded by valid time, then by log position." */
const byTimeThenPosition = (a: Fact, b: Fact): number => a.time - b.time || a.position - b.position;

/** R6: "First the weaker corrections are left out"; R4: "Several apply in log order". */
const correctionsOf = (world: World): readonly Correction[] =>
  world.log
    .filter(isKnown(world))
    .map(asRecorded)
    .filter(isCorrection)
    .filter((correction) => attestedWellEnough(world, correction))
    .sort((a, b) => a.position - b.position);

/** R4: what one correction makes of an event. */
const corrected = (world: World, fact: Fact, correction: FactOf<'EventCorrected'>): Fact => {
  const { time, data } = correction.data;
  // "A correction whose `data` does not fit its target's type does nothing"
  if (data !== undefined && !world.fits(fact.type, data)) return fact;
  return {
    type: fact.type, // "the type stays"
    position: fact.position, // "keeps its position"
    time: time === undefined ? fact.time : instantOf(time), // "what a correction does not give stays as earlier ones left it"
    data: data === undefined ? fact.data : data, // "`data` replaces the target's data whole"
    assurance: correction.assurance, // "takes the assurance and evidence of the last correction applied"
  } as Fact;
};

/** The effective events for this question, corrected, in folding order, without corrections. */
export const factsOf = (world: World): readonly Fact[] => {
  const corrections = correctionsOf(world);
  return world.log
    .filter(isKnown(world))
    .flatMap((recorded): readonly Fact[] => {
      let fact = asRecorded(recorded);
      // R4: "nor does one of a correction": nothing is ever done to a correction, and it is no fact itself.
      if (isCorrection(fact)) return [];
      const about = corrections
        .filter(isAbout(recorded.event))
        // R24: "without the authority it does nothing"
        .filter((correction) => mayCorrect(world, correction, recorded.event));
      // R4: "a retraction wins over corrections"
      if (about.some((correction) => correction.type === 'EventRetracted')) return [];
      // R6: "then the others apply"
      for (const correction of about) {
        if (correction.type === 'EventCorrected') fact = corrected(world, fact, correction);
      }
      // R6: "then the event is weighed by the assurance it now has"
      return attestedWellEnough(world, fact) ? [fact] : [];
    })
    .sort(byTimeThenPosition);
};

// ---------------------------------------------------------------------------------------------------------------
// The state that events are folded into

/** R8: a population's live holding. It is live while it stands in the list, even with nobody in it. */
type LiveHolding = { dataset: string; population: string; site: string; subjects: Set<string> };
/** R10: a subject's own holding. */
type OwnHolding = { dataset: string; subject: string; site: string };
/** R11: a backup. A destroyed one stays in the list, since its id "was ever taken". */
type Backup = {
  backup: string;
  dataset: string;
  scope: Scope;
  site: string;
  subjects: ReadonlySet<string>;
  expires: Instant | null;
  destroyed: boolean;
};
export type State = {
  /** A subject is "in at most one population at a time". */
  populationOf: Map<string, string>;
  live: LiveHolding[];
  own: OwnHolding[];
  backups: Backup[];
  sites: Map<string, { country: string | null; operator: string | null }>;
};

const members = (state: State, population: string): ReadonlySet<string> =>
  new Set([...state.populationOf].filter(([, of]) => of === population).map(([subject]) => subject));

const liveHolding = (
  state: State,
  dataset: string,
  population: string,
  site: string,
): LiveHolding | undefined =>
  state.live.find((h) => h.dataset === dataset && h.population === population && h.site === site);

/**
 * R8: "everyone its source holds", "if the source was not live (a discrepancy), the population's members at that
 * time". R11 says the same of what a backup of a population holds.
 */
const contentOf = (state: State, dataset: string, population: string, from: string): ReadonlySet<string> =>
  new Set(liveHolding(state, dataset, population, from)?.subjects ?? members(state, population));

/** R8: "live from the first arrival, even of nobody"; "What arrives is added, also those taken out before". */
const arrive = (
  state: State,
  dataset: string,
  population: string,
  site: string,
  subjects: ReadonlySet<string>,
): void => {
  if (liveHolding(state, dataset, population, site) === undefined) {
    state.live.push({ dataset, population, site, subjects: new Set() });
  }
  for (const subject of subjects) liveHolding(state, dataset, population, site)!.subjects.add(subject);
};

/** R8: "until a move or a deletion ends it". */
const end = (state: State, dataset: string, population: string, site: string): void => {
  state.live = state.live.filter(
    (h) => !(h.dataset === dataset && h.population === population && h.site === site),
  );
};

/**
 * R10: "A subject's own holding arises where it is brought to a site at which the population it is in at that time
 * (if any) has no live holding of the dataset, ...; otherwise it is added to its population's."
 */
const bring = (state: State, dataset: string, subject: string, site: string): void => {
  const population = state.populationOf.get(subject);
  const holding = population === undefined ? undefined : liveHolding(state, dataset, population, site);
  if (holding !== undefined) holding.subjects.add(subject);
  else if (!state.own.some((o) => o.dataset === dataset && o.subject === subject && o.site === site)) {
    state.own.push({ dataset, subject, site });
  }
};

/** R9: takes the subject "out of every live holding ..., its own included, whichever population it came through". */
const takeOut = (
  state: State,
  subject: string,
  where: (holding: { readonly dataset: string; readonly site: string }) => boolean,
): void => {
  for (const holding of state.live.filter(where)) holding.subjects.delete(subject);
  state.own = state.own.filter((o) => !(o.subject === subject && where(o)));
};

/** R8: "Each enrolment in the population, also a repeated one, adds that subject to its live holdings. Leaving the population takes nobody out". */
const enrol = (state: State, subject: string, population: string): void => {
  state.populationOf.set(subject, population);
  for (const holding of state.live.filter((h) => h.population === population)) holding.subjects.add(subject);
};

/**
 * R10: "After each event: where a population's live holding and a present member's own holding of the same dataset
 * stand at one site, the own holding is absorbed for good, and the subject is in the population's".
 */
const absorb = (state: State): void => {
  for (const own of [...state.own]) {
    const population = state.populationOf.get(own.subject);
    const holding =
      population === undefined ? undefined : liveHolding(state, own.dataset, population, own.site);
    if (holding === undefined) continue;
    state.own = state.own.filter((o) => o !== own);
    holding.subjects.add(own.subject);
  }
};

/** R11: the backup, unless it is "unknown or destroyed". */
const standingBackup = (state: State, id: string): Backup | undefined =>
  state.backups.find(({ backup, destroyed }) => backup === id && !destroyed);

const applyAlone = (state: State, fact: Fact): void => {
  switch (fact.type) {
    // R5: a registration "replaces the whole description ..., what a transfer set included"
    case 'SiteRegistered': {
      const { site, country, operator } = fact.data;
      state.sites.set(site, { country, operator });
      return;
    }
    // R5: "changes operator or owner from its time on, of an unregistered site too"
    case 'SiteTransferred': {
      const { site, operator } = fact.data;
      const before = state.sites.get(site) ?? { country: null, operator: null };
      state.sites.set(site, { ...before, operator: operator ?? before.operator });
      return;
    }
    case 'SubjectEnrolled':
      enrol(state, fact.data.subject, fact.data.population);
      return;
    case 'SubjectsEnrolled':
      for (const subject of fact.data.subjects) enrol(state, subject, fact.data.population);
      return;
    // R9: "at every site; without `dataset`, of every dataset". "Erasure does not end membership."
    case 'SubjectErased': {
      const { subject, dataset } = fact.data;
      takeOut(state, subject, (holding) => dataset === undefined || holding.dataset === dataset);
      return;
    }
    case 'DataPlaced': {
      const { dataset, scope, site } = fact.data;
      // R8: "`DataPlaced`, the population's members at that time"
      if ('population' in scope)
        arrive(state, dataset, scope.population, site, members(state, scope.population));
      // R9: "bring it to their site"
      else bring(state, dataset, scope.subject, site);
      return;
    }
    case 'DataCopied': {
      const { dataset, scope, from, to } = fact.data;
      // R8: "everyone its source holds"
      if ('population' in scope) {
        arrive(state, dataset, scope.population, to, contentOf(state, dataset, scope.population, from));
      }
      // R9: "bring it to their site, also where it was not at `from`"
      else bring(state, dataset, scope.subject, to);
      return;
    }
    case 'DataMoved': {
      const { dataset, scope, from, to } = fact.data;
      // R8: "the same, and the source ends"
      if ('population' in scope) {
        const moved = contentOf(state, dataset, scope.population, from);
        end(state, dataset, scope.population, from);
        arrive(state, dataset, scope.population, to, moved);
      }
      // R9: takes it out at `from`, and brings it to `to`, "also where it was not at `from`"
      else {
        takeOut(state, scope.subject, (holding) => holding.dataset === dataset && holding.site === from);
        bring(state, dataset, scope.subject, to);
      }
      return;
    }
    case 'DataDeleted': {
      const { dataset, scope, site } = fact.data;
      // R8: "`DataDeleted` ends it"; "touches that population's holding alone"
      if ('population' in scope) end(state, dataset, scope.population, site);
      // R9: "touches that subject alone"
      else takeOut(state, scope.subject, (holding) => holding.dataset === dataset && holding.site === site);
      return;
    }
    case 'BackupTaken': {
      const { backup, dataset, scope, from, to, expires } = fact.data;
      // R11: "does nothing, nor does taking one under an id that was ever taken"
      if (state.backups.some((taken) => taken.backup === backup)) return;
      state.backups.push({
        backup,
        dataset,
        scope,
        site: to,
        subjects:
          'population' in scope
            ? contentOf(state, dataset, scope.population, from)
            : new Set([scope.subject]),
        expires: expires === undefined ? null : instantOf(expires),
        destroyed: false,
      });
      return;
    }
    // R11: "`BackupMoved` changes its site"
    case 'BackupMoved': {
      const backup = standingBackup(state, fact.data.backup);
      if (backup !== undefined) backup.site = fact.data.to;
      return;
    }
    // R11: "makes its whole content ... arrive live at `to`: in the population's live holding, which it opens if
    // need be, or for a subject as R10 says; the backup stays"
    case 'BackupRestored': {
      const backup = standingBackup(state, fact.data.backup);
      if (backup === undefined) return;
      const { dataset, scope, subjects } = backup;
      if ('population' in scope) arrive(state, dataset, scope.population, fact.data.to, subjects);
      else bring(state, dataset, scope.subject, fact.data.to);
      return;
    }
    // R11: "It holds them until `BackupDestroyed`"
    case 'BackupDestroyed': {
      const backup = standingBackup(state, fact.data.backup);
      if (backup !== undefined) backup.destroyed = true;
      return;
    }
    // Nothing else touches where data is.
    default:
      return;
  }
};

const apply = (state: State, fact: Fact): void => {
  applyAlone(state, fact);
  absorb(state); // R10: "After each event"
};

// ---------------------------------------------------------------------------------------------------------------
// R5, R3: the replay

/**
 * R5: "Of the known registrations of a thing (same type, same id) the first in the order of R3 holds from the
 * beginning of time, and is folded before everything else". Only those of sites describe what is shown here.
 */
const firstRegistrations = (facts: readonly Fact[]): readonly FactOf<'SiteRegistered'>[] => {
  const registrations = facts.filter((fact) => fact.type === 'SiteRegistered');
  return registrations.filter(
    (fact) => registrations.find((other) => other.data.site === fact.data.site) === fact,
  );
};

const startingState = (facts: readonly Fact[]): State => {
  const state: State = { populationOf: new Map(), live: [], own: [], backups: [], sites: new Map() };
  for (const registration of firstRegistrations(facts)) apply(state, registration);
  return state;
};

/** The events to replay one by one after the first registrations, up to `validAt`. */
const replayed = (world: World, facts: readonly Fact[]): readonly Fact[] => {
  const first: readonly Fact[] = firstRegistrations(facts);
  return facts.filter((fact) => !first.includes(fact) && fact.time <= (world.validAt ?? never));
};

/** R3: "only the state after the last event of an instant counts": that state, for each instant that has an event. */
export function* statesOf(world: World): Generator<{ readonly time: Instant; readonly state: State }> {
  const facts = factsOf(world);
  const state = startingState(facts);
  const events = replayed(world, facts);
  for (const [index, fact] of events.entries()) {
    apply(state, fact);
    if (events[index + 1]?.time !== fact.time) yield { time: fact.time, state };
  }
}

/** The state after everything up to `validAt`. */
export const stateAtValidAt = (world: World): State => {
  const facts = factsOf(world);
  const state = startingState(facts);
  for (const fact of replayed(world, facts)) apply(state, fact);
  return state;
};

/** A row that is there from `from` until `to`. */
type Presence<Row> = { readonly row: Row; readonly from: Instant; readonly to: Instant };

const keyOf = (row: unknown): string => JSON.stringify(row);

/**
 * R12: "maximal uninterrupted presences of that row; a presence of no length is not shown, and away and back at one
 * instant is no interruption". Only states after the last event of an instant are compared, so that neither shows.
 */
const presencesOf = <Row>(
  world: World,
  rowsIn: (state: State) => readonly Row[],
): readonly Presence<Row>[] => {
  const ended: Presence<Row>[] = [];
  let open: readonly Presence<Row>[] = [];
  for (const { time, state } of statesOf(world)) {
    const rows = rowsIn(state);
    const isThere = (key: string): boolean => rows.some((row) => keyOf(row) === key);
    const wasThere = (key: string): boolean => open.some(({ row }) => keyOf(row) === key);
    const stay = open.filter(({ row }) => isThere(keyOf(row)));
    const gone = open.filter(({ row }) => !isThere(keyOf(row)));
    const come = rows.filter((row) => !wasThere(keyOf(row)));
    ended.push(...gone.map(({ row, from }) => ({ row, from, to: time })));
    open = [...stay, ...come.map((row) => ({ row, from: time, to: never }))];
  }
  return [...ended, ...open];
};

/** The presences that have not ended by `validAt`. */
const presentOf = <Row>(world: World, rowsIn: (state: State) => readonly Row[]): readonly Presence<Row>[] =>
  presencesOf(world, rowsIn).filter(({ to }) => to === never);

// ---------------------------------------------------------------------------------------------------------------
// R12: what is shown

export type Kind = 'live' | 'backup';
export type ResidencyRow = {
  readonly dataset: string;
  readonly site: string;
  readonly country: string | null;
  readonly operator: string | null;
  readonly kind: Kind;
  readonly backup: string | null;
  readonly since: string;
  readonly overdue: boolean;
};
export type HistoryRow = {
  readonly dataset: string;
  readonly site: string;
  readonly kind: Kind;
  readonly backup: string | null;
  readonly from: string;
  readonly to: string | null;
};
export type HoldingRow = {
  readonly dataset: string;
  readonly population: string | null;
  readonly kind: Kind;
  readonly backup: string | null;
  readonly since: string;
  readonly overdue: boolean;
  readonly subjects: number;
};

export type SiteStayRow = Omit<HoldingRow, 'since' | 'overdue' | 'subjects'> & {
  readonly site: string;
  readonly from: string;
  readonly to: string | null;
};

/** Code-unit order, null first. */
const compare = (a: string | number | null, b: string | number | null): number => {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
};

const sortedBy = <Row>(
  rows: readonly Row[],
  keys: (row: Row) => readonly (string | number | null)[],
): readonly Row[] =>
  [...rows].sort((a, b) => {
    const others = keys(b);
    return (
      keys(a)
        .map((key, index) => compare(key, others[index]!))
        .find((order) => order !== 0) ?? 0
    );
  });

/** R7: "a backup not destroyed by its `expires` is still held, and *overdue* from then on". */
const isOverdue = (world: World, state: State, id: string | null): boolean =>
  state.backups.some(
    ({ backup, expires }) => backup === id && expires !== null && expires <= (world.validAt ?? never),
  );

type SubjectRow = {
  readonly dataset: string;
  readonly site: string;
  readonly kind: Kind;
  readonly backup: string | null;
};

/** R12: "For a subject: one row a (dataset, site) for live data, through whichever holdings, and one a backup and site". */
const rowsOfSubject =
  (subject: string) =>
  (state: State): readonly SubjectRow[] => {
    const places = [
      ...state.live.filter(({ subjects }) => subjects.has(subject)),
      ...state.own.filter((own) => own.subject === subject),
    ];
    const live = places.map(
      ({ dataset, site }): SubjectRow => ({ dataset, site, kind: 'live', backup: null }),
    );
    const once = live.filter(
      (row, index) => live.findIndex((other) => keyOf(other) === keyOf(row)) === index,
    );
    const backups = state.backups
      .filter(({ destroyed, subjects }) => !destroyed && subjects.has(subject))
      .map(({ dataset, site, backup }): SubjectRow => ({ dataset, site, kind: 'backup', backup }));
    return [...once, ...backups];
  };

/** Where the subject's data is at `validAt`, by dataset, site, backup. */
export const residencyOf = (world: World, subject: string): readonly ResidencyRow[] => {
  const state = stateAtValidAt(world);
  const rows = presentOf(world, rowsOfSubject(subject)).map(
    ({ row: { dataset, site, kind, backup }, from }): ResidencyRow => ({
      dataset,
      site,
      country: state.sites.get(site)?.country ?? null,
      operator: state.sites.get(site)?.operator ?? null,
      kind,
      backup,
      since: formatInstant(from),
      overdue: isOverdue(world, state, backup),
    }),
  );
  return sortedBy(rows, ({ dataset, site, backup }) => [dataset, site, backup]);
};

/**
 * Where the subject's data was, by from, dataset, site, backup: the intervals, whole, that overlap `[from, to)`.
 * As in every question, what happened after `validAt` is not replayed: what had not ended by then has `to: null`.
 */
export const historyOf = (
  world: World,
  subject: string,
  from: Instant = -never,
  to: Instant = never,
): readonly HistoryRow[] => {
  const overlapping = presencesOf(world, rowsOfSubject(subject)).filter(
    (presence) => Math.max(presence.from, from) < Math.min(presence.to, to),
  );
  return sortedBy(overlapping, (presence) => [
    presence.from,
    presence.row.dataset,
    presence.row.site,
    presence.row.backup,
  ]).map(({ row, from, to }) => ({ ...row, from: formatInstant(from), to: formatBound(to) }));
};

type SiteRow = {
  readonly dataset: string;
  readonly population: string | null;
  readonly kind: Kind;
  readonly backup: string | null;
};

/** R12: "For a site: one row a population's holding or backup ..., one for the subjects' own holdings of a dataset". */
const rowsOfSite =
  (site: string) =>
  (state: State): readonly SiteRow[] => {
    const live = state.live
      .filter((holding) => holding.site === site)
      .map(({ dataset, population }): SiteRow => ({ dataset, population, kind: 'live', backup: null }));
    const own = [...new Set(state.own.filter((o) => o.site === site).map(({ dataset }) => dataset))].map(
      (dataset): SiteRow => ({ dataset, population: null, kind: 'live', backup: null }),
    );
    const backups = state.backups
      .filter((backup) => backup.site === site && !backup.destroyed)
      .map(({ dataset, scope, backup }): SiteRow => {
        const population = 'population' in scope ? scope.population : null;
        return { dataset, population, kind: 'backup', backup };
      });
    return [...live, ...own, ...backups];
  };

/** R12: "with the number held"; "a subject counts once in each row it is in". */
const subjectsIn = (state: State, site: string, { dataset, population, kind, backup }: SiteRow): number => {
  if (kind === 'backup') return state.backups.find((taken) => taken.backup === backup)!.subjects.size;
  if (population !== null) return liveHolding(state, dataset, population, site)!.subjects.size;
  return state.own.filter((own) => own.dataset === dataset && own.site === site).length;
};

/** What the site holds at `validAt`, by dataset, population, kind, backup. */
export const holdingsOf = (world: World, site: string): readonly HoldingRow[] => {
  const state = stateAtValidAt(world);
  const rows = presentOf(world, rowsOfSite(site)).map(
    ({ row, from }): HoldingRow => ({
      ...row,
      since: formatInstant(from),
      overdue: isOverdue(world, state, row.backup),
      subjects: subjectsIn(state, site, row),
    }),
  );
  return sortedBy(rows, ({ dataset, population, kind, backup }) => [dataset, population, kind, backup]);
};

/**
 * What the site held over time, by from, dataset, population, kind, backup: every stay, whole. As in every question, what
 * happened after `validAt` is not replayed.
 */
export const siteStaysOf = (world: World, site: string): readonly SiteStayRow[] =>
  sortedBy(presencesOf(world, rowsOfSite(site)), ({ from, row: { dataset, population, kind, backup } }) => [
    from,
    dataset,
    population,
    kind,
    backup,
  ]).map(({ row, from, to }) => ({ ...row, site, from: formatInstant(from), to: formatBound(to) }));

/** The subjects in the population at `validAt`, in code-unit order. */
export const membersOf = (world: World, population: string): readonly string[] =>
  [...members(stateAtValidAt(world), population)].sort(compare);

/** How many subjects are in the population at `validAt`. */
export const populationCount = (world: World, population: string): number =>
  membersOf(world, population).length;

// ---------------------------------------------------------------------------------------------------------------
// R1: the events that do not fit the others

export type DiscrepancyCode =
  | 'unknown-party'
  | 'unknown-site'
  | 'unknown-population'
  | 'unknown-dataset'
  | 'not-held'
  | 'unknown-backup'
  | 'destroyed-backup'
  | 'backup-already-taken'
  | 'unknown-grant'
  | 'membership-already-began'
  | 'membership-not-begun'
  | 'control-already-began'
  | 'control-not-begun'
  | 'unknown-event'
  | 'not-correctable'
  | 'not-authorized'
  | 'does-not-fit';
export type Discrepancy = { readonly position: number; readonly code: DiscrepancyCode };

/** What an event names: each must be registered, or, of a backup that a grant is over, taken, by any known event. */
type Named = {
  readonly parties?: readonly (string | undefined)[];
  readonly sites?: readonly (string | undefined)[];
  readonly populations?: readonly (string | undefined)[];
  readonly datasets?: readonly (string | undefined)[];
  readonly backups?: readonly (string | undefined)[];
};

const populationIn = (scope: Scope | undefined): string | undefined =>
  scope !== undefined && 'population' in scope ? scope.population : undefined;

const namedByOver = (over: Over): Named => {
  if ('site' in over) return { sites: [over.site] };
  if ('dataset' in over) return { datasets: [over.dataset], populations: [populationIn(over.scope)] };
  if ('population' in over) return { populations: [over.population] };
  return { backups: [over.backup] };
};

const namedBy = (fact: Fact): Named => {
  switch (fact.type) {
    case 'MembershipBegan':
    case 'MembershipEnded':
      return { parties: [fact.data.member, fact.data.group] };
    case 'ControlBegan':
    case 'ControlEnded':
      return { parties: [fact.data.controller, fact.data.controlled] };
    case 'SiteRegistered':
      return { parties: [fact.data.operator, fact.data.owner] };
    case 'SiteTransferred':
      return { sites: [fact.data.site], parties: [fact.data.operator, fact.data.owner] };
    case 'DatasetRegistered':
      return { parties: [fact.data.controller] };
    case 'SubjectEnrolled':
    case 'SubjectsEnrolled':
      return { populations: [fact.data.population] };
    case 'SubjectErased':
      return { datasets: [fact.data.dataset] };
    case 'DataPlaced':
    case 'DataDeleted':
      return {
        datasets: [fact.data.dataset],
        populations: [populationIn(fact.data.scope)],
        sites: [fact.data.site],
      };
    case 'DataCopied':
    case 'DataMoved':
    case 'BackupTaken':
      return {
        datasets: [fact.data.dataset],
        populations: [populationIn(fact.data.scope)],
        sites: [fact.data.from, fact.data.to],
      };
    case 'BackupMoved':
    case 'BackupRestored':
      return { sites: [fact.data.to] };
    case 'AccessGranted':
      return { parties: [fact.data.party], ...namedByOver(fact.data.over) };
    case 'AccessObserved':
      return {
        parties: [fact.data.party],
        datasets: [fact.data.dataset],
        populations: [populationIn(fact.data.scope)],
        sites: [fact.data.site],
      };
    default:
      return {};
  }
};

/** R5: a registration holds from the beginning of time, so whatever its time it makes its thing known. */
const unknownNames = (facts: readonly Fact[], named: Named): readonly DiscrepancyCode[] => {
  const missing = (
    code: DiscrepancyCode,
    names: readonly (string | undefined)[] | undefined,
    isKnownName: (name: string) => boolean,
  ): readonly DiscrepancyCode[] =>
    (names ?? []).some((name) => name !== undefined && !isKnownName(name)) ? [code] : [];
  return [
    ...missing('unknown-party', named.parties, (name) =>
      facts.some((fact) => fact.type === 'PartyRegistered' && fact.data.party === name),
    ),
    ...missing('unknown-site', named.sites, (name) =>
      facts.some((fact) => fact.type === 'SiteRegistered' && fact.data.site === name),
    ),
    ...missing('unknown-population', named.populations, (name) =>
      facts.some((fact) => fact.type === 'PopulationRegistered' && fact.data.population === name),
    ),
    ...missing('unknown-dataset', named.datasets, (name) =>
      facts.some((fact) => fact.type === 'DatasetRegistered' && fact.data.dataset === name),
    ),
    ...missing('unknown-backup', named.backups, (name) =>
      facts.some((fact) => fact.type === 'BackupTaken' && fact.data.backup === name),
    ),
  ];
};

/** What holds just before an event, besides the holdings: what begins must not exist yet, what ends must. */
type Standing = { memberships: Set<string>; controls: Set<string>; grants: Set<string> };

const isHeld = (state: State, dataset: string, scope: Scope, site: string): boolean =>
  'population' in scope
    ? liveHolding(state, dataset, scope.population, site) !== undefined
    : rowsOfSubject(scope.subject)(state).some(
        (row) => row.kind === 'live' && row.dataset === dataset && row.site === site,
      );

/** How an event does not fit those folded before it. */
const foldedDiscrepancies = (state: State, standing: Standing, fact: Fact): readonly DiscrepancyCode[] => {
  const when = (found: boolean, code: DiscrepancyCode): readonly DiscrepancyCode[] => (found ? [code] : []);
  switch (fact.type) {
    case 'DataCopied':
    case 'DataMoved':
      return when(!isHeld(state, fact.data.dataset, fact.data.scope, fact.data.from), 'not-held');
    case 'DataDeleted':
      return when(!isHeld(state, fact.data.dataset, fact.data.scope, fact.data.site), 'not-held');
    case 'BackupTaken': {
      const { backup, dataset, scope, from } = fact.data;
      if (state.backups.some((taken) => taken.backup === backup)) return ['backup-already-taken'];
      return when(!isHeld(state, dataset, scope, from), 'not-held');
    }
    case 'BackupMoved':
    case 'BackupRestored':
    case 'BackupDestroyed': {
      const backup = state.backups.find((taken) => taken.backup === fact.data.backup);
      if (backup === undefined) return ['unknown-backup'];
      return when(backup.destroyed, 'destroyed-backup');
    }
    case 'MembershipBegan':
      return when(standing.memberships.has(membershipKey(fact.data)), 'membership-already-began');
    case 'MembershipEnded':
      return when(!standing.memberships.has(membershipKey(fact.data)), 'membership-not-begun');
    case 'ControlBegan':
      return when(standing.controls.has(controlKey(fact.data)), 'control-already-began');
    case 'ControlEnded':
      return when(!standing.controls.has(controlKey(fact.data)), 'control-not-begun');
    case 'AccessRevoked':
      return when(!standing.grants.has(fact.data.grant), 'unknown-grant');
    default:
      return [];
  }
};

/** R13: "a membership by member and group". */
const membershipKey = ({ member, group }: EventData['MembershipEnded']): string => keyOf([member, group]);
/** R13: "A control is identified by controller, controlled and basis". */
const controlKey = ({ controller, controlled, basis }: EventData['ControlEnded']): string =>
  keyOf([controller, controlled, basis]);

const stand = (standing: Standing, fact: Fact): void => {
  if (fact.type === 'MembershipBegan') standing.memberships.add(membershipKey(fact.data));
  if (fact.type === 'MembershipEnded') standing.memberships.delete(membershipKey(fact.data));
  if (fact.type === 'ControlBegan') standing.controls.add(controlKey(fact.data));
  if (fact.type === 'ControlEnded') standing.controls.delete(controlKey(fact.data));
  if (fact.type === 'AccessGranted') standing.grants.add(fact.data.grant);
  if (fact.type === 'AccessRevoked') standing.grants.delete(fact.data.grant);
};

/** R4: how a correction does not fit its target. */
const correctionDiscrepancies = (world: World, correction: Correction): readonly DiscrepancyCode[] => {
  const target = world.log.filter(isKnown(world)).find(({ event }) => isAbout(event)(correction));
  if (target === undefined) return ['unknown-event'];
  if (isCorrection(asRecorded(target))) return ['not-correctable'];
  if (!mayCorrect(world, correction, target.event)) return ['not-authorized'];
  if (correction.type === 'EventRetracted' || correction.data.data === undefined) return [];
  return world.fits(target.event.type, correction.data.data) ? [] : ['does-not-fit'];
};

/**
 * The known events up to `validAt` that do not fit the others, each code once, by position and code. A retracted
 * event never held, so it has none; a correction has them whatever its time.
 */
export const discrepanciesOf = (world: World): readonly Discrepancy[] => {
  const found: Discrepancy[] = [];
  for (const correction of correctionsOf(world)) {
    for (const code of correctionDiscrepancies(world, correction))
      found.push({ position: correction.position, code });
  }
  const facts = factsOf(world);
  for (const fact of facts.filter(({ time }) => time <= (world.validAt ?? never))) {
    for (const code of unknownNames(facts, namedBy(fact))) found.push({ position: fact.position, code });
  }
  const state = startingState(facts);
  const standing: Standing = { memberships: new Set(), controls: new Set(), grants: new Set() };
  for (const fact of replayed(world, facts)) {
    for (const code of foldedDiscrepancies(state, standing, fact))
      found.push({ position: fact.position, code });
    apply(state, fact);
    stand(standing, fact);
  }
  return sortedBy(found, ({ position, code }) => [position, code]);
};

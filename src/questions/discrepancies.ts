/**
 * Events that do not fit the others: R1. Nothing well-formed is refused; what does not fit is said, and is resolved
 * when later events explain it.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { DiscrepancyRow } from '../contract/rows/events.ts';
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { decodeData } from '../domain/events/event.ts';
import { kindAt, type RegisteredKind, visitNames } from '../domain/events/places.ts';
import { isPopulation } from '../domain/events/scope.ts';
import { meets } from '../domain/events/words.ts';
import { isPolicyFact, policiesOf } from '../domain/policy/policy-versions.ts';
import { type GrantFact, grantDiscrepancies } from '../domain/reach/grants.ts';
import { partyDiscrepancies } from '../domain/reach/party-discrepancies.ts';
import { isPartyFact } from '../domain/reach/party-facts.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type {
  Discrepancy as FoldedDiscrepancy,
  PolicyDiscrepancy,
  ReachDiscrepancy,
} from '../domain/recording/discrepancy.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { MisfitCode } from '../domain/residency/fold.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { possibleDiscrepancies, topicsNaming } from '../projections/topics.ts';
import { Gathering } from './gather.ts';
import { View } from './view.ts';

type Code =
  | MisfitCode
  | 'unknown-party'
  | 'unknown-site'
  | 'unknown-population'
  | 'unknown-dataset'
  | ReachDiscrepancy
  | PolicyDiscrepancy
  | 'unknown-event'
  | 'not-correctable'
  | 'does-not-fit'
  | 'set-aside';

export interface Discrepancy {
  readonly code: Code;
  readonly message: string;
}

const messages: Readonly<
  Record<
    Exclude<Code, 'set-aside' | `unknown-${'party' | 'site' | 'population' | 'dataset' | 'policy'}`>,
    string
  >
> = {
  'not-held': 'the data was not live where it is said to have been',
  'unknown-backup': 'no backup of this id had been taken',
  'destroyed-backup': 'the backup had been destroyed',
  'backup-already-taken': 'a backup of this id had been taken before',
  'unknown-grant': 'no grant of this id was in force',
  'unknown-event': 'the event that it is about is not known',
  'not-correctable': 'it is about a correction, which cannot itself be corrected: send the event anew',
  'does-not-fit': 'its data does not fit the type of the event that it is about',
  'membership-already-began': 'the membership lasted already',
  'membership-not-begun': 'the membership did not last',
  'control-already-began': 'the control on this basis lasted already',
  'control-not-begun': 'no control on this basis lasted',
  'policy-already-suspended': 'the policy was suspended already',
  'policy-not-suspended': 'the policy was not suspended',
  'policy-already-withdrawn': 'the policy had been withdrawn',
  'policy-never-effective': 'it ends before it begins: it never counts',
};

const said = (code: keyof typeof messages): Discrepancy => ({ code, message: messages[code] });

/** What an event names, by kind, that should have been registered. */
const named = (fact: Fact): Readonly<Record<RegisteredKind, ReadonlySet<string>>> => {
  const out = {
    party: new Set<string>(),
    site: new Set<string>(),
    population: new Set<string>(),
    dataset: new Set<string>(),
    policy: new Set<string>(),
  };
  if (concerns(fact.type, 'correction')) return out;
  visitNames(fact.data as Readonly<Record<string, unknown>>, (place, name) => {
    const kind = kindAt(place);
    if (kind in out) out[kind as RegisteredKind].add(name);
  });
  return out;
};

const registration = {
  party: ['party', 'PartyRegistered'],
  site: ['site', 'SiteRegistered'],
  population: ['population', 'PopulationRegistered'],
  dataset: ['dataset', 'DatasetRegistered'],
  policy: ['policy', 'PolicyAdopted'],
} as const;

const unregistered = (view: View, fact: Fact): ReadonlyArray<Discrepancy> => {
  const out: Discrepancy[] = [];
  for (const [kind, names] of Object.entries(named(fact)) as [
    keyof typeof registration,
    ReadonlySet<string>,
  ][]) {
    const [topicKind, type] = registration[kind];
    for (const name of names) {
      const registered = view
        .factsOf(topicKind, name, type as 'PartyRegistered')
        .some((each) => (each.data as Readonly<Record<string, unknown>>)[kind] === name);
      if (!registered) out.push({ code: `unknown-${kind}`, message: `${kind} ${name} is not registered` });
    }
  }
  return out;
};

/** Whether the fit of events of the type is found by folding the holdings they are about. */
const isFolded = (type: EventType): boolean =>
  concerns(type, 'residency') && traitsOf(type).fitDepends !== undefined;

/** Folds of one question, so that many events about one population are judged by one fold. */
class Fits {
  readonly view: View;
  /** How many facts were folded so far: what the questions to it have cost. */
  foldedFacts = 0;
  private readonly folded = new Map<string, ReadonlyMap<number, MisfitCode>>();

  constructor(view: View) {
    this.view = view;
  }

  private keyOf(fact: Fact): string {
    const scope = 'scope' in fact.data ? fact.data.scope : undefined;
    if (scope === undefined) return `backup ${(fact.data as Readonly<Record<string, unknown>>).backup}`;
    return isPopulation(scope) ? `population ${scope.population}` : `subject ${scope.subject}`;
  }

  /** Whether judging the fact would take a fold that was not made yet. */
  wouldFold(fact: Fact | undefined): boolean {
    return fact !== undefined && isFolded(fact.type) && !this.folded.has(this.keyOf(fact));
  }

  misfit(fact: Fact): MisfitCode | undefined {
    if (!isFolded(fact.type)) return undefined;
    const data = fact.data as Readonly<Record<string, unknown>>;
    const scope = 'scope' in fact.data ? fact.data.scope : undefined;
    const key = this.keyOf(fact);
    let misfits = this.folded.get(key);
    if (misfits === undefined) {
      const gathering = new Gathering(this.view);
      if (scope === undefined) gathering.backup(String(data.backup));
      else if (isPopulation(scope)) gathering.population(scope.population);
      else gathering.subject(scope.subject);
      this.foldedFacts += gathering.facts.size;
      misfits = new Map(gathering.fold().misfits.map(({ position, code }) => [position, code]));
      this.folded.set(key, misfits);
    }
    return misfits.get(fact.position);
  }
}

/** What does not fit of the facts about one grant, one membership or one control (R13, R14). */
const edgeMisfits = (view: View, fact: Fact): ReadonlyArray<FoldedDiscrepancy<ReachDiscrepancy>> => {
  if (isFact(fact, 'AccessRevoked')) {
    const ofGrant = view
      .factsOf('grant', fact.data.grant, 'AccessGranted', 'AccessRevoked')
      .filter(({ data }) => data.grant === fact.data.grant);
    return grantDiscrepancies(ofGrant as ReadonlyArray<GrantFact>);
  }
  if (isFact(fact, 'MembershipBegan') || isFact(fact, 'MembershipEnded')) {
    const { member, group } = fact.data;
    return partyDiscrepancies(
      view
        .facts('party-named', member)
        .filter(isPartyFact)
        .filter(({ data }) => 'member' in data && data.member === member && data.group === group),
    );
  }
  if (isFact(fact, 'ControlBegan') || isFact(fact, 'ControlEnded')) {
    const { controller, controlled } = fact.data;
    return partyDiscrepancies(
      view
        .facts('party-named', controller)
        .filter(isPartyFact)
        .filter(
          ({ data }) =>
            'controlled' in data && data.controller === controller && data.controlled === controlled,
        ),
    );
  }
  return [];
};

const overUnknownBackup = (view: View, fact: Fact): boolean => {
  if (!isFact(fact, 'AccessGranted') || !('backup' in fact.data.over)) return false;
  const { backup } = fact.data.over;
  return !view.factsOf('backup', backup, 'BackupTaken').some(({ data }) => data.backup === backup);
};

/** What does not fit of the facts about one policy (R18). */
const policyMisfits = (
  view: View,
  fact: Fact,
): ReadonlyArray<{ position: number; code: PolicyDiscrepancy }> =>
  isPolicyFact(fact) ? policiesOf(view.facts('policy', fact.data.policy)).discrepancies : [];

const ofCorrection = (view: View, recorded: RecordedEvent): ReadonlyArray<Discrepancy> => {
  // A correction attested too weakly is left out (R6).
  if (!isCorrection(recorded.event) || !meets(recorded.event.assurance, view.known.minAssurance)) return [];
  const position = view.find(recorded.event.data.event);
  const target = position === undefined ? undefined : view.recorded(position);
  if (target === undefined) return [said('unknown-event')];
  if (isCorrection(target.event)) return [said('not-correctable')];
  if (recorded.event.type !== 'EventCorrected' || recorded.event.data.data === undefined) return [];
  return E.isLeft(decodeData(target.event.type, recorded.event.data.data)) ? [said('does-not-fit')] : [];
};

/** What does not fit of a known event; nothing for one that does not hold. */
export const discrepanciesOf = (
  view: View,
  recorded: RecordedEvent,
  fits = new Fits(view),
): ReadonlyArray<Discrepancy> => {
  if (isCorrection(recorded.event)) return ofCorrection(view, recorded);
  const fact = view.fact(recorded.position);
  if (fact === undefined) return [];
  const misfit = fits.misfit(fact);
  return [
    ...unregistered(view, fact),
    ...(misfit === undefined ? [] : [said(misfit)]),
    ...(overUnknownBackup(view, fact) ? [said('unknown-backup')] : []),
    ...edgeMisfits(view, fact)
      .filter(({ position }) => position === fact.position)
      .map(({ code }) => said(code)),
    ...policyMisfits(view, fact)
      .filter(({ position, code }) => position === fact.position && code !== 'unknown-policy')
      .map(({ code }) => said(code as Exclude<PolicyDiscrepancy, 'unknown-policy'>)),
  ];
};

/** How many events one page of discrepancies judges, at the most. */
const judgedEventsMax = 5_000;

/** A page also ends where it would fold more facts than this, so that others are answered in between. */
const foldedFactsMax = 50_000;

/** A page of discrepancies, and the position after which the next begins; null at the end. */
export interface DiscrepancyPage {
  readonly rows: ReadonlyArray<DiscrepancyRow>;
  readonly next: number | null;
}

/** Positions of events that may not fit, after one, in log order: up to `judgedEventsMax` of them. */
const possibleDiscrepanciesAfter = (view: View, after: number): ReadonlyArray<number> => {
  const candidates = view.index
    .positions(possibleDiscrepancies, after, view.known.position, judgedEventsMax)
    .slice(0, judgedEventsMax);
  const corrected = view.index.correctedRegistrations();
  if (corrected.length === 0) return candidates;
  const all = new Set(candidates);
  for (const { kind, name } of corrected) {
    for (const each of topicsNaming(kind))
      for (const position of view.positions(each, name, after)) all.add(position);
    if (kind === 'population')
      for (const position of view.index.enrolmentPositions(name, after, view.known.position))
        all.add(position);
  }
  return [...all].sort((a, b) => a - b).slice(0, judgedEventsMax);
};

/**
 * Discrepancies of events after a position, in log order. Open ones hold as known now; resolved ones held when the
 * event was recorded and do so no more.
 */
export const discrepanciesAfter = (
  view: View,
  state: 'open' | 'resolved',
  after: number,
  limit: number,
): DiscrepancyPage => {
  const fits = new Fits(view);
  let foldedThen = 0;
  const rows: DiscrepancyRow[] = [];
  const reasons = new Map<number, string>();
  if (state === 'open') {
    for (const { position, reason } of view.index.setAside(after, view.known.position))
      reasons.set(position, reason);
  }
  const candidates = possibleDiscrepanciesAfter(view, after);
  const more = candidates.length >= judgedEventsMax;
  const last = candidates.at(-1) ?? after;
  const positions = [
    ...candidates,
    ...[...reasons.keys()].filter((position) => !more || position <= last),
  ].sort((a, b) => a - b);
  for (const position of positions) {
    if (rows.length >= limit) return { rows, next: Number(rows.at(-1)!.event) };
    const reason = reasons.get(position);
    if (reason !== undefined) {
      rows.push({
        event: String(position),
        code: 'set-aside',
        message: `could not be applied: ${reason}`,
        since: formatInstant(view.index.recordedAtOf(position) ?? 0),
      });
      continue;
    }
    const recorded = view.recorded(position);
    if (recorded === undefined) continue;
    // The facts of one moment are folded once a page; what did not fit when it was recorded is of another moment each.
    const then = state === 'open' ? fits : new Fits(new View(view.index, { ...view.known, position }));
    const isSpent = fits.foldedFacts + foldedThen > foldedFactsMax;
    if (isSpent && position !== positions[0] && then.wouldFold(then.view.fact(position)))
      return { rows, next: position - 1 };
    const now = discrepanciesOf(view, recorded, fits);
    const shown = state === 'open' ? now : resolved(recorded, now, then);
    if (then !== fits) foldedThen += then.foldedFacts;
    for (const { code, message } of shown) {
      rows.push({ event: String(position), code, message, since: formatInstant(recorded.recordedAt) });
    }
  }
  return { rows, next: more ? last : null };
};

const resolved = (
  recorded: RecordedEvent,
  now: ReadonlyArray<Discrepancy>,
  then: Fits,
): ReadonlyArray<Discrepancy> =>
  discrepanciesOf(then.view, recorded, then).filter(
    (before) => !now.some((each) => each.code === before.code && each.message === before.message),
  );

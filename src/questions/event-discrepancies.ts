/**
 * Why one event does not fit the others (R1).
 */
import * as E from 'fp-ts/lib/Either.js';
import { concerns } from '../domain/events/catalogue.ts';
import { decodeData } from '../domain/events/event.ts';
import { inText } from '../domain/events/in-text.ts';
import { kindAt, type RegisteredKind, visitNames } from '../domain/events/places.ts';
import { meets } from '../domain/events/words.ts';
import { isBuiltIn } from '../domain/policy/built-in.ts';
import { isPolicyFact, policiesOf } from '../domain/policy/policy-versions.ts';
import { type GrantFact, grantDiscrepancies } from '../domain/reach/grants.ts';
import { partyDiscrepancies } from '../domain/reach/party-discrepancies.ts';
import { isPartyFact } from '../domain/reach/party-facts.ts';
import { mayCorrect } from '../domain/recording/authority.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type {
  Discrepancy,
  DiscrepancyCode,
  PolicyDiscrepancy,
  ReachDiscrepancy,
  RegistrationDiscrepancy,
} from '../domain/recording/discrepancy.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { ResidencyFolds } from './residency-folds.ts';
import type { View } from './view.ts';

/** A discrepancy as reported. */
export interface ToldDiscrepancy {
  readonly code: DiscrepancyCode;
  readonly message: string;
}

type FixedCode = Exclude<DiscrepancyCode, 'set-aside' | RegistrationDiscrepancy> | 'unknown-policy';

const messages: Readonly<Record<FixedCode, string>> = {
  'not-held': 'the data was not live at the given site',
  'unknown-backup': 'no backup of this id had been taken',
  'destroyed-backup': 'the backup had been destroyed',
  'backup-already-taken': 'a backup of this id had been taken before',
  'unknown-grant': 'no grant of this id was in force',
  'unknown-event': 'the event that it is about is not known',
  'not-correctable':
    'it is about a correction, which cannot itself be corrected: correct the original event again',
  'not-authorized': 'its sender may not correct the event that it is about, so it has no effect',
  'does-not-fit': 'its data does not fit the type of the event that it is about',
  'membership-already-began': 'the membership had already begun',
  'membership-not-begun': 'there was no such membership',
  'control-already-began': 'the control on this basis had already begun',
  'control-not-begun': 'there was no control on this basis',
  'unknown-policy': 'the policy had not been adopted by then, so there was nothing to withdraw',
  'policy-already-suspended': 'the policy was already suspended',
  'policy-not-suspended': 'the policy was not suspended',
  'policy-already-withdrawn': 'the policy had been withdrawn',
  'policy-never-effective': 'it ends before it begins, so it never applies',
};

const told = (code: FixedCode): ToldDiscrepancy => ({ code, message: messages[code] });

const registrations = {
  party: 'PartyRegistered',
  site: 'SiteRegistered',
  population: 'PopulationRegistered',
  dataset: 'DatasetRegistered',
  policy: 'PolicyAdopted',
} as const satisfies Readonly<Record<RegisteredKind, string>>;
const registeredKinds = Object.keys(registrations) as ReadonlyArray<RegisteredKind>;

/** The names in an event that need a registration, by kind. */
const namesToRegister = (fact: Fact): Readonly<Record<RegisteredKind, ReadonlySet<string>>> => {
  const names = {
    party: new Set<string>(),
    site: new Set<string>(),
    population: new Set<string>(),
    dataset: new Set<string>(),
    policy: new Set<string>(),
  };
  if (concerns(fact.type, 'correction')) return names;
  visitNames(fact.data as Readonly<Record<string, unknown>>, (place, name) => {
    const kind = kindAt(place);
    if (kind in names) names[kind as RegisteredKind].add(name);
  });
  return names;
};

const isRegistered = (view: View, kind: RegisteredKind, name: string): boolean =>
  (kind === 'policy' && isBuiltIn(name)) ||
  view
    .factsOf(kind, name, registrations[kind])
    .some((fact) => (fact.data as Readonly<Record<string, unknown>>)[kind] === name);

const unregistered = (view: View, fact: Fact): ReadonlyArray<ToldDiscrepancy> => {
  const names = namesToRegister(fact);
  return registeredKinds.flatMap((kind) =>
    [...names[kind]]
      .filter((name) => !isRegistered(view, kind, name))
      .map((name) => ({
        code: `unknown-${kind}` as const,
        message: `${kind} ${inText(name)} is not registered`,
      })),
  );
};

/** Discrepancies of facts about a grant, a membership or a control relation (R13, R14). */
const ofReach = (view: View, fact: Fact): ReadonlyArray<Discrepancy<ReachDiscrepancy>> => {
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

const isOverUnknownBackup = (view: View, fact: Fact): boolean => {
  if (!isFact(fact, 'AccessGranted') || !('backup' in fact.data.over)) return false;
  const { backup } = fact.data.over;
  return !view.factsOf('backup', backup, 'BackupTaken').some(({ data }) => data.backup === backup);
};

/** Discrepancies of facts about a policy (R18). */
const ofPolicy = (view: View, fact: Fact): ReadonlyArray<Discrepancy<PolicyDiscrepancy>> =>
  isPolicyFact(fact) ? policiesOf(view.facts('policy', fact.data.policy)).discrepancies : [];

/** Why a correction has no effect; empty if it has one (R4, R24). */
const ofCorrection = (view: View, recorded: RecordedEvent): ReadonlyArray<ToldDiscrepancy> => {
  const { event } = recorded;
  // A correction with too little assurance is left out (R6).
  if (!isCorrection(event) || !meets(event.assurance, view.known.minAssurance)) return [];
  const position = view.find(event.data.event);
  const target = position === undefined ? undefined : view.recorded(position);
  if (target === undefined) return [told('unknown-event')];
  if (isCorrection(target.event)) return [told('not-correctable')];
  if (!mayCorrect(recorded, target.event)) return [told('not-authorized')];
  if (event.type !== 'EventCorrected' || event.data.data === undefined) return [];
  return E.isLeft(decodeData(target.event.type, event.data.data)) ? [told('does-not-fit')] : [];
};

/** Why a known event does not fit; empty if it fits, was retracted or is left out. */
export const discrepanciesOf = (
  view: View,
  recorded: RecordedEvent,
  folds = new ResidencyFolds(view),
): ReadonlyArray<ToldDiscrepancy> => {
  if (isCorrection(recorded.event)) return ofCorrection(view, recorded);
  const fact = view.fact(recorded.position);
  if (fact === undefined) return [];
  const ofHolding = folds.discrepancyOf(fact);
  const codes: FixedCode[] = [];
  if (ofHolding !== undefined) codes.push(ofHolding);
  if (isOverUnknownBackup(view, fact)) codes.push('unknown-backup');
  for (const { position, code } of ofReach(view, fact)) if (position === fact.position) codes.push(code);
  for (const { position, code } of ofPolicy(view, fact)) if (position === fact.position) codes.push(code);
  const names = unregistered(view, fact);
  return [...names, ...codes.filter((code) => !names.some((name) => name.code === code)).map(told)];
};

/** Findings of the same thing in the sense of R18, and the people concerned. */
import { isPopulation } from '../domain/events/scope.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { findingsOf } from '../domain/policy/judge.ts';
import { judgedHoldingsOf } from '../domain/policy/judged-holdings.ts';
import { type PolicyVersion, policiesOf } from '../domain/policy/policy-versions.ts';
import { type FactOf, isFact } from '../domain/recording/facts.ts';
import { sharedHolding } from '../domain/residency/holding.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { contains, overlaps } from '../domain/time/interval.ts';
import { populationsBehind } from './accesses.ts';
import { judgingOf } from './findings.ts';
import { type Moment, residencyIn } from './known-moments.ts';
import type { ResidencyOfMany } from './residency-of-many.ts';
import type { Occurrence } from './unsettling-topics.ts';
import type { View } from './view.ts';

/** The search: findings of the same version, by the adoption that made it, whose interval meets this one. */
export interface SameThing {
  readonly finding: Finding;
  readonly adoptedBy: number | null;
}

/** The version that the same adoption makes at another moment of knowledge, if it exists there. */
export const versionAt = (view: View, { finding, adoptedBy }: SameThing): PolicyVersion | undefined =>
  policiesOf(view.facts('policy', finding.policy)).versions.find(
    (each) =>
      each.policy === finding.policy &&
      each.adoptedBy === adoptedBy &&
      each.inForce.some((interval) => overlaps(interval, finding)),
  );

/** The first result among people. */
export const firstOf = (
  people: Iterable<string>,
  foundOf: (subject: string) => Occurrence | undefined,
): Occurrence | undefined => {
  for (const subject of people) {
    const found = foundOf(subject);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Whether a holding is that of the finding. */
export const isOf = (holding: Parameters<typeof sharedHolding>[0], finding: Finding): boolean => {
  const { dataset, site, kind, backup, population } = sharedHolding(holding);
  const of = finding.holding;
  return (
    dataset === of.dataset &&
    site === of.site &&
    kind === of.kind &&
    backup === of.backup &&
    population === of.population
  );
};

/** The residency reduced to the subjects in the finding's holding, and to that holding. */
export const onlyIn = (residency: Residency, finding: Finding): Residency => ({
  ...residency,
  presences: residency.presences.filter(
    (presence) => overlaps(presence, finding) && isOf(presence.holding, finding),
  ),
});

/** The populations whose holdings contained the subjects while they were members. */
export const populationsIn = ({ memberships, presences }: Residency): ReadonlySet<string> =>
  new Set(
    presences.flatMap(({ subject }) => (memberships.get(subject) ?? []).map(({ value }) => value.population)),
  );

/** Findings of the same thing whose intervals meet, in order of time. */
export const sameIn = (
  { view, reach }: Moment,
  version: PolicyVersion,
  finding: Finding,
  judged: ReturnType<typeof judgedHoldingsOf>,
  populations: Iterable<string>,
): ReadonlyArray<Finding> => {
  const { rule, verdict, action, party, holding } = finding;
  const ofParty = judged.map((each) => ({
    ...each,
    reached: each.reached.filter((by) => by.party === party),
  }));
  const judging = judgingOf(view, reach, [version], { populations, datasets: [holding.dataset!] });
  return findingsOf(judging, ofParty)
    .filter(
      (each) =>
        each.rule === rule &&
        each.verdict === verdict &&
        each.action === action &&
        each.party === party &&
        overlaps(each, finding),
    )
    .sort((a, b) => a.from - b.from);
};

/** A finding of the same thing for one subject. */
export const foundOfSubject = (
  moment: Moment,
  version: PolicyVersion,
  finding: Finding,
  subject: string,
): Occurrence | undefined => {
  const whole = residencyIn(moment, subject);
  const residency = onlyIn(whole, finding);
  if (residency.presences.length === 0) return undefined;
  const judged = judgedHoldingsOf(residency, moment.reach);
  const [first] = sameIn(moment, version, finding, judged, populationsBehind(whole, subject));
  return first === undefined
    ? undefined
    : { at: Math.max(first.from, finding.from), subject, path: first.path, access: undefined };
};

/**
 * The people to whose own data an event at the site or about the backup may refer, in the order in which they are
 * named.
 */
export const ownersIn = (view: View, { holding: { site, backup } }: Finding): ReadonlyArray<string> => {
  const people = new Set<string>();
  const backups = new Set<string>();
  if (backup !== null) backups.add(backup);
  else
    for (const fact of view.facts('data-at', site!)) {
      if ('scope' in fact.data && fact.data.scope !== undefined && !isPopulation(fact.data.scope))
        people.add(fact.data.scope.subject);
      if (isFact(fact, 'BackupRestored')) backups.add(fact.data.backup);
    }
  for (const each of backups)
    for (const { data } of view.factsOf('backup', each, 'BackupTaken'))
      if (!isPopulation(data.scope)) people.add(data.scope.subject);
  return [...people];
};

/** Whether no such finding is possible, because the backup was never taken or no path leads from the party. */
export const isOutOfQuestion = (moment: Moment, { holding: { backup, site }, party }: Finding): boolean =>
  (backup !== null && moment.view.factsOf('backup', backup, 'BackupTaken').length === 0) ||
  (party !== null && !mayLead(moment, party, site!));

/** Whether a path might lead from the party to data at the site, or to data with a grant. */
const mayLead = ({ view, reach }: Moment, party: string, site: string): boolean => {
  const found = new Set([party]);
  const holders = new Set(
    reach.sites(site).flatMap(({ value: { description } }) => [description.operator, description.owner]),
  );
  for (const each of found) {
    if (holders.has(each) || view.factsOf('party-named', each, 'AccessGranted').length > 0) return true;
    for (const { to } of reach.parties.outOf(each)) found.add(to);
  }
  return false;
};

/** The subjects whom the event at a position enrols. */
export const enrolledBy = (view: View, position: number): ReadonlyArray<string> => {
  const event = view.recorded(position)?.event;
  if (event?.type === 'SubjectEnrolled') return [event.data.subject];
  return event?.type === 'SubjectsEnrolled' ? event.data.subjects : [];
};

/** A person for whom a followed subject stands: itself, or a member of its cohort. */
export const somebodyOf = (view: View, all: ResidencyOfMany, subject: string): string => {
  if (all.arrivalsOf(subject) === undefined) return subject;
  const position = Number(subject.slice(subject.lastIndexOf(' ') + 1));
  return enrolledBy(view, position).find((each) => !view.index.isIndividual(each)) ?? subject;
};

/** Whether an access is that of the finding. */
export const isSameAccess = ({ time, data }: FactOf<'AccessObserved'>, finding: Finding): boolean => {
  const { dataset, site, population } = finding.holding;
  return (
    data.party === finding.party &&
    data.dataset === dataset &&
    (data.site ?? null) === site &&
    (isPopulation(data.scope) ? data.scope.population : null) === population &&
    contains(finding, time)
  );
};

/**
 * Which policy did that break: findings over the whole history, of everything or of one subject (R16 to R20).
 */

import type { FindingRow, PolicyRow, WireDifference } from '../contract/rows/policy.ts';
import { isPopulation } from '../domain/events/scope.ts';
import { eachAlone, type Weights } from '../domain/policy/cohorts.ts';
import { countedAccess } from '../domain/policy/counted-access.ts';
import { type Finding, findingId, findingOrder, subjectsAt } from '../domain/policy/finding.ts';
import { type ChangedFinding, type Difference, differenceOf } from '../domain/policy/findings-difference.ts';
import { accessFindings, type CountedAccess, findingsOf, type Judging } from '../domain/policy/judge.ts';
import type { ClassHistory } from '../domain/policy/judged-holding.ts';
import { classHistoriesOf } from '../domain/policy/judged-holdings.ts';
import { judgingPolicy } from '../domain/policy/judging-policy.ts';
import { policyRegistry } from '../domain/policy/policy-registry.ts';
import type { Proposal } from '../domain/policy/policy-versions.ts';
import {
  type PolicyVersion,
  policiesOf,
  proposedVersion,
  versionInForce,
} from '../domain/policy/policy-versions.ts';
import { RegisteredEntities } from '../domain/policy/registered-entities.ts';
import { unexplainedAccess } from '../domain/reach/unexplained-access.ts';
import type { FactOf } from '../domain/recording/facts.ts';
import type { Residency } from '../domain/residency/fold.ts';
import { formatBound, formatInstant, type Instant } from '../domain/time/instant.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { cachedByKnowledge } from './cached-by-knowledge.ts';
import { reachIndexOf, wirePath } from './reach.ts';
import { residencyOf } from './residency-facts.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

/** Every version of every policy, built-in ones included, as the view knows them. */
export const policyVersions = (view: View): ReadonlyArray<PolicyVersion> =>
  policiesOf(view.facts('policies', 'all')).versions;

const namesMax = Number.MAX_SAFE_INTEGER;

const judgingOf = (view: View, reach: ReachIndex, versions: ReadonlyArray<PolicyVersion>): Judging => {
  const registrations = [
    ...view
      .names('population', '', namesMax)
      .flatMap((name) => view.factsOf('population', name, 'PopulationRegistered')),
    ...view
      .names('dataset', '', namesMax)
      .flatMap((name) => view.factsOf('dataset', name, 'DatasetRegistered')),
  ];
  return {
    policies: versions.filter(({ cedar }) => cedar !== null).map(judgingPolicy),
    entities: new RegisteredEntities(policyRegistry(reach, registrations)),
    knownSince: (position) => view.fact(position)?.corrections.at(-1) ?? position,
  };
};

const unexplained = (
  reach: ReachIndex,
  residency: Residency,
  weights: Weights,
  accesses: ReadonlyArray<FactOf<'AccessObserved'>>,
): ReadonlyArray<CountedAccess> =>
  accesses.flatMap((access) => {
    const found = unexplainedAccess(reach, access, residency);
    return found === undefined ? [] : [countedAccess(residency, found, weights)];
  });

const judge = (
  view: View,
  versions: ReadonlyArray<PolicyVersion>,
  of: {
    readonly reach: ReachIndex;
    readonly residency: Residency;
    readonly weights: Weights;
    readonly histories: ReadonlyArray<ClassHistory>;
    readonly accesses: ReadonlyArray<FactOf<'AccessObserved'>>;
  },
): ReadonlyArray<Finding> =>
  [
    ...findingsOf(judgingOf(view, of.reach, versions), of.histories),
    ...accessFindings(versions, unexplained(of.reach, of.residency, of.weights, of.accesses)),
  ].sort(findingOrder);

/** The findings of some versions over everything. */
const findingsOfVersions = (view: View, versions: ReadonlyArray<PolicyVersion>): ReadonlyArray<Finding> =>
  judge(view, versions, {
    ...wholeHistoryOf(view),
    accesses: view.factsOf('accesses', 'all', 'AccessObserved'),
  });

/** Lists of all findings that are kept, at the most: of the latest and of earlier moments of knowledge. */
const findingsMax = 4;

const findings = cachedByKnowledge(findingsMax, (view) => findingsOfVersions(view, policyVersions(view)));

/** The findings of all versions of all policies over everything. */
export const allFindings = (view: View): ReadonlyArray<Finding> => findings.get(view);

/** The findings of one version over everything: from those of all, where they are at hand, since none depends on another. */
const findingsOfVersion = (view: View, version: PolicyVersion): ReadonlyArray<Finding> => {
  const all = findings.peek(view);
  return all === undefined
    ? findingsOfVersions(view, [version])
    : all.filter((each) => each.policy === version.policy && each.version === version.version);
};

/** What it meant for one subject. */
export const findingsOfSubject = (view: View, subject: string): ReadonlyArray<Finding> => {
  const residency = residencyOf(view, subject);
  const reach = reachIndexOf(view);
  const populations = new Set(
    [...(residency.memberships.get(subject) ?? [])].map(({ value }) => value.population),
  );
  for (const { holding } of residency.presences) {
    if (holding.kind === 'live') populations.add(holding.population);
    if (holding.kind === 'backup' && isPopulation(holding.scope)) populations.add(holding.scope.population);
  }
  const own = view
    .factsOf('subject', subject, 'AccessObserved')
    .filter(({ data }) => !isPopulation(data.scope) && data.scope.subject === subject);
  const ofAll = [...populations].flatMap((population) =>
    view
      .factsOf('population', population, 'AccessObserved')
      .filter(({ data }) => isPopulation(data.scope) && data.scope.population === population)
      .filter((access) => wasWithin(residency, subject, access)),
  );
  return judge(view, policyVersions(view), {
    reach,
    residency,
    weights: eachAlone,
    histories: classHistoriesOf(residency, reach),
    accesses: [...own, ...ofAll],
  });
};

/** Whether an access to a population's data was one to the subject's. */
const wasWithin = (
  residency: Residency,
  subject: string,
  { time, data }: FactOf<'AccessObserved'>,
): boolean =>
  residency.presences.some(
    ({ subject: whose, holding, from, to }) =>
      whose === subject &&
      holding.dataset === data.dataset &&
      (data.site === undefined || holding.site === data.site) &&
      from <= time &&
      time < to &&
      isPopulation(data.scope) &&
      (holding.kind === 'live'
        ? holding.population === data.scope.population
        : holding.kind === 'backup' &&
          isPopulation(holding.scope) &&
          holding.scope.population === data.scope.population),
  );

/** The difference that adopting a policy would make, against the version in force at the instant (R20). */
export const simulatePolicy = (view: View, proposal: Proposal, at: Instant): Difference => {
  const facts = view.facts('policies', 'all');
  const proposed = proposedVersion(facts, proposal, at);
  const current = versionInForce(policiesOf(facts).versions, proposal.policy, at);
  const before = current === undefined ? [] : findingsOfVersion(view, current);
  return differenceOf(before, findingsOfVersions(view, [proposed]), 'versions');
};

/** The difference between the findings of two versions of a policy. */
export const differenceOfVersions = (view: View, from: PolicyVersion, to: PolicyVersion): Difference =>
  differenceOf(findingsOfVersion(view, from), findingsOfVersion(view, to), 'versions');

/** The difference that what was learned between two views made, for one policy or for all. */
export const differenceOfKnowledge = (before: View, after: View, policy: string | undefined): Difference => {
  const findings = (view: View): ReadonlyArray<Finding> =>
    findingsOfVersions(
      view,
      policyVersions(view).filter((version) => policy === undefined || version.policy === policy),
    );
  return differenceOf(findings(before), findings(after), 'knowledge');
};

/** How many numbers of people over time one finding shows, at the most: the latest. */
const shownCountsMax = 500;

/** A finding on the wire: `subjects` at the instant asked for, or at the end of the finding that is nearest to it. */
export const wireFinding = (view: View, finding: Finding, at: Instant): FindingRow => ({
  finding: findingId(finding),
  policy: finding.policy,
  version: finding.version,
  rule: finding.rule,
  verdict: finding.verdict,
  action: finding.action,
  holding: { ...finding.holding },
  population: finding.population,
  party: finding.party,
  path: wirePath(finding.path),
  from: formatBound(finding.from),
  to: formatBound(finding.to),
  subjects: subjectsAt(finding, at),
  counts: finding.counts.slice(-shownCountsMax).map(({ from, to, value }) => ({
    from: formatBound(from),
    to: formatBound(to),
    subjects: value,
  })),
  countsLeftOut: Math.max(0, finding.counts.length - shownCountsMax),
  reason: finding.reason,
  events: finding.events.map(String),
  knownSince: knownSince(view, finding.knownSince),
});

const knownSince = (view: View, position: number): string | null => {
  const recordedAt = view.index.recordedAtOf(position);
  return recordedAt === undefined ? null : formatInstant(recordedAt);
};

/** A difference on the wire. */
export const wireDifference = (view: View, difference: Difference, at: Instant): WireDifference => {
  const changed = (finding: ChangedFinding) => ({
    ...wireFinding(view, finding, at),
    was: finding.was.map(({ from, to }) => ({ from: formatBound(from), to: formatBound(to) })),
  });
  return {
    opened: difference.opened.map((finding) => wireFinding(view, finding, at)),
    closed: difference.closed.map((finding) => wireFinding(view, finding, at)),
    lengthened: difference.lengthened.map(changed),
    shortened: difference.shortened.map(changed),
  };
};

/** The versions of each policy on the wire. */
export const policyRows = (view: View): ReadonlyArray<PolicyRow> =>
  [...Map.groupBy(policyVersions(view), ({ policy }) => policy)].map(([policy, versions]) => {
    const last = versions.at(-1)!;
    return {
      policy,
      title: last.title,
      authority: last.authority,
      builtIn: versions[0]!.adoptedBy === null,
      versions: versions.map((version) => ({
        version: version.version,
        title: version.title,
        authority: version.authority,
        cedar: version.cedar,
        effectiveFrom: formatBound(version.effectiveFrom),
        effectiveUntil: formatBound(version.effectiveUntil),
        adoptedBy: version.adoptedBy === null ? null : String(version.adoptedBy),
        inForce: version.inForce.map(({ from, to }) => ({ from: formatBound(from), to: formatBound(to) })),
      })),
    };
  });

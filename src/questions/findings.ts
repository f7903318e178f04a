/** Findings over the whole history: which policy was broken, over everything or for one subject (R16 to R19). */

import { accessFindings, type CountedAccess } from '../domain/policy/access-findings.ts';
import { countedAccess } from '../domain/policy/counted-access.ts';
import { type Finding, inOrder } from '../domain/policy/finding.ts';
import { findingsOf, type Judging } from '../domain/policy/judge.ts';
import { judgedHoldingsOf } from '../domain/policy/judged-holdings.ts';
import { policyRegistry } from '../domain/policy/policy-registry.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { RegisteredEntities } from '../domain/policy/registered-entities.ts';
import {
  heldOfAnybody,
  type IsHeldOfAnybody,
  unexplainedAccess,
} from '../domain/reach/unexplained-access.ts';
import type { FactOf } from '../domain/recording/facts.ts';
import { sharedHolding } from '../domain/residency/holding.ts';
import type { Residency } from '../domain/residency/residency.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { accessesTo, populationsBehind } from './accesses.ts';
import { cachedByKnowledge } from './cached-by-knowledge.ts';
import { compiledPolicy } from './compiled-policies.ts';
import { accessesIn } from './found-accesses.ts';
import { holdingsAt } from './holdings.ts';
import { findingsAboutHoldings, judgeClasses, keepOnly } from './judged-classes.ts';
import type { KeptHistory } from './kept-history.ts';
import { policyVersions } from './policies.ts';
import { reachIndexOf } from './reach.ts';
import { residencyOf } from './residency-facts.ts';
import { findingsAboutSilence } from './silent-sources.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

const namesMax = Number.MAX_SAFE_INTEGER;

/** The populations and datasets to judge. */
interface Judged {
  readonly populations: Iterable<string>;
  readonly datasets: Iterable<string>;
}

const everything = (view: View): Judged => ({
  populations: view.names('population', '', namesMax),
  datasets: view.names('dataset', '', namesMax),
});

/** The facts with which versions are judged, about some populations and datasets or about everything. */
export const judgingOf = (
  view: View,
  reach: ReachIndex,
  versions: ReadonlyArray<PolicyVersion>,
  { populations, datasets }: Judged = everything(view),
): Judging => {
  const registrations = [
    ...[...populations].flatMap((name) => view.factsOf('population', name, 'PopulationRegistered')),
    ...[...datasets].flatMap((name) => view.factsOf('dataset', name, 'DatasetRegistered')),
  ];
  return {
    policies: versions.filter(({ cedar }) => cedar !== null).map(compiledPolicy),
    entities: new RegisteredEntities(policyRegistry(reach, registrations)),
    knownSince: (position) => view.fact(position)?.corrections.at(-1) ?? position,
    goOn: (steps) => view.work.goOn(steps),
  };
};

const unexplained = (
  reach: ReachIndex,
  residency: Residency,
  accesses: ReadonlyArray<FactOf<'AccessObserved'>>,
  isHeldOfAnybody: IsHeldOfAnybody,
): ReadonlyArray<CountedAccess> =>
  accesses.flatMap((access) => {
    const found = unexplainedAccess(reach, access, residency, isHeldOfAnybody);
    return found === undefined ? [] : [countedAccess(residency, found)];
  });

/** The findings of some versions over everything. */
export const findingsOfVersions = (
  view: View,
  versions: ReadonlyArray<PolicyVersion>,
): ReadonlyArray<Finding> => {
  const history = wholeHistoryOf(view);
  const classes = judgedClasses(view, history, versions);
  const findings = [
    ...findingsAboutHoldings(classes, versions),
    ...accessFindings(versions, accessesIn(view, history)),
    ...findingsAboutSilence(view, versions),
  ];
  // Policies that are only simulated would otherwise be kept forever.
  keepOnly(history, policyVersions(view));
  return inOrder(findings);
};

const judgedClasses = (view: View, history: KeptHistory, versions: ReadonlyArray<PolicyVersion>) => {
  const reach = reachIndexOf(view);
  return judgeClasses(view, history, versions, (some) => judgingOf(view, reach, some));
};

/** Moments of knowledge whose findings are cached. */
const findingsMax = 4;

const findings = cachedByKnowledge(findingsMax, (view) => {
  const history = wholeHistoryOf(view);
  const versions = policyVersions(view);
  const classes = judgedClasses(view, history, versions);
  keepOnly(history, versions);
  return history.list(view, classes, versions);
});

/** The findings of all versions of all policies over everything. */
export const allFindings = (view: View): ReadonlyArray<Finding> => findings.get(view);

/** The findings of one version over everything, taken from those of all versions if these are cached. */
export const findingsOfVersion = (view: View, version: PolicyVersion): ReadonlyArray<Finding> => {
  const all = findings.peek(view);
  return all === undefined
    ? findingsOfVersions(view, [version])
    : all.filter((each) => each.policy === version.policy && each.version === version.version);
};

/** The findings about one subject: about its own data, and about data that it shares with its populations. */
export const findingsOfSubject = (view: View, subject: string): ReadonlyArray<Finding> => {
  const residency = residencyOf(view, subject);
  const reach = reachIndexOf(view);
  const versions = policyVersions(view);
  const datasets = new Set(residency.presences.map(({ holding }) => holding.dataset));
  return inOrder([
    ...findingsOf(
      judgingOf(view, reach, versions, { populations: populationsBehind(residency, subject), datasets }),
      judgedHoldingsOf(residency, reach),
    ),
    ...accessFindings(
      versions,
      unexplained(reach, residency, accessesTo(view, residency, subject), heldOfOthersToo(view, residency)),
    ),
  ]);
};

/** For a holding that is not the subject's own, the index says whether it contains anybody else. */
const heldOfOthersToo = (view: View, residency: Residency): IsHeldOfAnybody => {
  const ofSubject = heldOfAnybody(residency);
  return (holding, at) => {
    if (ofSubject(holding, at)) return true;
    const { dataset, site, population, backup } = sharedHolding(holding);
    return holdingsAt(view, site, at).some(
      (row) =>
        row.subjects > 0 && row.dataset === dataset && row.population === population && row.backup === backup,
    );
  };
};

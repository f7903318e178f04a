/**
 * The findings over the whole history, stored with it. A class is judged again when an input of its findings
 * changes, and for versions that have not judged it yet.
 */
import { isPopulation } from '../domain/events/scope.ts';
import { accessFindings, type CountedAccess } from '../domain/policy/access-findings.ts';
import type { Finding } from '../domain/policy/finding.ts';
import { type Judging, judgeBy } from '../domain/policy/judge.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { type DataClass, overKey } from '../domain/reach/data-class.ts';
import { isGrantedOver } from '../domain/reach/data-presence.ts';
import type { Reach } from '../domain/reach/reach.ts';
import { unexplained } from '../domain/reach/unexplained-access.ts';
import type { KeptAccess } from './history-of-some.ts';
import type { KeptClass } from './kept-classes.ts';
import type { KeptHistory } from './kept-history.ts';
import { reachIndexOf } from './reach.ts';
import type { Stale } from './stale-findings.ts';
import type { View } from './view.ts';

/** Creates the input for judging some versions. */
export type JudgingOf = (versions: ReadonlyArray<PolicyVersion>) => Judging;

/** All properties of a version on which its findings depend, as text. */
const versionKey = ({ policy, version, cedar, inForce }: PolicyVersion): string =>
  JSON.stringify([policy, version, cedar, inForce]);

/**
 * The findings of some versions about all holdings, in no order.
 *
 * @param kept whether these are all versions, whose findings are stored.
 */
export const findingsAboutHoldings = (
  view: View,
  history: KeptHistory,
  versions: ReadonlyArray<PolicyVersion>,
  judgingOf: JudgingOf,
): ReadonlyArray<Finding> => {
  const keyed = versions
    .filter(({ cedar }) => cedar !== null)
    .map((version) => ({ version, key: versionKey(version) }));
  const all = history.judged(view);
  forgetStale(reachIndexOf(view), all, history.takeStale());
  const judges = new Map<string, (history: JudgedHolding) => ReadonlyArray<Finding>>();
  const judgeOf = ({ version, key }: (typeof keyed)[number]) => {
    let judge = judges.get(key);
    if (judge === undefined) {
      judge = judgeBy(judgingOf([version]));
      judges.set(key, judge);
    }
    return judge;
  };
  const findings: Finding[] = [];
  for (const [kept, judged] of all) {
    view.work.goOn();
    if (kept.judged !== judged) kept.found.clear();
    kept.judged = judged;
    for (const each of keyed) {
      let found = kept.found.get(each.key);
      if (found === undefined) {
        found = judgeOf(each)(judged);
        kept.found.set(each.key, found);
      }
      for (const finding of found) findings.push(finding);
    }
  }
  return findings;
};

/** Drops the findings of versions that no longer exist or were only simulated. */
export const keepOnly = (history: KeptHistory, versions: ReadonlyArray<PolicyVersion>): void => {
  const keys = new Set(versions.map(versionKey));
  for (const { found } of history.keptClasses())
    for (const key of found.keys()) if (!keys.has(key)) found.delete(key);
};

/** Drops the findings about classes whose inputs have another description now, or were corrected. */
const forgetStale = (
  reach: Reach,
  all: ReadonlyArray<readonly [KeptClass, JudgedHolding]>,
  { parties, sites, datasets, populations, corrected }: Stale,
): void => {
  if (parties.size + sites.size + datasets.size + populations.size + corrected.size === 0) return;
  const below = standingIn(reach, parties);
  const operated = new Map<string, boolean>();
  const isOperatedBelow = (site: string): boolean => {
    let isBelow = operated.get(site);
    if (isBelow === undefined) {
      isBelow = reach
        .sites(site)
        .some(
          ({ value }) => value.description.operator !== undefined && below.has(value.description.operator),
        );
      operated.set(site, isBelow);
    }
    return isBelow;
  };
  for (const [{ found }, { holding, population, reached }] of all) {
    const isStale =
      sites.has(holding.site) ||
      datasets.has(holding.dataset) ||
      (population !== null && populations.has(population)) ||
      isOperatedBelow(holding.site) ||
      reached.some(({ party }) => below.has(party)) ||
      (corrected.size > 0 &&
        [...found.values()].some((findings) =>
          findings.some(({ events }) => events.some((event) => corrected.has(event))),
        ));
    if (isStale) found.clear();
  }
};

/** The parties with everybody below them: members, employees, controlled parties, and so on. */
const standingIn = ({ parties }: Pick<Reach, 'parties'>, above: Iterable<string>): ReadonlySet<string> => {
  const found = new Set(above);
  for (const party of found) {
    for (const { edge, from } of parties.into(party)) if (edge === 'member-of') found.add(from);
    for (const { edge, to } of parties.outOf(party)) if (edge !== 'member-of') found.add(to);
  }
  return found;
};

/** The class of the data under the given grants. */
const classAsGranted = ({ grants }: Pick<Reach, 'grants'>, data: DataClass): DataClass => {
  const { dataset, populations, subject } = data;
  return {
    ...data,
    populations: populations.filter((population) => isGrantedOver(grants, dataset, population)),
    subject:
      subject !== null && grants.termsOver(overKey({ dataset, scope: { subject } })).length > 0
        ? subject
        : null,
  };
};

/** The findings of some versions about unexplained accesses. */
export const findingsAboutAccesses = (
  view: View,
  history: KeptHistory,
  versions: ReadonlyArray<PolicyVersion>,
): ReadonlyArray<Finding> => accessFindings(versions, accessesIn(view, history));

/** The unexplained accesses, in no order. */
export const accessesIn = (view: View, history: KeptHistory): ReadonlyArray<CountedAccess> => {
  const reach = reachIndexOf(view);
  const isExplained = ({ access: { data: by, time }, data }: KeptAccess): boolean =>
    data.some(
      (each) =>
        reach.labels(classAsGranted(reach, each)).reaches(by.party, time) &&
        (!isPopulation(by.scope) || history.isOfAnybody(each, by.scope.population, time)),
    );
  const found: CountedAccess[] = [];
  for (const kept of history.accesses()) {
    view.work.goOn();
    if (isExplained(kept)) continue;
    found.push({
      access: unexplained(kept.access),
      population: kept.population,
      subjects: history.peopleIn(view, kept),
    });
  }
  return found;
};

/**
 * Judges the classes of the whole history. A class is judged again when an input of its findings changes, and for
 * versions that have not judged it yet.
 */
import type { Finding } from '../domain/policy/finding.ts';
import { type Judging, judgeBy } from '../domain/policy/judge.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import type { Reach } from '../domain/reach/reach.ts';
import type { KeptClass } from './kept-classes.ts';
import type { KeptHistory } from './kept-history.ts';
import { versionKey } from './policies.ts';
import { reachIndexOf } from './reach.ts';
import type { Stale } from './stale-findings.ts';
import type { View } from './view.ts';

/** Creates the input for judging some versions. */
export type JudgingOf = (versions: ReadonlyArray<PolicyVersion>) => Judging;

/** Every class of the history, whose findings are then kept for each of the versions that are in Cedar. */
export const judgeClasses = (
  view: View,
  history: KeptHistory,
  versions: ReadonlyArray<PolicyVersion>,
  judgingOf: JudgingOf,
): ReadonlyArray<KeptClass> => {
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
  for (const [kept, judged] of all) {
    view.work.goOn();
    if (kept.judged !== judged) kept.found.clear();
    kept.judged = judged;
    for (const each of keyed) if (!kept.found.has(each.key)) kept.found.set(each.key, judgeOf(each)(judged));
  }
  return all.map(([kept]) => kept);
};

/** The findings of some versions about all holdings, in no order. */
export const findingsAboutHoldings = (
  classes: ReadonlyArray<KeptClass>,
  versions: ReadonlyArray<PolicyVersion>,
): ReadonlyArray<Finding> => {
  const keys = versions.map(versionKey);
  return classes.flatMap(({ found }) => keys.flatMap((key) => found.get(key) ?? []));
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

/**
 * Findings: intervals in which a holding or a reach broke a rule, or could not be judged (R19).
 */

import { sha256Hex } from '#sha256';
import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { PathEdge } from '../reach/path.ts';
import { firstNotBefore } from '../time/binary-search.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { StepFunction } from '../time/step-function.ts';

/**
 * What was held, or reached. For an access, `site` is null if it names none, and `kind` is unknown. All are null if a
 * finding is about a source.
 */
export interface FindingHolding {
  readonly dataset: string | null;
  readonly site: string | null;
  readonly kind: 'live' | 'backup' | null;
  readonly backup: string | null;
  /** The population of the holding's scope; null for subjects' own holdings and their backups. */
  readonly population: string | null;
}

export type Verdict = 'violated' | 'indeterminate';
export type JudgedAction = 'store' | 'reach';

/** What a finding is about: equal for equal findings, whatever their interval. */
export interface FindingSubject {
  readonly policy: string;
  readonly version: number;
  /** The rule's `@id`, or `policy0`, `policy1`, … by its place. */
  readonly rule: string;
  readonly verdict: Verdict;
  readonly action: JudgedAction;
  readonly holding: FindingHolding;
  /** The population whose people it is about: a holding is judged once for each. Null for people in none. */
  readonly population: string | null;
  /** Who reaches it; null for `store`. */
  readonly party: string | null;
  /** The source that fell silent (R22); absent in all other findings. */
  readonly source?: string;
}

/** One interval `[from, to)` of a finding. It ends where the path changes, as reach does (R15). */
export interface Finding extends FindingSubject, Interval {
  /** The path from the party to the holding; empty for `store` and for an unexplained access. */
  readonly path: ReadonlyArray<PathEdge>;
  /** How many people, over the interval. */
  readonly counts: StepFunction;
  /**
   * Why it could not be judged, or which unknown value the verdict depends on (R23); null otherwise.
   */
  readonly reason: string | null;
  /** What its rule does not model, in the rule's own words (`@limits`). */
  readonly limits: string | null;
  /** The positions of the events that prove it, those that ended it included. */
  readonly events: ReadonlyArray<number>;
  /** The last position that it needed to begin, from which on it is known. */
  readonly knownSince: number;
}

/** Everything that a finding is about, as text: equal for equal subjects. Identifiers hold no line breaks. */
export const subjectKey = ({ version, ...of }: FindingSubject): string =>
  `${keyAcrossVersions(of)}\n${version}`;

/** The same, whichever version of the policy found it. */
export const keyAcrossVersions = (of: Omit<FindingSubject, 'version'>): string => {
  const { dataset, site, kind, backup, population } = of.holding;
  return [
    ...(of.source === undefined ? [] : [of.source]),
    ...[of.policy, JSON.stringify(of.rule), of.verdict, of.action, of.party, of.population],
    ...[dataset, site, kind, backup, population],
  ].join('\n');
};

/** The order of `subjectKey` for findings of one version, without making the keys. */
const subjectOrder = (a: Finding, b: Finding): number => {
  const [one, other] = [a.holding, b.holding];
  return (
    textOrder(a.source, b.source) ||
    (a.rule === b.rule ? 0 : codeUnitOrder(JSON.stringify(a.rule), JSON.stringify(b.rule))) ||
    codeUnitOrder(a.verdict, b.verdict) ||
    codeUnitOrder(a.action, b.action) ||
    textOrder(a.party, b.party) ||
    textOrder(a.population, b.population) ||
    textOrder(one.dataset, other.dataset) ||
    textOrder(one.site, other.site) ||
    textOrder(one.kind, other.kind) ||
    textOrder(one.backup, other.backup) ||
    textOrder(one.population, other.population)
  );
};

const textOrder = (a: string | null | undefined, b: string | null | undefined): number =>
  a === b ? 0 : codeUnitOrder(a ?? '', b ?? '');

/** The order of answers: by policy, version, `from`, what they are about, and first event. */
export const findingOrder = (a: Finding, b: Finding): number =>
  codeUnitOrder(a.policy, b.policy) ||
  a.version - b.version ||
  a.from - b.from ||
  subjectOrder(a, b) ||
  (a.events[0] ?? 0) - (b.events[0] ?? 0);

/** Findings in the order of answers. */
export const inOrder = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> =>
  [...findings].sort(findingOrder);

/**
 * Findings in order without some of them, and with others. Linear in the findings, and cheap for each: only the others
 * are sorted, and few are found by binary search.
 *
 * @param sorted in the order of answers.
 * @param gone those of them to leave out.
 * @param added those to add, in any order.
 */
export const updatedInOrder = (
  sorted: ReadonlyArray<Finding>,
  gone: ReadonlySet<Finding>,
  added: ReadonlyArray<Finding>,
): ReadonlyArray<Finding> => {
  if (gone.size === 0 && added.length === 0) return sorted;
  const next = inOrder(added);
  if ((gone.size + next.length) * fewChanges < sorted.length) {
    const updated = withFewChanges(sorted, gone, next);
    if (updated !== undefined) return updated;
  }
  const out: Finding[] = [];
  let put = 0;
  for (const each of sorted) {
    if (gone.has(each)) continue;
    while (put < next.length && findingOrder(next[put]!, each) < 0) out.push(next[put++]!);
    out.push(each);
  }
  while (put < next.length) out.push(next[put++]!);
  return out;
};

/** Changes are few if there are this many times as many findings. */
const fewChanges = 32;

/** The same, unless some of `gone` are not where the order says. `added` is in order. */
const withFewChanges = (
  sorted: ReadonlyArray<Finding>,
  gone: ReadonlySet<Finding>,
  added: ReadonlyArray<Finding>,
): ReadonlyArray<Finding> | undefined => {
  const left: number[] = [];
  for (const each of gone) {
    let at = firstNotBefore(sorted.length, (index) => findingOrder(sorted[index]!, each) < 0);
    while (at < sorted.length && sorted[at] !== each && findingOrder(sorted[at]!, each) === 0) at++;
    if (sorted[at] !== each) return undefined;
    left.push(at);
  }
  left.sort((a, b) => a - b);
  const out: Finding[] = [];
  let [at, nextLeft] = [0, 0];
  const putUpTo = (end: number): void => {
    for (; at < end; at++) {
      if (left[nextLeft] === at) nextLeft++;
      else out.push(sorted[at]!);
    }
  };
  for (const each of added) {
    putUpTo(firstNotBefore(sorted.length, (index) => findingOrder(sorted[index]!, each) <= 0));
    out.push(each);
  }
  putUpTo(sorted.length);
  return out;
};

const idLength = 32;

/**
 * The id of a finding: 128 bits of a hash of what it is about and when it began, so that its end can come later. Each
 * access is a finding of its own, even if two came at one instant.
 */
const encoder = new TextEncoder();

export const findingId = (finding: Finding): string => {
  const isAccess = finding.holding.kind === null && finding.source === undefined;
  const access = isAccess ? finding.events[0] : '';
  return sha256Hex(encoder.encode(`${subjectKey(finding)}\n${finding.from}\n${access}`)).slice(0, idLength);
};

/** How many people at the instant, or at the end of the finding that is nearest to it. */
export const subjectsAt = (
  { counts, from, to }: Pick<Finding, 'counts' | 'from' | 'to'>,
  at: Instant,
): number => counts.at(Math.max(from, Math.min(at, to - 1)));

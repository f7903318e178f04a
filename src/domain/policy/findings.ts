/**
 * Judges histories under policies: every interval in which a rule was broken or could not be judged (R17 to R19).
 */

import { positions, type Span } from '../reach/span.ts';
import type { UnexplainedAccess } from '../reach/unexplained-access.ts';
import { beginning, never } from '../time.ts';
import {
  holdsAt,
  type Interval,
  intersect,
  type Piece,
  type Timeline,
  type Varying,
  when,
} from '../timeline.ts';
import { unexplainedAccess } from './built-in.ts';
import type { ClassHistory, ReachedInterval } from './class-history.ts';
import type { CompiledRule } from './compile.ts';
import { readBy, verdictsOf } from './evaluate.ts';
import { type Finding, type FindingSubject, findingId } from './finding.ts';
import { Failure } from './frame.ts';
import type { RegisteredEntities } from './registered-entities.ts';
import type { RequestHistory } from './request-history.ts';
import { entityRef } from './value.ts';
import type { PolicyVersion } from './versions.ts';

/** A version of a policy with its rules ready to judge. */
export interface JudgingPolicy {
  readonly version: PolicyVersion;
  readonly rules: ReadonlyArray<CompiledRule>;
}

const cannotBeRead = new Failure('the text of the policy cannot be read');

/** Stands for the rules of a version whose text is no policy, as a correction may leave it: nothing can be judged. */
export const unreadableRules: ReadonlyArray<CompiledRule> = [
  { rule: 'unreadable', effect: 'forbid', satisfied: () => cannotBeRead },
];

/** What judging needs beside the histories. */
export interface Judging {
  readonly policies: ReadonlyArray<JudgingPolicy>;
  readonly entities: RegisteredEntities;
  /** Since which position an event is known as it now holds: that of its last correction. By default its own. */
  readonly knownSince?: (position: number) => number;
}

const store = entityRef('Action', 'store');
const reach = entityRef('Action', 'reach');

/** What is judged as one: the stretch, what proves it, and for reach who and how. */
interface Stretch extends Interval {
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
  readonly reached?: ReachedInterval;
}

/** The findings about one class, by policy, version and rule, store before reach. */
export const findingsOfClass = (judging: Judging, history: ClassHistory): ReadonlyArray<Finding> => {
  const { policies, entities } = judging;
  if (policies.length === 0 || history.presences.length === 0) return [];
  const { holding, expires, population, presences } = history;
  const resource = entities.holding({ ...holding, expires, population });
  const stored: Judged = {
    history,
    request: { principal: entities.operatorOf(holding.site), action: store, resource },
    party: null,
    stretches: presences,
    subjects: history.subjects,
    populated: populatedIn(history.subjects),
  };
  const reached = history.reached.map(
    ({ party, intervals, subjects }): Judged => ({
      history,
      request: { principal: [constantly(party)], action: reach, resource },
      party,
      stretches: intervals.map((interval) => stretchOf(interval, presences)),
      subjects: subjects ?? history.subjects,
      populated: subjects === undefined ? stored.populated : populatedIn(subjects),
    }),
  );
  const out: Finding[] = [];
  for (const policy of policies) {
    for (const rule of policy.rules) {
      judge(judging, policy, rule, stored, out);
      for (const judged of reached) judge(judging, policy, rule, judged, out);
    }
  }
  return out;
};

/** The findings about all classes. */
export const findingsOf = (judging: Judging, histories: Iterable<ClassHistory>): ReadonlyArray<Finding> => {
  const out: Finding[] = [];
  for (const history of histories) for (const finding of findingsOfClass(judging, history)) out.push(finding);
  return out;
};

interface Judged {
  readonly history: ClassHistory;
  readonly request: RequestHistory;
  readonly party: string | null;
  readonly stretches: ReadonlyArray<Stretch>;
  readonly subjects: Varying<number>;
  readonly populated: Timeline;
}

const constantly = (party: string) => ({ from: beginning, to: never, value: entityRef('Party', party) });

const populatedIn = (subjects: Varying<number>): Timeline => when(subjects, (count) => count > 0);

/** A path holds while its data is there: what brought the data proves it too. */
const stretchOf = (reached: ReachedInterval, presences: ReadonlyArray<Span>): Stretch => {
  const { from, to, path, opened } = reached;
  const presence = presences.find((each) => each.from <= from && from < each.to);
  const ends = path.filter(({ ended }) => ended === to).flatMap(({ events }) => events);
  return {
    from,
    to,
    opened: [...opened, ...(presence?.opened ?? [])],
    closed: [...ends, ...(presence?.to === to ? presence.closed : [])],
    reached,
  };
};

const judge = (
  judging: Judging,
  policy: JudgingPolicy,
  rule: CompiledRule,
  judged: Judged,
  out: Finding[],
): void => {
  for (const force of policy.version.inForce) {
    for (const stretch of judged.stretches) {
      const from = Math.max(force.from, stretch.from);
      const to = Math.min(force.to, stretch.to);
      if (from >= to) continue;
      const span = intersect([{ from, to }], judged.populated);
      const { satisfied, failed } = verdictsOf(rule, judged.request, judging.entities, span);
      const found = { policy, rule, judged, force, stretch };
      for (const interval of satisfied) out.push(findingIn(judging, found, interval, null));
      for (const piece of failed) out.push(findingIn(judging, found, piece, piece.value));
    }
  }
};

interface Found {
  readonly policy: JudgingPolicy;
  readonly rule: CompiledRule;
  readonly judged: Judged;
  readonly force: Span;
  readonly stretch: Stretch;
}

const findingIn = (
  { entities, knownSince = (position) => position }: Judging,
  { policy: { version }, rule, judged, force, stretch }: Found,
  { from, to }: Interval,
  reason: string | null,
): Finding => {
  const { dataset, site, kind, backup, population } = judged.history.holding;
  const about: FindingSubject = {
    policy: version.policy,
    version: version.version,
    rule: rule.rule,
    verdict: reason === null ? 'violated' : 'indeterminate',
    action: judged.party === null ? 'store' : 'reach',
    holding: { dataset, site, kind, backup, population },
    population: judged.history.population,
    party: judged.party,
  };
  const read = readBy(rule, judged.request, entities, { from, to });
  const needed = positions(stretch.opened, force.opened, [...read]);
  const ended = [...(stretch.to === to ? stretch.closed : []), ...(force.to === to ? force.closed : [])];
  return {
    finding: findingId(about, from),
    ...about,
    path: stretch.reached?.path ?? [],
    from,
    to,
    counts: countsIn(judged.subjects, { from, to }),
    reason,
    events: positions(needed, ended),
    knownSince: Math.max(0, ...needed.map(knownSince)),
  };
};

/** The counts within the interval, one piece for each number. */
const countsIn = (subjects: Varying<number>, { from, to }: Interval): Varying<number> => {
  const out: Piece<number>[] = [];
  for (const piece of subjects) {
    const [start, end] = [Math.max(piece.from, from), Math.min(piece.to, to)];
    if (start >= end) continue;
    const last = out.at(-1);
    if (last?.to === start && last.value === piece.value) out[out.length - 1] = { ...last, to: end };
    else out.push({ from: start, to: end, value: piece.value });
  }
  return out;
};

/** An access that nothing explains, and of how many people of which population. */
export interface CountedAccess {
  readonly access: UnexplainedAccess;
  /** The population that they are in; null for people in none. */
  readonly population: string | null;
  readonly subjects: number;
}

/**
 * The findings of the built-in policy about access (R16): each holds for the millisecond of the access.
 *
 * @param versions of all policies; only versions of that one that are not Cedar's are looked at.
 */
export const accessFindings = (
  versions: ReadonlyArray<PolicyVersion>,
  accesses: Iterable<CountedAccess>,
): ReadonlyArray<Finding> => {
  const judging = versions.filter(({ policy, cedar }) => policy === unexplainedAccess && cedar === null);
  return [...accesses].flatMap(({ access, population, subjects }) =>
    judging
      .filter(({ inForce }) => holdsAt(inForce, access.at))
      .map(({ policy, version }): Finding => {
        const { event, party, dataset, site, at } = access;
        const about: FindingSubject = {
          policy,
          version,
          rule: 'unexplained-access',
          verdict: 'violated',
          action: 'reach',
          holding: {
            dataset,
            site,
            kind: null,
            backup: null,
            population: 'population' in access.scope ? access.scope.population : null,
          },
          population,
          party,
        };
        return {
          finding: findingId(about, at, event),
          ...about,
          path: [],
          from: at,
          to: at + 1,
          counts: [{ from: at, to: at + 1, value: subjects }],
          reason: null,
          events: [event],
          knownSince: event,
        };
      }),
  );
};

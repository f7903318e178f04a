/**
 * Judges histories under policies: every interval in which a rule was broken or could not be judged (R17 to R19).
 */

import { positions, type Span } from '../reach/span.ts';
import type { UnexplainedAccess } from '../reach/unexplained-access.ts';
import type { Instant } from '../time.ts';
import { holdsAt, type Interval, type Piece, type Timeline, type Varying } from '../timeline.ts';
import { unexplainedAccess } from './built-in.ts';
import type { ClassHistory, ReachedInterval } from './class-history.ts';
import type { CompiledRule } from './compile.ts';
import { type Run, readBy, sweep } from './evaluate.ts';
import { type Finding, type FindingSubject, findingId } from './finding.ts';
import { Failure, Frame } from './frame.ts';
import type { RegisteredEntities } from './registered-entities.ts';
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
  { rule: 'unreadable', effect: 'forbid', satisfied: () => cannotBeRead, actions: undefined },
];

/** What judging needs beside the histories. */
export interface Judging {
  readonly policies: ReadonlyArray<JudgingPolicy>;
  readonly entities: RegisteredEntities;
  /** Since which position an event is known as it now holds: that of its last correction. By default its own. */
  readonly knownSince?: (position: number) => number;
}

/** The findings about all classes; for their order there is `findingOrder`. */
export const findingsOf = (judging: Judging, histories: Iterable<ClassHistory>): ReadonlyArray<Finding> => {
  const judge = new Judge(judging);
  for (const history of histories) judge.judge(history);
  return judge.findings;
};

const store = entityRef('Action', 'store');
const reach = entityRef('Action', 'reach');

/** A rule, and a span in which its policy is in force. */
interface Charge extends Interval {
  readonly policy: JudgingPolicy;
  readonly rule: CompiledRule;
  readonly force: Span;
}

const chargesOf = (policies: ReadonlyArray<JudgingPolicy>, action: string): ReadonlyArray<Charge> =>
  policies.flatMap((policy) =>
    policy.rules
      .filter(({ actions }) => actions === undefined || actions.has(action))
      .flatMap((rule) =>
        policy.version.inForce.map((force) => ({ policy, rule, force, from: force.from, to: force.to })),
      ),
  );

/**
 * Goes through histories, one after the other, with one frame. Most of what is judged breaks nothing: until something
 * does, nothing is made.
 */
class Judge {
  readonly findings: Finding[] = [];
  private readonly judging: Judging;
  private readonly ofStore: ReadonlyArray<Charge>;
  private readonly ofReach: ReadonlyArray<Charge>;
  private readonly frame: Frame;
  private readonly runs: Run[] = [];

  constructor(judging: Judging) {
    this.judging = judging;
    this.ofStore = chargesOf(judging.policies, 'store');
    this.ofReach = chargesOf(judging.policies, 'reach');
    const resource = { ref: entityRef('Holding', ''), parents: [], attribute: () => undefined };
    this.frame = new Frame(judging.entities, { principal: [], action: store, resource });
  }

  judge(history: ClassHistory): void {
    const { entities } = this.judging;
    const { holding, expires, population, presences, subjects } = history;
    const { dataset, site, kind } = holding;
    const resource = entities.holding({ dataset, site, kind, expires, population });
    const populated = populatedIn(subjects);
    if (this.ofStore.length > 0) {
      this.frame.request = { principal: entities.operatorOf(site), action: store, resource };
      for (const presence of presences) {
        for (const charge of this.ofStore) {
          this.sweep(charge, presence, populated);
          for (const run of this.runs)
            this.find(history, charge, run, { ...presence, party: null, path: [], subjects });
        }
      }
    }
    if (this.ofReach.length === 0) return;
    for (const { party, intervals, subjects: reached } of history.reached) {
      this.frame.request = { principal: entities.principal(party), action: reach, resource };
      const there = reached === undefined ? populated : populatedIn(reached);
      for (const interval of intervals) {
        for (const charge of this.ofReach) {
          this.sweep(charge, interval, there);
          for (const run of this.runs) {
            const stretch = stretchOf(party, interval, presences, reached ?? subjects);
            this.find(history, charge, run, stretch);
          }
        }
      }
    }
  }

  /** Leaves in `runs` what the rule says while it is in force, the stretch lasts and there is anyone. */
  private sweep(charge: Charge, stretch: Interval, populated: Timeline): void {
    this.runs.length = 0;
    const from = Math.max(charge.from, stretch.from);
    const to = Math.min(charge.to, stretch.to);
    if (from >= to) return;
    for (const there of populated) {
      if (there.to > from && there.from < to) {
        sweep(this.frame, charge.rule, Math.max(from, there.from), Math.min(to, there.to), this.runs);
      }
    }
  }

  private find(
    { holding, population }: ClassHistory,
    { policy: { version }, rule, force }: Charge,
    { from, to, reason }: Run,
    stretch: Stretch,
  ): void {
    const about: FindingSubject = {
      policy: version.policy,
      version: version.version,
      rule: rule.rule,
      verdict: reason === undefined ? 'violated' : 'indeterminate',
      action: stretch.party === null ? 'store' : 'reach',
      holding,
      population,
      party: stretch.party,
    };
    const needed = positions(stretch.opened, force.opened, [...readBy(this.frame, rule, { from, to })]);
    const { knownSince = (position) => position } = this.judging;
    this.findings.push({
      finding: findingId(about, from),
      ...about,
      path: stretch.path,
      from,
      to,
      counts: countsIn(stretch.subjects, { from, to }),
      reason: reason ?? null,
      events: positions(needed, stretch.to === to ? stretch.closed : [], force.to === to ? force.closed : []),
      knownSince: Math.max(0, ...needed.map(knownSince)),
    });
  }
}

/** What is judged in one: while it lasts, what proves it, and for reach who and how. */
interface Stretch extends Span {
  readonly party: string | null;
  readonly path: ClassHistory['reached'][number]['intervals'][number]['path'];
  readonly subjects: Varying<number>;
}

/** A path holds while its data is there: what brought the data proves it too. */
const stretchOf = (
  party: string,
  { from, to, path, opened }: ReachedInterval,
  presences: ReadonlyArray<Span>,
  subjects: Varying<number>,
): Stretch => {
  const presence = presences.find((each) => each.from <= from && from < each.to);
  const ends = path.filter(({ ended }) => ended === to).flatMap(({ events }) => events);
  return {
    party,
    from,
    to,
    path,
    subjects,
    opened: [...opened, ...(presence?.opened ?? [])],
    closed: [...ends, ...(presence?.to === to ? presence.closed : [])],
  };
};

/** When there is anyone. */
const populatedIn = (subjects: Varying<number>): Timeline => {
  const out: { readonly from: Instant; to: Instant }[] = [];
  for (const { from, to, value } of subjects) {
    const last = out.at(-1);
    if (value > 0 && last?.to === from) last.to = to;
    else if (value > 0) out.push({ from, to });
  }
  return out;
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

/**
 * Judges histories under policies: every interval in which a rule was broken or could not be judged (R17 to R19).
 */

import { cut, type Interval, intervalAt, visitOverlaps } from '../time/interval.ts';
import { positions, type Span } from '../time/span.ts';
import { always, intersect, type Timeline } from '../time/timeline.ts';
import { joinEqual, type Varying, when } from '../time/varying.ts';
import type { CompiledRule } from './cedar/compile.ts';
import { eventsRead, judgeThroughout, type VerdictInterval, whereNotFalse } from './cedar/evaluate.ts';
import { EvaluationState, Failure } from './cedar/evaluation-state.ts';
import type { ResourceHistory } from './cedar/request-history.ts';
import { entityRef } from './cedar/value.ts';
import type { Finding, FindingSubject } from './finding.ts';
import type { ClassHistory, ReachedInterval } from './judged-holding.ts';
import type { PolicyVersion } from './policy-versions.ts';
import type { RegisteredEntities } from './registered-entities.ts';

/** A version of a policy with its rules ready to judge. */
export interface JudgingPolicy {
  readonly version: PolicyVersion;
  readonly rules: ReadonlyArray<CompiledRule>;
}

const cannotBeRead = new Failure('the text of the policy cannot be read');

/** Stands for the rules of a version whose text is no policy, as a correction may leave it: nothing can be judged. */
export const unreadableRules: ReadonlyArray<CompiledRule> = [
  {
    rule: 'unreadable',
    effect: 'forbid',
    satisfied: () => cannotBeRead,
    ofHolding: () => cannotBeRead,
    ofParty: () => cannotBeRead,
    actions: undefined,
  },
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

const isAnyone = (subjects: number): boolean => subjects > 0;

const store = entityRef('Action', 'store');
const reach = entityRef('Action', 'reach');

/** A rule, and the spans in which its policy is in force. */
interface Charge {
  readonly policy: JudgingPolicy;
  readonly rule: CompiledRule;
  readonly inForce: ReadonlyArray<Span>;
  /** By party, when its reach may break the rule, whatever it reaches. */
  readonly ofParties: Map<string, Timeline>;
}

const chargesOf = (policies: ReadonlyArray<JudgingPolicy>, action: string): ReadonlyArray<Charge> =>
  policies.flatMap((policy) =>
    policy.rules
      .filter(({ actions }) => actions === undefined || actions.has(action))
      .map((rule) => ({ policy, rule, inForce: policy.version.inForce, ofParties: new Map() })),
  );

/**
 * Goes through histories, one after the other, with one state. Most of what is judged breaks nothing: until something
 * does, nothing is made.
 */
class Judge {
  readonly findings: Finding[] = [];
  private readonly judging: Judging;
  private readonly ofStore: ReadonlyArray<Charge>;
  private readonly ofReach: ReadonlyArray<Charge>;
  private readonly state: EvaluationState;
  private readonly runs: VerdictInterval[] = [];

  constructor(judging: Judging) {
    this.judging = judging;
    this.ofStore = chargesOf(judging.policies, 'store');
    this.ofReach = chargesOf(judging.policies, 'reach');
    const resource = { ref: entityRef('Holding', ''), parents: [], attribute: () => undefined };
    this.state = new EvaluationState(judging.entities, { principal: [], action: store, resource });
  }

  judge(history: ClassHistory): void {
    const { dataset, site, kind } = history.holding;
    const { expires, population } = history;
    const resource = this.judging.entities.holding({ dataset, site, kind, expires, population });
    const populated = when(history.subjects, isAnyone);
    if (this.ofStore.length > 0) this.judgeStore(history, resource, populated);
    if (this.ofReach.length > 0 && history.reached.length > 0) this.judgeReach(history, resource, populated);
  }

  private judgeStore(history: ClassHistory, resource: ResourceHistory, populated: Timeline): void {
    const { holding, presences, subjects } = history;
    const principal = this.judging.entities.operatorOf(holding.site);
    this.state.request = { principal, action: store, resource };
    for (const charge of this.ofStore) {
      const open = intersect(populated, charge.inForce);
      this.findWithin(history, charge, open, presences, (presence) => ({
        ...presence,
        party: null,
        path: [],
        subjects,
      }));
    }
  }

  private judgeReach(history: ClassHistory, resource: ResourceHistory, populated: Timeline): void {
    const { entities } = this.judging;
    const { presences, reached, subjects } = history;
    for (const charge of this.ofReach) {
      this.state.request = { principal: [], action: reach, resource };
      const open = whereNotFalse(this.state, charge.rule.ofHolding, intersect(populated, charge.inForce));
      if (open.length === 0) continue;
      for (const { party, intervals, subjects: some } of reached) {
        const ofParty = this.leftOpenOf(charge, party);
        if (ofParty.length === 0) continue;
        this.state.request = { principal: entities.principal(party), action: reach, resource };
        const there = some === undefined ? open : intersect(open, when(some, isAnyone));
        // Looked at as a whole first: most break nothing, however often their path changes.
        const broken = intersect(there, ofParty);
        if (broken.length === 0) continue;
        this.findWithin(history, charge, broken, intervals, (interval) =>
          stretchOf(party, interval, presences, some ?? subjects),
        );
      }
    }
  }

  private leftOpenOf({ rule, ofParties }: Charge, party: string): Timeline {
    let open = ofParties.get(party);
    if (open === undefined) {
      const { request } = this.state;
      this.state.request = { ...request, principal: this.judging.entities.principal(party) };
      open = whereNotFalse(this.state, rule.ofParty, always);
      this.state.request = request;
      ofParties.set(party, open);
    }
    return open;
  }

  /** Finds what breaks the rule in the stretches, as far as they are within the timeline. */
  private findWithin<S extends Interval>(
    history: ClassHistory,
    charge: Charge,
    open: Timeline,
    stretches: ReadonlyArray<S>,
    whole: (stretch: S) => Stretch,
  ): void {
    let current: S | undefined;
    const flush = (): void => {
      if (this.runs.length === 0) return;
      const stretch = whole(current!);
      for (const run of this.runs) this.find(history, charge, run, stretch);
      this.runs.length = 0;
    };
    visitOverlaps(stretches, open, (stretch, _, from, to) => {
      if (stretch !== current) flush();
      current = stretch;
      judgeThroughout(this.state, charge.rule.satisfied, from, to, this.runs);
    });
    flush();
  }

  private find(
    { holding, population }: ClassHistory,
    { policy: { version }, rule, inForce }: Charge,
    { from, to, reason }: VerdictInterval,
    stretch: Stretch,
  ): void {
    const force = intervalAt(inForce, from)!;
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
    const { begun, since } = eventsRead(this.state, rule, { from, to });
    const needed = positions(stretch.opened, force.opened, [...begun]);
    const later = [
      ...since,
      ...(stretch.to === to ? stretch.closed : []),
      ...(force.to === to ? force.closed : []),
    ];
    const { knownSince = (position) => position } = this.judging;
    this.findings.push({
      ...about,
      path: stretch.path,
      from,
      to,
      counts: joinEqual(cut(stretch.subjects, { from, to })),
      reason: reason ?? null,
      events: later.length === 0 ? needed : positions(needed, later),
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
  const presence = intervalAt(presences, from);
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

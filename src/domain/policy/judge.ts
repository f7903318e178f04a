/**
 * Judges histories under policies: every interval in which a rule was broken or could not be judged (R17 to R19).
 */

import type { GoOn } from '../reach/reach.ts';
import { firstEndingAfter, type Interval, intervalAt, overlapOf } from '../time/interval.ts';
import { positions, type Span } from '../time/span.ts';
import type { StepFunction } from '../time/step-function.ts';
import { always, intersect, type Timeline } from '../time/timeline.ts';
import type { CompiledRule } from './cedar/compile.ts';
import { eventsRead, judgeThroughout, type VerdictInterval, whereNotFalse } from './cedar/evaluate.ts';
import { EvaluationState } from './cedar/evaluation-state.ts';
import type { ResourceHistory } from './cedar/request-history.ts';
import { entityRef } from './cedar/value.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { Finding, FindingSubject } from './finding.ts';
import type { JudgedHolding, ReachedInterval } from './judged-holding.ts';
import type { RegisteredEntities } from './registered-entities.ts';

/** How many steps a finding takes, besides those of its path. */
const stepsOfFinding = 100;

/** What judging needs beside the histories. */
export interface Judging {
  readonly policies: ReadonlyArray<CompiledPolicy>;
  readonly entities: RegisteredEntities;
  /** The position from which an event is known in its present form: that of its last correction. By default its own. */
  readonly knownSince?: (position: number) => number;
  /** Receives the work done, and throws if it is too much. */
  readonly goOn?: GoOn;
}

/** The findings about all classes; for their order there is `findingOrder`. */
export const findingsOf = (judging: Judging, histories: Iterable<JudgedHolding>): ReadonlyArray<Finding> => {
  const judgeNext = judgeBy(judging);
  const findings: Finding[] = [];
  for (const history of histories) for (const finding of judgeNext(history)) findings.push(finding);
  return findings;
};

/** Judges one class after the other; what concerns only parties is computed once for all of them. */
export const judgeBy = (judging: Judging): ((history: JudgedHolding) => ReadonlyArray<Finding>) => {
  const judge = new Judge(judging);
  return (history) => {
    judge.judge(history);
    return judge.findings.splice(0);
  };
};

const store = entityRef('Action', 'store');
const reach = entityRef('Action', 'reach');

/** A rule, and the spans in which its policy is in force. */
interface RuleInForce {
  readonly policy: CompiledPolicy;
  readonly compiled: CompiledRule;
  readonly inForce: ReadonlyArray<Span>;
  /** By party, when its reach may break the rule; it depends on the party alone. */
  readonly ofParties: Map<string, Timeline>;
}

const rulesInForce = (policies: ReadonlyArray<CompiledPolicy>, action: string): ReadonlyArray<RuleInForce> =>
  policies.flatMap((policy) =>
    policy.rules
      .filter(({ actions }) => actions === undefined || actions.has(action))
      .map((compiled) => ({ policy, compiled, inForce: policy.version.inForce, ofParties: new Map() })),
  );

/** Judges histories one after the other. Most break nothing, so nothing is allocated until one does. */
class Judge {
  readonly findings: Finding[] = [];
  private readonly judging: Judging;
  private readonly ofStore: ReadonlyArray<RuleInForce>;
  private readonly ofReach: ReadonlyArray<RuleInForce>;
  private readonly state: EvaluationState;
  private readonly verdicts: VerdictInterval[] = [];

  constructor(judging: Judging) {
    this.judging = judging;
    this.ofStore = rulesInForce(judging.policies, 'store');
    this.ofReach = rulesInForce(judging.policies, 'reach');
    const resource = { ref: entityRef('Holding', ''), parents: [], attribute: () => undefined };
    this.state = new EvaluationState(judging.entities, { principal: [], action: store, resource });
  }

  judge(history: JudgedHolding): void {
    const { dataset, site, kind } = history.holding;
    const { expires, population } = history;
    const resource = this.judging.entities.holding({ dataset, site, kind, expires, population });
    const populated = history.subjects.positive();
    if (this.ofStore.length > 0) this.judgeStore(history, resource, populated);
    if (this.ofReach.length > 0 && history.reached.length > 0) this.judgeReach(history, resource, populated);
  }

  private judgeStore(history: JudgedHolding, resource: ResourceHistory, populated: Timeline): void {
    const { holding, presences, subjects } = history;
    const principal = this.judging.entities.operatorOf(holding.site);
    this.state.request = { principal, action: store, resource };
    this.judging.goOn?.(this.ofStore.length);
    for (const rule of this.ofStore) {
      const open = intersect(populated, rule.inForce);
      this.findWithin(history, rule, open, presences, (presence) => ({
        ...presence,
        party: null,
        path: [],
        subjects,
      }));
    }
  }

  private judgeReach(history: JudgedHolding, resource: ResourceHistory, populated: Timeline): void {
    const { entities } = this.judging;
    const { presences, reached, subjects } = history;
    for (const rule of this.ofReach) {
      this.judging.goOn?.(1 + reached.length);
      this.state.request = { principal: [], action: reach, resource };
      const open = whereNotFalse(this.state, rule.compiled.ofHolding, intersect(populated, rule.inForce));
      if (open.length === 0) continue;
      for (const { party, intervals, subjects: some } of reached) {
        const ofParty = this.breakableBy(rule, party);
        if (ofParty.length === 0) continue;
        this.state.request = { principal: entities.principal(party), action: reach, resource };
        const there = some === undefined ? open : intersect(open, some.positive());
        // Before each path is judged: the reach as a whole breaks nothing in most cases.
        const broken = intersect(there, ofParty);
        if (broken.length === 0) continue;
        this.findWithin(history, rule, broken, intervals, (interval) =>
          judgedReach(party, interval, presences, some ?? subjects),
        );
      }
    }
  }

  private breakableBy({ compiled, ofParties }: RuleInForce, party: string): Timeline {
    let open = ofParties.get(party);
    if (open === undefined) {
      const { request } = this.state;
      this.state.request = { ...request, principal: this.judging.entities.principal(party) };
      open = whereNotFalse(this.state, compiled.ofParty, always);
      this.state.request = request;
      ofParties.set(party, open);
    }
    return open;
  }

  /** Adds the findings of the rule within the intervals, at the instants that the timeline leaves open. */
  private findWithin<S extends Interval>(
    history: JudgedHolding,
    rule: RuleInForce,
    open: Timeline,
    intervals: ReadonlyArray<S>,
    judgedIn: (interval: S) => Judged,
  ): void {
    for (const interval of intervals) {
      for (let index = firstEndingAfter(open, interval.from); index < open.length; index++) {
        const { from, to } = overlapOf(open[index]!, interval);
        if (from >= to) break;
        judgeThroughout(this.state, rule.compiled.satisfied, from, to, this.verdicts);
      }
      if (this.verdicts.length === 0) continue;
      const judged = judgedIn(interval);
      for (const verdict of this.verdicts) this.find(history, rule, verdict, judged);
      this.verdicts.length = 0;
    }
  }

  private find(
    { holding, population }: JudgedHolding,
    { policy: { version }, compiled, inForce }: RuleInForce,
    { from, to, verdict, reason }: VerdictInterval,
    judged: Judged,
  ): void {
    const force = intervalAt(inForce, from)!;
    const about: FindingSubject = {
      policy: version.policy,
      version: version.version,
      rule: compiled.rule,
      verdict,
      action: judged.party === null ? 'store' : 'reach',
      holding,
      population,
      party: judged.party,
    };
    const { begun, since } = eventsRead(this.state, compiled, { from, to });
    const needed = positions(judged.opened, force.opened, [...begun]);
    const later = [
      ...since,
      ...(judged.to === to ? judged.closed : []),
      ...(force.to === to ? force.closed : []),
    ];
    const { knownSince = (position) => position, goOn } = this.judging;
    goOn?.(stepsOfFinding + judged.path.length);
    this.findings.push({
      ...about,
      path: judged.path,
      from,
      to,
      counts: judged.subjects.cut({ from, to }),
      reason: reason ?? null,
      limits: compiled.limits,
      events: later.length === 0 ? needed : positions(needed, later),
      knownSince: Math.max(0, ...needed.map(knownSince)),
    });
  }
}

/** An interval that is judged as one, with what proves it; for reach, also the party and its path. */
interface Judged extends Span {
  readonly party: string | null;
  readonly path: Finding['path'];
  readonly subjects: StepFunction;
}

/** A path requires data at its end, so the events that brought the data prove it too. */
const judgedReach = (
  party: string,
  { from, to, path }: ReachedInterval,
  presences: ReadonlyArray<Span>,
  subjects: StepFunction,
): Judged => {
  const presence = intervalAt(presences, from);
  const edges = path.edges;
  const ends = edges.filter(({ ended }) => ended === to).flatMap(({ events }) => events);
  return {
    party,
    from,
    to,
    path: edges,
    subjects,
    opened: [...path.opened, ...(presence?.opened ?? [])],
    closed: [...ends, ...(presence?.to === to ? presence.closed : [])],
  };
};

/** The result of a rule for one request over time. */
import type { CompiledRule } from '../../src/domain/policy/cedar/compile.ts';
import { judgeThroughout, type VerdictInterval } from '../../src/domain/policy/cedar/evaluate.ts';
import { EvaluationState } from '../../src/domain/policy/cedar/evaluation-state.ts';
import type { Entities, RequestHistory } from '../../src/domain/policy/cedar/request-history.ts';
import { cover, type Timeline } from '../../src/domain/time/timeline.ts';
import type { Varying } from '../../src/domain/time/varying.ts';

/** Where it is in neither, the rule is not satisfied. */
export interface Verdicts {
  readonly satisfied: Timeline;
  /** Where the evaluation fails, with the first reason. */
  readonly failed: Varying<string>;
}

/** Judges the request throughout the timeline. */
export const verdictsOf = (
  rule: CompiledRule,
  request: RequestHistory,
  entities: Entities,
  throughout: Timeline,
): Verdicts => {
  const state = new EvaluationState(entities, request);
  const verdicts: VerdictInterval[] = [];
  for (const { from, to } of throughout) judgeThroughout(state, rule.satisfied, from, to, verdicts);
  return {
    satisfied: cover(
      verdicts.flatMap(({ from, to, verdict }) => (verdict === 'violated' ? { from, to } : [])),
    ),
    failed: verdicts.flatMap(({ from, to, verdict, reason }) =>
      verdict === 'violated' ? [] : [{ from, to, value: reason! }],
    ),
  };
};

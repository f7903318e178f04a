/**
 * Judges a request over its whole history at once: in which intervals a rule was satisfied, and in which it could not
 * be judged (R19).
 */

import { beginning, type Instant, never } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import { extend, type Timeline, type TimelineDraft } from '../../time/timeline.ts';
import type { CompiledRule, Judgment } from './compile.ts';
import type { EvaluationState } from './evaluation-state.ts';

/** An interval in which a rule was satisfied or its evaluation failed. */
export interface VerdictInterval {
  readonly from: Instant;
  to: Instant;
  readonly verdict: 'violated' | 'indeterminate';
  /**
   * Why the evaluation failed, or which unknown value the verdict depends on; undefined otherwise.
   */
  readonly reason: string | undefined;
}

/** The mark of a verdict that depends on an unknown share (R23). */
const unknownShare = 'rests on a control whose share is not known';

/** Whether the rule would not be satisfied if shares that are not known counted the other way round. */
const restsOnUnknownShare = (state: EvaluationState, judgment: Judgment): boolean => {
  if (!state.restsOnUnknownShare) return false;
  state.countsOtherwise = true;
  const otherwise = judgment(state);
  state.countsOtherwise = false;
  return otherwise !== true;
};

/**
 * Evaluates a rule, or a part of one, throughout `[from, to)`, and appends what it says, in maximal intervals.
 *
 * It is evaluated again only where something that it reads changes: once for a history in which nothing does.
 */
export const judgeThroughout = (
  state: EvaluationState,
  judgment: Judgment,
  from: Instant,
  to: Instant,
  verdicts: VerdictInterval[],
): void => {
  for (let at = from; at < to; at = state.until) {
    state.at = at;
    state.until = to;
    state.restsOnUnknownShare = false;
    const outcome = judgment(state);
    if (outcome === false) continue;
    const verdict = outcome === true ? 'violated' : 'indeterminate';
    const isMarked = restsOnUnknownShare(state, judgment);
    const reason = outcome === true ? (isMarked ? unknownShare : undefined) : outcome.reason;
    const last = verdicts.at(-1);
    if (
      last !== undefined &&
      last.to === at &&
      last.verdict === verdict &&
      (verdict === 'indeterminate' || last.reason === reason)
    )
      last.to = state.until;
    else verdicts.push({ from: at, to: state.until, verdict, reason });
  }
};

/** Where a part of a rule is not false, so that the whole rule may be satisfied or in error. */
export const whereNotFalse = (state: EvaluationState, judgment: Judgment, within: Timeline): Timeline => {
  const open: TimelineDraft = [];
  for (const { from, to } of within) {
    for (let at = from; at < to; at = state.until) {
      state.at = at;
      state.until = to;
      if (judgment(state) !== false) extend(open, at, state.until);
    }
  }
  return open;
};

/** The positions of the events behind what a rule reads. */
export interface ReadEvents {
  /** At the first instant: what the verdict needed to begin. */
  readonly begun: ReadonlySet<number>;
  /** Later, and at the end what changed there: what the verdict rests on meanwhile, and what ended it. */
  readonly since: ReadonlySet<number>;
}

/** The events behind everything that the rule reads in `[from, to)`, and behind what changes at `to`. */
export const eventsRead = (
  state: EvaluationState,
  rule: CompiledRule,
  { from, to }: Interval,
): ReadEvents => {
  const [begun, since] = [new Set<number>(), new Set<number>()];
  state.trace = begun;
  state.traceFrom = beginning;
  for (let at = from; at < to; at = state.until) {
    state.at = at;
    state.until = to;
    rule.satisfied(state);
    state.trace = since;
  }
  if (to !== never) {
    state.at = to;
    state.traceFrom = to;
    rule.satisfied(state);
  }
  state.trace = undefined;
  return { begun, since };
};

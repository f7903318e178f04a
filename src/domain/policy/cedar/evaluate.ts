/**
 * Judges a request over its whole history at once: in which intervals a rule was satisfied, and in which it could not
 * be judged (R19).
 */

import { beginning, type Instant, never } from '../../time/instant.ts';
import type { Interval } from '../../time/interval.ts';
import { extend, type Timeline, type TimelineDraft } from '../../time/timeline.ts';
import type { Piece, Varying } from '../../time/varying.ts';
import type { CompiledRule, Judgment } from './compile.ts';
import { Frame } from './evaluation-state.ts';
import type { Entities, RequestHistory } from './request-history.ts';

/** What a rule says of a request over time; where it says neither, the rule is not satisfied. */
export interface Verdicts {
  readonly satisfied: Timeline;
  /** Where the evaluation fails, with the first reason. Cedar's own engine skips the rule there; a ledger must not. */
  readonly failed: Varying<string>;
}

/** An interval in which a rule was satisfied or its evaluation failed. */
export interface Run {
  readonly from: Instant;
  to: Instant;
  /** Why the evaluation failed, or undefined where the rule was satisfied. */
  readonly reason: string | undefined;
}

/**
 * Evaluates a rule, or a part of one, throughout `[from, to)`, and appends the maximal runs of what it says.
 *
 * It is evaluated at the first instant of each stretch in which nothing that it reads changes: once for a history
 * in which nothing does.
 */
export const sweep = (frame: Frame, judgment: Judgment, from: Instant, to: Instant, runs: Run[]): void => {
  for (let at = from; at < to; at = frame.until) {
    frame.at = at;
    frame.until = to;
    const outcome = judgment(frame);
    if (outcome === false) continue;
    const reason = outcome === true ? undefined : outcome.reason;
    const last = runs.at(-1);
    if (last !== undefined && last.to === at && (last.reason === undefined) === (reason === undefined))
      last.to = frame.until;
    else runs.push({ from: at, to: frame.until, reason });
  }
};

/** Where a part of a rule leaves it open whether the rule is satisfied: wherever it is not false. */
export const leftOpenBy = (frame: Frame, judgment: Judgment, within: Timeline): Timeline => {
  const open: TimelineDraft = [];
  for (const { from, to } of within) {
    for (let at = from; at < to; at = frame.until) {
      frame.at = at;
      frame.until = to;
      if (judgment(frame) !== false) extend(open, at, frame.until);
    }
  }
  return open;
};

/** Judges the request throughout `span`. */
export const verdictsOf = (
  rule: CompiledRule,
  request: RequestHistory,
  entities: Entities,
  span: Timeline,
): Verdicts => {
  const frame = new Frame(entities, request);
  const runs: Run[] = [];
  for (const { from, to } of span) sweep(frame, rule.satisfied, from, to, runs);
  const satisfied: Interval[] = [];
  const failed: Piece<string>[] = [];
  for (const { from, to, reason } of runs) {
    if (reason === undefined) satisfied.push({ from, to });
    else failed.push({ from, to, value: reason });
  }
  return { satisfied, failed };
};

/** The positions of the events behind what a rule reads. */
export interface ReadEvents {
  /** At the first instant: what the verdict needed to begin. */
  readonly begun: ReadonlySet<number>;
  /** Later, and at the end what changed there: what the verdict rests on meanwhile, and what ended it. */
  readonly since: ReadonlySet<number>;
}

/** The events behind everything that the rule reads in `[from, to)`, and behind what changes at `to`. */
export const readBy = (frame: Frame, rule: CompiledRule, { from, to }: Interval): ReadEvents => {
  const [begun, since] = [new Set<number>(), new Set<number>()];
  frame.trace = begun;
  frame.traceFrom = beginning;
  for (let at = from; at < to; at = frame.until) {
    frame.at = at;
    frame.until = to;
    rule.satisfied(frame);
    frame.trace = since;
  }
  if (to !== never) {
    frame.at = to;
    frame.traceFrom = to;
    rule.satisfied(frame);
  }
  frame.trace = undefined;
  return { begun, since };
};

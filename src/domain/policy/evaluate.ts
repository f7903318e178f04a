/**
 * Judges a request over its whole history at once: in which intervals a rule was satisfied, and in which it could not
 * be judged (R19).
 */
import { type Instant, never } from '../time.ts';
import type { Interval, Piece, Timeline, Varying } from '../timeline.ts';
import type { CompiledRule } from './compile.ts';
import { Frame } from './frame.ts';
import type { Entities, RequestHistory } from './request-history.ts';

/** What a rule says of a request over time; where it says neither, the rule is not satisfied. */
export interface Verdicts {
  readonly satisfied: Timeline;
  /** Where the evaluation fails, with the first reason. Cedar's own engine skips the rule there; a ledger must not. */
  readonly failed: Varying<string>;
}

const nothing: Verdicts = { satisfied: [], failed: [] };

interface Run {
  from: Instant;
  to: Instant;
  /** Why the evaluation failed, or undefined where the rule was satisfied. */
  readonly reason: string | undefined;
}

/**
 * Judges the request throughout `span`.
 *
 * The rule is evaluated at the first instant of each stretch in which nothing that it reads changes: once for a history
 * in which nothing does.
 */
export const verdictsOf = (
  rule: CompiledRule,
  request: RequestHistory,
  entities: Entities,
  span: Timeline,
): Verdicts => {
  const frame = new Frame(entities, request);
  let runs: Run[] | undefined;
  for (const { from, to } of span) {
    let at = from;
    while (at < to) {
      frame.at = at;
      frame.until = to;
      const outcome = rule.satisfied(frame);
      const until = frame.until;
      if (outcome !== false) {
        runs ??= [];
        extend(runs, at, until, outcome === true ? undefined : outcome.reason);
      }
      at = until;
    }
  }
  if (runs === undefined) return nothing;
  const satisfied: Interval[] = [];
  const failures: Piece<string>[] = [];
  for (const { from, to, reason } of runs) {
    if (reason === undefined) satisfied.push({ from, to });
    else failures.push({ from, to, value: reason });
  }
  return { satisfied, failed: failures };
};

const extend = (runs: Run[], from: Instant, to: Instant, reason: string | undefined): void => {
  const last = runs.at(-1);
  if (last !== undefined && last.to === from && (last.reason === undefined) === (reason === undefined))
    last.to = to;
  else runs.push({ from, to, reason });
};

/**
 * The positions of the events behind everything that the rule read in `[from, to)`, and behind what it reads at `to`
 * that began there: what a verdict over the interval rests on, and what ended it.
 */
export const readBy = (
  rule: CompiledRule,
  request: RequestHistory,
  entities: Entities,
  { from, to }: Interval,
): ReadonlySet<number> => {
  const frame = new Frame(entities, request);
  const trace = new Set<number>();
  frame.trace = trace;
  let at = from;
  while (at < to) {
    frame.at = at;
    frame.until = to;
    rule.satisfied(frame);
    at = frame.until;
  }
  if (to !== never) {
    frame.at = to;
    frame.traceFrom = to;
    rule.satisfied(frame);
  }
  return trace;
};

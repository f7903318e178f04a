/**
 * Spans: the uninterrupted intervals of an edge, with the events that opened and closed each.
 */
import { type FactOf, foldingOrder } from '../recording/facts.ts';
import type { Instant } from '../time/instant.ts';
import { Course } from '../time/presence.ts';
import type { Interval } from '../time/timeline.ts';
import type { ReachMisfit, ReachMisfitCode } from './misfit.ts';

/** One uninterrupted interval, with the positions of the events that opened and closed it. */
export interface Span extends Interval {
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
}

/** Positions in log order, each once. */
export const positions = (...lists: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  if (lists.length === 1 && lists[0]!.length < 2) return lists[0]!;
  const all = lists.flat().sort((a, b) => a - b);
  return all.filter((position, index) => index === 0 || position !== all[index - 1]);
};

/**
 * What holds while any of several causes does, as maximal spans. All that began together with a span opened it, all
 * that ended together with it closed it.
 */
export const mergeSpans = (causes: ReadonlyArray<ReadonlyArray<Span>>): ReadonlyArray<Span> => {
  if (causes.length === 1) return causes[0]!;
  const groups: { from: Instant; to: Instant; spans: Span[] }[] = [];
  for (const span of causes.flat().sort((a, b) => a.from - b.from)) {
    const last = groups.at(-1);
    if (last !== undefined && span.from <= last.to) {
      last.to = Math.max(last.to, span.to);
      last.spans.push(span);
    } else groups.push({ from: span.from, to: span.to, spans: [span] });
  }
  return groups.map(({ from, to, spans }) => ({
    from,
    to,
    opened: positions(...spans.filter((span) => span.from === from).map((span) => span.opened)),
    closed: positions(...spans.filter((span) => span.to === to).map((span) => span.closed)),
  }));
};

type LastingEvent = 'MembershipBegan' | 'MembershipEnded' | 'ControlBegan' | 'ControlEnded';

/**
 * Folds the beginnings and endings of one thing that lasts or does not. Beginning what lasts, or ending what does not,
 * changes nothing (R13); only the state after the last event of an instant counts (R3).
 */
export const foldLasting = (
  facts: ReadonlyArray<FactOf<LastingEvent>>,
  codes: { readonly began: ReachMisfitCode; readonly ended: ReachMisfitCode },
): { readonly spans: ReadonlyArray<Span>; readonly misfits: ReadonlyArray<ReachMisfit> } => {
  const misfits: ReachMisfit[] = [];
  const course = new Course();
  let lasts = false;
  for (const { type, position, time } of facts.length < 2 ? facts : [...facts].sort(foldingOrder)) {
    const begins = type === 'MembershipBegan' || type === 'ControlBegan';
    if (begins === lasts) misfits.push({ position, code: begins ? codes.began : codes.ended });
    else if (begins) course.enter(time, [position]);
    else course.leave(time, position);
    lasts = begins;
  }
  return {
    spans: course.presences().map(({ from, to, opened, closed }) => ({ from, to, opened, closed })),
    misfits,
  };
};

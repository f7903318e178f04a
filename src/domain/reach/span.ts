/**
 * Spans: the uninterrupted intervals of an edge, with the events that opened and closed each.
 */
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/timeline.ts';

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

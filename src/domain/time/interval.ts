/**
 * Intervals: from an instant on, and up to another one.
 *
 * What is kept over time is a list of intervals, in order and disjoint: a timeline where nothing but the time matters, a
 * `Varying` where each interval carries a value, spans where each carries the events that opened and closed it.
 */
import { beginning, type Instant, never } from './instant.ts';

/** Half-open, `[from, to)`: `from` is in, `to` is out. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

/** Whether the instant lies in the interval. */
export const contains = ({ from, to }: Interval, instant: Instant): boolean =>
  from <= instant && instant < to;

/** Whether some instant lies in both. */
export const overlaps = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

/** The instants that lie in both; `from` is not before `to` if there are none. */
export const overlapOf = (a: Interval, b: Interval): Interval => ({
  from: Math.max(a.from, b.from),
  to: Math.min(a.to, b.to),
});

/** The order of time: by `from`, then by `to`. */
export const timeOrder = (a: Interval, b: Interval): number => a.from - b.from || a.to - b.to;

/**
 * The index of the first interval that ends after the instant: the one that contains it, or else the next one. Their
 * number if there is none. Logarithmic.
 *
 * @param intervals in order and disjoint.
 */
export const firstEndingAfter = (intervals: ReadonlyArray<Interval>, instant: Instant): number => {
  // Written out, not with `firstNotBefore`: the evaluation of policies stands on it.
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (intervals[middle]!.to <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
};

/**
 * The interval that contains the instant, whole. Logarithmic.
 *
 * @param intervals in order and disjoint.
 */
export const intervalAt = <I extends Interval>(
  intervals: ReadonlyArray<I>,
  instant: Instant,
): I | undefined => {
  const found = intervals[firstEndingAfter(intervals, instant)];
  return found !== undefined && found.from <= instant ? found : undefined;
};

/**
 * The parts of the intervals that lie within another one; each keeps what it carries.
 *
 * @param intervals in order and disjoint.
 */
export const cut = <I extends Interval>(intervals: ReadonlyArray<I>, within: Interval): ReadonlyArray<I> => {
  const out: I[] = [];
  for (let index = firstEndingAfter(intervals, within.from); index < intervals.length; index++) {
    const interval = intervals[index]!;
    if (interval.from >= within.to) break;
    const from = Math.max(interval.from, within.from);
    const to = Math.min(interval.to, within.to);
    if (from < to) out.push({ ...interval, from, to });
  }
  return out;
};

/**
 * Visits each two intervals of two lists that overlap, with the instants that lie in both, in order. Linear in both.
 *
 * @param a in order and disjoint, as `b` is.
 */
export const visitOverlaps = <A extends Interval, B extends Interval>(
  a: ReadonlyArray<A>,
  b: ReadonlyArray<B>,
  visitor: (a: A, b: B, from: Instant, to: Instant) => void,
): void => {
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [one, other] = [a[i]!, b[j]!];
    const from = one.from > other.from ? one.from : other.from;
    const to = one.to < other.to ? one.to : other.to;
    if (from < to) visitor(one, other, from, to);
    if (one.to < other.to) i++;
    else j++;
  }
};

/**
 * Visits the parts of `[from, to)` that lie in none of the intervals, in order.
 *
 * @param intervals in order and disjoint.
 */
export const visitGaps = (
  intervals: ReadonlyArray<Interval>,
  from: Instant,
  to: Instant,
  visitor: (from: Instant, to: Instant) => void,
): void => {
  let start = from;
  for (let index = firstEndingAfter(intervals, from); start < to; index++) {
    const next = intervals[index];
    const end = next === undefined || next.from > to ? to : next.from;
    if (start < end) visitor(start, end);
    start = next === undefined ? to : next.to;
  }
};

/**
 * The interval around the instant in which the same interval contains each instant, or none does.
 *
 * @param intervals in order and disjoint.
 */
export const unchangedAround = (intervals: ReadonlyArray<Interval>, instant: Instant): Interval => {
  const index = firstEndingAfter(intervals, instant);
  const found = intervals[index];
  if (found !== undefined && found.from <= instant) return found;
  return { from: intervals[index - 1]?.to ?? beginning, to: found?.from ?? never };
};

/** An interval without gaps, and the intervals it is made of, in the order of time. */
export interface Coalesced<I extends Interval> extends Interval {
  readonly parts: ReadonlyArray<I>;
}

/**
 * The intervals put together where they overlap or meet, whatever their order: maximal intervals in order, disjoint and
 * not adjacent, each with its parts. Empty intervals are left out.
 */
export const coalesce = <I extends Interval>(intervals: ReadonlyArray<I>): ReadonlyArray<Coalesced<I>> => {
  const out: { from: Instant; to: Instant; parts: I[] }[] = [];
  for (const interval of [...intervals].sort(timeOrder)) {
    const { from, to } = interval;
    if (from >= to) continue;
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
      last.parts.push(interval);
    } else out.push({ from, to, parts: [interval] });
  }
  return out;
};

/** Every instant at which one of the intervals begins or ends, once, in order. */
export const boundsOf = (intervals: Iterable<Interval>): ReadonlyArray<Instant> => {
  const bounds = new Set<Instant>();
  for (const { from, to } of intervals) bounds.add(from).add(to);
  return [...bounds].sort((a, b) => a - b);
};

/** The elementary intervals: those between neighbouring bounds, in which none of the intervals begins or ends. */
export const elementaryIntervals = (intervals: Iterable<Interval>): ReadonlyArray<Interval> => {
  const bounds = boundsOf(intervals);
  return bounds.slice(1).map((to, index) => ({ from: bounds[index]!, to }));
};

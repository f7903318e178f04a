/**
 * Intervals and timelines: the one idea that carries Domicile.
 *
 * An interval is half-open, `[from, to)`. A timeline is a list of disjoint intervals in order, none empty, no two
 * adjacent: the instants at which something held. Cover, intersect and subtract are all the algebra questions need.
 */
import { beginning, type Instant, never } from './instant.ts';

/** Half-open: `from` is in, `to` is out. */
export interface Interval {
  readonly from: Instant;
  readonly to: Instant;
}

/** Disjoint, ordered, non-empty, non-adjacent intervals. */
export type Timeline = ReadonlyArray<Interval>;

/** Holds at no instant. */
export const nowhen: Timeline = [];
/** Holds at every instant. */
export const always: Timeline = [{ from: beginning, to: never }];

/** The timeline that holds exactly in `[from, to)`. */
export const between = (from: Instant, to: Instant): Timeline => (from < to ? [{ from, to }] : nowhen);

/** Whether the timeline holds at the instant. Logarithmic in its intervals. */
export const holdsAt = (timeline: Timeline, instant: Instant): boolean =>
  intervalAt(timeline, instant) !== undefined;

/** The interval that contains the instant, whole. */
export const intervalAt = <I extends Interval>(
  timeline: ReadonlyArray<I>,
  instant: Instant,
): I | undefined => {
  let low = 0;
  let high = timeline.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const interval = timeline[middle]!;
    if (instant < interval.from) high = middle - 1;
    else if (instant >= interval.to) low = middle + 1;
    else return interval;
  }
  return undefined;
};

/** The instants covered by any of the intervals, whatever their order and overlaps. */
export const cover = (intervals: ReadonlyArray<Interval>): Timeline => {
  if (intervals.length < 2) return intervals.filter((interval) => interval.from < interval.to);
  const sorted = [...intervals].sort((a, b) => a.from - b.from);
  const out: { from: Instant; to: Instant }[] = [];
  for (const { from, to } of sorted) {
    if (from >= to) continue;
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else out.push({ from, to });
  }
  return out;
};

/** Either holds. */
export const union = (a: Timeline, b: Timeline): Timeline =>
  a.length === 0 ? b : b.length === 0 ? a : cover([...a, ...b]);

/** Both hold. Linear in the intervals of both. */
export const intersect = (a: Timeline, b: Timeline): Timeline => {
  const out: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i]!.from, b[j]!.from);
    const to = Math.min(a[i]!.to, b[j]!.to);
    if (from < to) out.push({ from, to });
    if (a[i]!.to < b[j]!.to) i++;
    else j++;
  }
  return out;
};

/** The first holds, the second does not. Linear in the intervals of both. */
export const subtract = (a: Timeline, b: Timeline): Timeline => {
  if (a.length === 0 || b.length === 0) return a;
  const out: Interval[] = [];
  let j = 0;
  for (const { from, to } of a) {
    let start = from;
    while (j < b.length && b[j]!.to <= start) j++;
    let k = j;
    while (k < b.length && b[k]!.from < to) {
      if (b[k]!.from > start) out.push({ from: start, to: b[k]!.from });
      start = Math.max(start, b[k]!.to);
      k++;
    }
    if (start < to) out.push({ from: start, to });
  }
  return out;
};

/** Does not hold. */
export const complement = (timeline: Timeline): Timeline => subtract(always, timeline);

/** A value that changes over time: the pieces are in order and disjoint; between them there is none. */
export interface Piece<A> extends Interval {
  readonly value: A;
}
export type Varying<A> = ReadonlyArray<Piece<A>>;

/** The value at the instant, if there is one. */
export const valueAt = <A>(varying: Varying<A>, instant: Instant): A | undefined =>
  intervalAt(varying, instant)?.value;

/** The instants at which the value satisfies the predicate. */
export const when = <A>(varying: Varying<A>, predicate: (value: A) => boolean): Timeline =>
  cover(varying.filter((piece) => predicate(piece.value)));

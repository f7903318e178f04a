/**
 * Timelines: the instants at which something held.
 *
 * A timeline is a list of disjoint intervals in order, none empty, no two adjacent. Cover, union, intersect and subtract
 * are all the algebra questions need.
 */
import { beginning, type Instant, never } from './instant.ts';
import { type Interval, intervalAt, timeOrder } from './interval.ts';

/** Disjoint, ordered, non-empty, non-adjacent intervals. */
export type Timeline = ReadonlyArray<Interval>;

/** Whether both hold at the same instants. */
export const sameTimeline = (a: Timeline, b: Timeline): boolean =>
  a === b ||
  (a.length === b.length && a.every(({ from, to }, index) => from === b[index]!.from && to === b[index]!.to));

/** Holds at every instant. */
export const always: Timeline = [{ from: beginning, to: never }];

/** Whether the timeline holds at the instant. Logarithmic in its intervals. */
export const holdsAt = (timeline: Timeline, instant: Instant): boolean =>
  intervalAt(timeline, instant) !== undefined;

/** A timeline that is being put together. */
export type TimelineDraft = { readonly from: Instant; to: Instant }[];

/** Adds an interval that begins no earlier than the last one; it goes on from there if it meets or overlaps it. */
export const extend = (timeline: TimelineDraft, from: Instant, to: Instant): void => {
  if (from >= to) return;
  const last = timeline.at(-1);
  if (last === undefined || from > last.to) timeline.push({ from, to });
  else if (to > last.to) last.to = to;
};

/** The instants covered by any of the intervals, whatever their order and overlaps. */
export const cover = (intervals: ReadonlyArray<Interval>): Timeline => {
  if (intervals.length < 2) return intervals.filter(({ from, to }) => from < to);
  const out: TimelineDraft = [];
  for (const { from, to } of [...intervals].sort(timeOrder)) extend(out, from, to);
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

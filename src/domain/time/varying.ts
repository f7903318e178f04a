/**
 * Values that vary over time: a value in each interval, and none between them.
 */
import { type Instant, never } from './instant.ts';
import { cut, type Interval, intervalAt } from './interval.ts';
import { extend, type Timeline, type TimelineDraft } from './timeline.ts';

/** A value while it lasted. */
export interface Piece<A> extends Interval {
  readonly value: A;
}

/** Pieces in order and disjoint; where there is no piece there is no value. */
export type Varying<A> = ReadonlyArray<Piece<A>>;

/** A value from an instant on. */
export interface Change<A> {
  readonly from: Instant;
  readonly value: A;
}

/** Each value lasts until the next change, the last one forever; of several at one instant the last counts (R3). */
export const untilNext = <A>(changes: ReadonlyArray<Change<A>>): Varying<A> => {
  const out: Piece<A>[] = [];
  changes.forEach(({ from, value }, index) => {
    const to = changes[index + 1]?.from ?? never;
    if (from < to) out.push({ from, to, value });
  });
  return out;
};

/** The value at the instant, if there is one. Logarithmic in the pieces. */
export const valueAt = <A>(varying: Varying<A>, instant: Instant): A | undefined =>
  intervalAt(varying, instant)?.value;

/** The instants at which the value satisfies the predicate. Linear in the pieces. */
export const when = <A>(varying: Varying<A>, predicate: (value: A) => boolean): Timeline => {
  const out: TimelineDraft = [];
  for (const { from, to, value } of varying) if (predicate(value)) extend(out, from, to);
  return out;
};

/** Pieces that meet and have the same value, as one. */
export const joinEqual = <A>(
  varying: Varying<A>,
  isSame: (a: A, b: A) => boolean = (a, b) => a === b,
): Varying<A> => {
  const out: { readonly from: Instant; to: Instant; readonly value: A }[] = [];
  for (const { from, to, value } of varying) {
    const last = out.at(-1);
    if (last?.to === from && isSame(last.value, value)) last.to = to;
    else out.push({ from, to, value });
  }
  return out;
};

/** The pieces within an interval, and another value throughout the gaps: the interval is filled without a gap. */
export const fill = <A, B>(varying: Varying<A>, within: Interval, absent: B): Varying<A | B> => {
  const out: Piece<A | B>[] = [];
  let at = within.from;
  for (const piece of cut(varying, within)) {
    if (at < piece.from) out.push({ from: at, to: piece.from, value: absent });
    out.push(piece);
    at = piece.to;
  }
  if (at < within.to) out.push({ from: at, to: within.to, value: absent });
  return out;
};

/** The ends of intervals in answers as numbers. */

/** The begin of an interval; null is the beginning of time. */
export const beginOf = (from: string | null): number =>
  from === null ? Number.NEGATIVE_INFINITY : Date.parse(from);

/** The end of an interval; null means that it has not ended. */
export const endOf = (to: string | null): number => (to === null ? Number.POSITIVE_INFINITY : Date.parse(to));

/** Whether an interval contains an instant. */
export const holdsAt = (
  { from, to }: { readonly from: string | null; readonly to: string | null },
  at: number,
): boolean => beginOf(from) <= at && at < endOf(to);

/** Orders bounds of intervals, the beginning of time first. */
export const byBegin = (a: string | null, b: string | null): number => beginOf(a) - beginOf(b) || 0;

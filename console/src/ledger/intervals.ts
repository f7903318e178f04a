/**
 * The ends of intervals, as answers write them, as numbers.
 */

/** Where an interval begins; null is the beginning of time. */
export const beginOf = (from: string | null): number =>
  from === null ? Number.NEGATIVE_INFINITY : Date.parse(from);

/** Where an interval ends; null means still so. */
export const endOf = (to: string | null): number => (to === null ? Number.POSITIVE_INFINITY : Date.parse(to));

/** Whether an interval contains an instant. */
export const holdsAt = (
  { from, to }: { readonly from: string | null; readonly to: string | null },
  at: number,
): boolean => beginOf(from) <= at && at < endOf(to);

/** Orders bounds of intervals, the beginning of time first. */
export const byBegin = (a: string | null, b: string | null): number => beginOf(a) - beginOf(b) || 0;

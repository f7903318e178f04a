/**
 * Rows that several screens show in the same way, and the ends of their intervals as numbers.
 */
import type {
  FindingRow,
  PolicyRow,
  ReachRow,
  WireCut,
  WireDifference,
  WirePathEdge,
} from '../../../src/client/rows.ts';

export type { FindingRow, PolicyRow };
export type PathEdge = WirePathEdge;
export type SubjectReachRow = ReachRow;
export type ReachInterval = ReachRow['intervals'][number];
export type CutEdge = WireCut['close'][number];
export type DifferenceRows = WireDifference;

/** Where an interval begins; null is the beginning of time. */
export const beginOf = (from: string | null): number =>
  from === null ? Number.NEGATIVE_INFINITY : Date.parse(from);

/** Where an interval ends; null is that it lasts. */
export const endOf = (to: string | null): number => (to === null ? Number.POSITIVE_INFINITY : Date.parse(to));

/** Whether an interval contains an instant. */
export const holdsAt = (
  { from, to }: { readonly from: string | null; readonly to: string | null },
  at: number,
): boolean => beginOf(from) <= at && at < endOf(to);

/** Orders bounds of intervals, the beginning of time first. */
export const byBegin = (a: string | null, b: string | null): number => beginOf(a) - beginOf(b) || 0;

/**
 * The order in which events are folded: R3.
 */
import type { Instant } from '../time/instant.ts';

/** A place in folding order: a valid time, and a position in the log among the events of that time. */
export interface FoldingPlace {
  readonly time: Instant;
  readonly position: number;
}

/** By valid time, then by position in the log (R3). */
export const foldingOrder = (a: FoldingPlace, b: FoldingPlace): number =>
  a.time - b.time || a.position - b.position;

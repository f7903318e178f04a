/**
 * How many people a followed subject stands for: people who share their facts are followed as one.
 */

import { firstNotBefore } from '../time/binary-search.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';

/** For how many people each followed subject stands. */
export interface Weights {
  /** How many, once all of them are there. */
  weightOf(subject: string): number;
  /**
   * When each of them was enrolled, in order, where they came one after the other and fared alike ever since: the
   * subject is followed from the first of these instants on. None where they came at once.
   */
  arrivalsOf(subject: string): Float64Array | undefined;
}

/** Everyone is followed alone. */
export const eachAlone: Weights = { weightOf: () => 1, arrivalsOf: () => undefined };

/** The arrivals that a presence grows by: those of a presence that began with the first of them. */
export const arrivalsIn = (weights: Weights, subject: string, from: Instant): Float64Array | undefined => {
  const arrivals = weights.arrivalsOf(subject);
  return arrivals !== undefined && arrivals[0] === from ? arrivals : undefined;
};

/** How many people a presence of a followed subject is of, at an instant within it. */
export const peopleIn = (
  weights: Weights,
  { subject, from }: Interval & { readonly subject: string },
  at: Instant,
): number => {
  const arrivals = arrivalsIn(weights, subject, from);
  if (arrivals === undefined) return weights.weightOf(subject);
  return firstNotBefore(arrivals.length, (index) => arrivals[index]! <= at);
};

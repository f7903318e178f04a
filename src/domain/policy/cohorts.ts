/**
 * Cohorts: people who share their facts are followed as one subject, which represents all of them.
 */

import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { StepFunction } from '../time/step-function.ts';

/** The cohort that each followed subject stands for. */
export interface Cohorts {
  /** How many people, once all of them are there. */
  sizeOf(subject: string): number;
  /**
   * How many of them were enrolled by each instant; undefined if they came at once. The subject is followed from the first
   * enrolment on, and its later history is that of each of them from their own enrolment on.
   */
  arrivalsOf(subject: string): StepFunction | undefined;
}

/** Each person is followed alone. */
export const cohortsOfOne: Cohorts = { sizeOf: () => 1, arrivalsOf: () => undefined };

/** The arrivals that a presence grows by, if it began with the first of them. */
export const arrivalsIn = (cohorts: Cohorts, subject: string, from: Instant): StepFunction | undefined => {
  const arrivals = cohorts.arrivalsOf(subject);
  return arrivals?.times[0] === from ? arrivals : undefined;
};

/** How many people a presence of a followed subject holds, at an instant within it. */
export const peopleAt = (
  cohorts: Cohorts,
  { subject, from }: Interval & { readonly subject: string },
  at: Instant,
): number => {
  const arrivals = arrivalsIn(cohorts, subject, from);
  return arrivals === undefined ? cohorts.sizeOf(subject) : arrivals.at(at);
};

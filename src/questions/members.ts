/**
 * How many subjects are in a population.
 */

import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { Instant } from '../domain/time/instant.ts';
import { endOf } from './enrolment-cohorts.ts';
import type { IndividualCounts } from './individual-counts.ts';
import { withIndividualCounts } from './kept-counts.ts';
import type { View } from './view.ts';

/** How many subjects in cohorts of a population were enrolled before a place. */
export const enrolledInCohorts = (
  view: View,
  population: string,
  counts: IndividualCounts,
): ((place: FoldingPlace) => number) => {
  const list = view.index.enrolmentsIn(population, view.recordedUpTo);
  if (list === undefined) return () => 0;
  return (place) => list.before(place) - counts.enrolledBefore(population, place);
};

/** How many subjects are in a population at an instant. */
export const membersAt = (view: View, population: string, validAt: Instant): number =>
  withIndividualCounts(view, (counts) => {
    counts.addPopulation(view, population);
    counts.addAll(view, view.simulatedSubjects());
    return (
      enrolledInCohorts(view, population, counts)(endOf(validAt)) + counts.membersAt(population, validAt)
    );
  });

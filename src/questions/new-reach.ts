/** Simulates recording some events: who would newly reach what, judged for each person (R20). */
import type { SimulatedReachRow } from '../contract/rows/reach.ts';
import { type NewReach, newlyReachedBetween, type ReachedWorld } from '../domain/policy/newly-reached.ts';
import type { Instant } from '../domain/time/instant.ts';
import { dividing } from './enrolment-cohorts.ts';
import { wireHoldingReach } from './party-reach.ts';
import { reachIndexOf } from './reach.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { residencyOfMany } from './residency-of-many.ts';
import type { View } from './view.ts';
import { namedSubjects } from './whole-history.ts';

/** A party's new reach, as it goes over the wire. */
export const wireNewReach = ({ party, ...reached }: NewReach): SimulatedReachRow => ({
  party,
  ...wireHoldingReach(reached),
});

/**
 * Where everybody's data was as two views know it, in the same cohorts, so that they can be compared person by
 * person.
 */
const comparable = (views: readonly [View, View]): ReadonlyArray<ReachedWorld> => {
  const followed = new Set<string>();
  for (const view of views) {
    for (const subject of view.index.movedIndividuals().subjects) followed.add(subject);
    for (const subject of namedSubjects(view, reachIndexOf(view))) followed.add(subject);
    for (const subject of view.simulatedSubjects()) followed.add(subject);
  }
  const divisions = views.map((view) => {
    const facts = new ResidencyFacts(view);
    for (const population of view.populations()) facts.addPopulation(population);
    for (const subject of followed) facts.addSubject(subject);
    return dividing(facts.facts.values());
  });
  return views.map((view) => {
    const { residency, ...cohorts } = residencyOfMany(
      view,
      view.populations(),
      followed,
      'always',
      (population) => divisions.flatMap((of) => of(population)),
    );
    return { residency, cohorts, reach: reachIndexOf(view) };
  });
};

/**
 * What parties would newly reach, from `at` on, if what `from` knows became what `to` knows. Judged for each
 * person; by party, then in the order of `reachOfParty`.
 */
export const newReachBetween = (from: View, to: View, at: Instant): ReadonlyArray<NewReach> => {
  const [before, after] = comparable([from, to]) as [ReachedWorld, ReachedWorld];
  return newlyReachedBetween(before, after, at);
};

/**
 * Where the data of many people was: individuals one by one, everybody else in cohorts. The numbers are exact, and
 * their cost depends on the events, not on the number of people.
 */
import type { Cohorts } from '../domain/policy/cohorts.ts';
import type { Fact } from '../domain/recording/facts.ts';
import { type FoldingPlace, foldingOrder } from '../domain/recording/folding-order.ts';
import { foldResidency } from '../domain/residency/fold-residency.ts';
import type { Residency } from '../domain/residency/residency.ts';
import type { Instant } from '../domain/time/instant.ts';
import {
  type Cohort,
  cohortsOverTime,
  cohortsUntil,
  dividing,
  withoutIndividuals,
} from './enrolment-cohorts.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { RunningCount } from './running-count.ts';
import { enrolmentsOf } from './subject-enrolments.ts';
import type { View } from './view.ts';

/** A residency of many people, and how many each followed subject stands for. */
export interface ResidencyOfMany extends Cohorts {
  readonly residency: Residency;
}

/** The prefix of subjects that stand for cohorts. No identifier contains a line feed. */
const cohortPrefix = '\n';

/**
 * Where the data of everybody in some populations, and of further subjects, was.
 *
 * @param until the sizes of cohorts hold at this instant and exclude later enrolments; `always` includes all, with
 * the
 *   arrivals of each subject, so that the numbers are known at every instant.
 * @param divisionsToo further divisions of cohorts over time, so that another residency has the same cohorts.
 */
export const residencyOfMany = (
  view: View,
  populations: Iterable<string>,
  subjects: Iterable<string>,
  until: Instant | 'always',
  divisionsToo?: (population: string) => ReadonlyArray<FoldingPlace>,
): ResidencyOfMany => {
  const facts = new ResidencyFacts(view);
  for (const population of populations) facts.addPopulation(population);
  for (const subject of [...subjects, ...view.simulatedSubjects()]) facts.addSubject(subject);
  for (const population of [...facts.populations]) {
    for (const subject of view.index.individualsOf(population).subjects) facts.addSubject(subject);
  }
  const followed = enrolmentsOf(view, facts.subjects);
  return withCohorts(facts, (population, divisions) => {
    const list = view.index.enrolmentsIn(population, view.recordedUpTo);
    if (list === undefined) return [];
    const individuals = [...(followed.get(population) ?? [])].sort(foldingOrder);
    if (until === 'always')
      return cohortsOverTime(
        withoutIndividuals(list.enrolments(), individuals),
        divisionsToo === undefined
          ? divisions
          : [...divisions, ...divisionsToo(population)].sort(foldingOrder),
      );
    const enrolled = new RunningCount();
    for (const place of individuals) enrolled.add(place, 1);
    return cohortsUntil(divisions, until, (place) => list.before(place) - enrolled.before(place));
  });
};

/** Folds the collected facts together with the cohorts of each population; one enrolled subject stands for each. */
export const withCohorts = (
  facts: ResidencyFacts,
  cohortsOf: (population: string, divisions: ReadonlyArray<Fact>) => ReadonlyArray<Cohort>,
): ResidencyOfMany => {
  const divisionsOf = dividing(facts.facts.values());
  const cohorts = new Map<string, Cohort>();
  const enrolments: Fact[] = [];
  for (const population of facts.populations) {
    for (const cohort of cohortsOf(population, divisionsOf(population))) {
      // The same cohort has the same name in every question.
      const subject = `${cohortPrefix}${population} ${cohort.position}`;
      cohorts.set(subject, cohort);
      enrolments.push({
        position: cohort.position,
        type: 'SubjectEnrolled',
        time: cohort.time,
        assurance: 'verified',
        data: { subject, population },
        corrections: [],
      } as Fact);
    }
  }
  const residency = foldResidency(
    [...facts.facts.values(), ...enrolments],
    (subject) => subject.startsWith(cohortPrefix) || facts.subjects.has(subject),
    (steps) => facts.view.work.goOn(steps),
  );
  return {
    residency,
    sizeOf: (subject) => cohorts.get(subject)?.count ?? 1,
    arrivalsOf: (subject) => cohorts.get(subject)?.arrivals,
  };
};

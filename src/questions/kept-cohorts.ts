/** The people of populations who are counted in cohorts, and the accesses to the data of populations. */
import { isPopulation } from '../domain/events/scope.ts';
import { peopleAt } from '../domain/policy/cohorts.ts';
import type { DataClass } from '../domain/reach/data-class.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { Instant } from '../domain/time/instant.ts';
import { contains } from '../domain/time/interval.ts';
import { cohortsOverTime, withoutIndividuals } from './enrolment-cohorts.ts';
import type { KeptAccess } from './history-of-some.ts';
import { type HoldingsOfPopulation, isIn } from './individual-unions.ts';
import { ResidencyFacts } from './residency-facts.ts';
import { type ResidencyOfMany, withCohorts } from './residency-of-many.ts';
import type { View } from './view.ts';

/** The state of one population. */
interface PopulationInCohorts {
  readonly people: ResidencyOfMany;
  readonly accesses: ReadonlyArray<KeptAccess>;
}

/** The cohorts of all populations, rebuilt one population at a time. */
export class KeptCohorts {
  private readonly populations = new Map<string, PopulationInCohorts>();
  private readonly stale = new Set<string>();

  /** Marks the cohorts of a population for rebuilding. */
  touch(population: string): void {
    this.stale.add(population);
  }

  /** The cohorts of a population. */
  in(population: string): ResidencyOfMany | undefined {
    return this.populations.get(population)?.people;
  }

  /**
   * How many people in cohorts were in any of the holdings at an instant; undefined if none of the holdings existed
   * then.
   */
  peopleIn(holdings: HoldingsOfPopulation, at: Instant): number | undefined {
    const { population } = holdings;
    const cohorts = this.populations.get(population)?.people;
    const isOf = isIn(holdings);
    const isHeld = cohorts?.residency.holdings.some((presence) => isOf(presence) && contains(presence, at));
    if (cohorts === undefined || isHeld !== true) return undefined;
    const people = new Map<string, number>();
    for (const presence of cohorts.residency.presencesIn(population)) {
      if (!isOf(presence) || !contains(presence, at)) continue;
      const { subject } = presence;
      people.set(subject, Math.max(people.get(subject) ?? 0, peopleAt(cohorts, presence, at)));
    }
    let sum = 0;
    for (const count of people.values()) sum += count;
    return sum;
  }

  /** Every access to the data of a population. */
  *accesses(): Iterable<KeptAccess> {
    for (const { accesses } of this.populations.values()) yield* accesses;
  }

  /**
   * Rebuilds the marked cohorts. It can stop between two populations.
   *
   * @param individuals the enrolments of a population's individuals.
   * @param made called with each rebuilt population, after everything is read.
   */
  bring(
    view: View,
    individuals: (population: string) => ReadonlyArray<FoldingPlace>,
    made: (population: string, people: ResidencyOfMany) => void,
  ): void {
    for (const population of [...this.stale]) {
      view.work.goOn();
      const people = cohortsIn(view, population, individuals(population));
      const accesses = accessesToPopulation(view, population, people);
      made(population, people);
      this.populations.set(population, { people, accesses });
      this.stale.delete(population);
    }
  }

  copy(): KeptCohorts {
    const copy = new KeptCohorts();
    for (const [population, kept] of this.populations) copy.populations.set(population, kept);
    for (const population of this.stale) copy.stale.add(population);
    return copy;
  }
}

const cohortsIn = (
  view: View,
  population: string,
  individuals: ReadonlyArray<FoldingPlace>,
): ResidencyOfMany =>
  withCohorts(new ResidencyFacts(view).addPopulation(population), (_, divisions) => {
    const list = view.index.enrolmentsIn(population, view.recordedUpTo);
    if (list === undefined) return [];
    return cohortsOverTime(withoutIndividuals(list.enrolments(), individuals), divisions);
  });

const accessesToPopulation = (
  view: View,
  population: string,
  { residency }: ResidencyOfMany,
): ReadonlyArray<KeptAccess> =>
  view
    .factsOf('population', population, 'AccessObserved')
    .filter(({ data }) => isPopulation(data.scope) && data.scope.population === population)
    .map((access): KeptAccess => {
      const { dataset, site = null } = access.data;
      const isOf = isIn({ population, dataset, site });
      return {
        access,
        population,
        data: residency.holdings
          .filter((presence) => isOf(presence) && contains(presence, access.time))
          .map(
            ({ holding }): DataClass => ({
              dataset,
              site: holding.site,
              backup: holding.kind === 'backup' ? holding.backup : null,
              populations: [population],
              subject: null,
            }),
          ),
      };
    });

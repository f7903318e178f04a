/**
 * Accesses to the data of one subject: to its own data, and to that of a population while the subject's data was
 * part of it (R16).
 */
import { isPopulation } from '../domain/events/scope.ts';
import { type FactOf, isFact } from '../domain/recording/facts.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { contains } from '../domain/time/interval.ts';
import type { View } from './view.ts';

/** Whether an access to a population's data was also one to the subject's. */
const wasWithin = (
  residency: Residency,
  subject: string,
  { time, data }: FactOf<'AccessObserved'>,
): boolean =>
  residency.presences.some(
    ({ subject: whose, holding, ...interval }) =>
      whose === subject &&
      holding.dataset === data.dataset &&
      (data.site === undefined || holding.site === data.site) &&
      contains(interval, time) &&
      isPopulation(data.scope) &&
      (holding.kind === 'live'
        ? holding.population === data.scope.population
        : holding.kind === 'backup' &&
          isPopulation(holding.scope) &&
          holding.scope.population === data.scope.population),
  );

/** The populations that the subject was ever in, or whose holdings ever contained its data. */
export const populationsBehind = (residency: Residency, subject: string): ReadonlySet<string> => {
  const populations = new Set(
    [...(residency.memberships.get(subject) ?? [])].map(({ value }) => value.population),
  );
  for (const { holding } of residency.presences) {
    if (holding.kind === 'live') populations.add(holding.population);
    if (holding.kind === 'backup' && isPopulation(holding.scope)) populations.add(holding.scope.population);
  }
  return populations;
};

/**
 * The accesses to the subject's data: to its own first, then by population.
 *
 * @param residency of that subject alone.
 */
export const accessesTo = (
  view: View,
  residency: Residency,
  subject: string,
): ReadonlyArray<FactOf<'AccessObserved'>> => {
  const own = view
    .factsAbout(subject)
    .filter((fact) => isFact(fact, 'AccessObserved'))
    .filter(({ data }) => !isPopulation(data.scope) && data.scope.subject === subject);
  const ofAll = [...populationsBehind(residency, subject)].flatMap((population) =>
    view
      .factsOf('population', population, 'AccessObserved')
      .filter(({ data }) => isPopulation(data.scope) && data.scope.population === population)
      .filter((access) => wasWithin(residency, subject, access)),
  );
  return [...own, ...ofAll];
};

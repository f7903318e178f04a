/**
 * What events scoped to a population do: R8. Each affects only that population's own holdings.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { FactOf } from '../recording/facts.ts';
import type { FoldingPlace } from '../recording/folding-order.ts';
import type { Arrivals, LiveHolding } from './population-holdings.ts';
import type { Possession } from './possession.ts';

/** Each enrolment, also a repeated one, adds the subject to the live holdings of the population. */
export const enrol = (
  possession: Possession,
  by: FoldingPlace,
  subject: string,
  population: string,
): void => {
  if (!possession.follows(subject)) return;
  const { memberships, populationHoldings, ownHoldings } = possession;
  memberships.enrol(by, subject, population);
  for (const live of populationHoldings.of(population)) {
    const { dataset, site } = live.occupancy.holding;
    populationHoldings.add(by, live, subject, [live.openedBy, by.position]);
    ownHoldings.end(by, subject, dataset, site);
  }
};

/** Where data of a population arrives, the own holdings of its members are absorbed (R10). */
export const arriveOfPopulation = (
  { populationHoldings, ownHoldings }: Possession,
  by: FoldingPlace,
  place: { readonly dataset: string; readonly population: string; readonly site: string },
  arriving: Arrivals,
): void => ownHoldings.absorbInto(by, populationHoldings.arrive(by, place, arriving));

/** `DataPlaced`: the population's members at that time arrive. */
export const placeOfPopulation = (
  possession: Possession,
  by: FactOf<'DataPlaced'>,
  population: string,
): void => {
  const { dataset, site } = by.data;
  const place = { dataset, population, site };
  arriveOfPopulation(possession, by, place, presentMembers(possession, by, population));
};

/** `DataCopied` and `DataMoved`: everyone the source holds arrives; a move ends the source. */
export const transferOfPopulation = (
  possession: Possession,
  by: FactOf<'DataCopied' | 'DataMoved'>,
  population: string,
): void => {
  const { dataset, from, to } = by.data;
  const source = sourceOf(possession, by, dataset, population, from);
  const arriving = [...heldAt(possession, by, population, source)];
  possession.takesAlong(
    by,
    arriving.map(([subject]) => subject),
  );
  if (by.type === 'DataMoved' && O.isSome(source)) possession.populationHoldings.end(by, source.value);
  arriveOfPopulation(possession, by, { dataset, population, site: to }, arriving);
};

/** `DataDeleted` ends the holding. */
export const deleteOfPopulation = (
  possession: Possession,
  by: FactOf<'DataDeleted'>,
  population: string,
): void => {
  const source = sourceOf(possession, by, by.data.dataset, population, by.data.site);
  if (O.isSome(source)) possession.populationHoldings.end(by, source.value);
};

/** The live holding that an event takes data from. It is a discrepancy if there is none. */
export const sourceOf = (
  possession: Possession,
  by: FoldingPlace,
  dataset: string,
  population: string,
  site: string,
): O.Option<LiveHolding> => {
  const source = possession.populationHoldings.at(dataset, population, site);
  if (O.isNone(source)) possession.report(by, 'not-held');
  return source;
};

/** Everyone the source holds, or where none was live, the population's members at that time. */
export const heldAt = (
  possession: Possession,
  by: FoldingPlace,
  population: string,
  source: O.Option<LiveHolding>,
): Arrivals =>
  pipe(
    source,
    O.match(
      () => presentMembers(possession, by, population),
      ({ subjects }) => broughtBy(by, subjects),
    ),
  );

/** Subjects who arrive only by an event. */
export function* broughtBy({ position }: FoldingPlace, subjects: Iterable<string>): Arrivals {
  for (const subject of subjects) yield [subject, [position]];
}

/** The population's members, who arrive by their enrolments and by the event. */
function* presentMembers(
  { memberships }: Possession,
  { position }: FoldingPlace,
  population: string,
): Arrivals {
  for (const [subject, enrolment] of memberships.membersOf(population))
    yield [subject, [enrolment, position]];
}

/** All individuals, in parts. */
import { isPopulation } from '../domain/events/scope.ts';
import { type IndividualsApart, subjectsApart } from './individuals-apart.ts';
import type { View } from './view.ts';

/** Individuals to process in one step; the memory of their facts is freed in between. */
export const individualsAtOnceMax = 1_000;

/** Splits a list into parts that can be processed in one step. */
export function* inParts(subjects: ReadonlyArray<string>): Iterable<ReadonlyArray<string>> {
  for (let first = 0; first < subjects.length; first += individualsAtOnceMax)
    yield subjects.slice(first, first + individualsAtOnceMax);
}

/** How far each list of individuals has been processed. */
export type GoneThrough = Map<string, number>;

/**
 * All individuals: those who moved by themselves, those whom the index follows in each population, and those named
 * by grants, accesses and simulated events. A person may come more than once.
 *
 * @param upTo where to continue; a part counts as processed once the next one is requested.
 */
export function* everyIndividual(
  view: View,
  apart: IndividualsApart,
  upTo: GoneThrough,
): Iterable<Iterable<string>> {
  const { index, work } = view;
  const lists = [
    { key: 'moved', some: (from: number) => index.movedIndividuals(from, individualsAtOnceMax) },
    ...view.populations().map((population) => ({
      key: `population ${population}`,
      some: (from: number) => index.individualsOf(population, from, individualsAtOnceMax),
    })),
  ];
  const total = lists.reduce((sum, { some }) => sum + some(Number.MAX_SAFE_INTEGER).of, 0);
  let done = lists.reduce((sum, { key }) => sum + (upTo.get(key) ?? 0), 0);
  for (const { key, some } of lists) {
    for (;;) {
      const from = upTo.get(key) ?? 0;
      const found = some(from);
      if (found.subjects.length === 0 && found.upTo >= found.of) break;
      yield found.subjects;
      upTo.set(key, found.upTo);
      done += found.upTo - from;
      work.tell(done, total);
    }
  }
  const named = new Set(subjectsApart(apart));
  for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
    if (!isPopulation(data.scope)) named.add(data.scope.subject);
  for (const subject of view.simulatedSubjects()) named.add(subject);
  yield named;
}

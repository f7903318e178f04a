/** All individuals, in parts. */
import { isPopulation } from '../domain/events/scope.ts';
import { isFact } from '../domain/recording/facts.ts';
import { type IndividualsApart, subjectsApart } from './individuals-apart.ts';
import type { View } from './view.ts';
import type { Work } from './work.ts';

/** Individuals to process in one step; the memory of their facts is freed in between. */
const individualsAtOnceMax = 200;

const atOnce = ({ individualsAtOnce = individualsAtOnceMax }: Work): number => individualsAtOnce;

/** Splits a list into parts that can be processed in one step. */
export function* inParts(subjects: ReadonlyArray<string>, work: Work): Iterable<ReadonlyArray<string>> {
  for (let first = 0; first < subjects.length; first += atOnce(work))
    yield subjects.slice(first, first + atOnce(work));
}

/**
 * Takes a list apart from its end. A part is removed once the next one is requested, so a part that was not finished
 * stays.
 */
export function* takenFrom(subjects: string[], work: Work): Iterable<ReadonlyArray<string>> {
  while (subjects.length > 0) {
    const some = subjects.slice(-atOnce(work));
    yield some;
    subjects.length -= some.length;
  }
}

/** How many of the index's individuals have been processed. */
export interface GoneThrough {
  individuals: number;
}

/**
 * All individuals: those whom the index follows, and those named by grants, accesses and simulated events. A person
 * may come more than once.
 *
 * @param upTo where to continue; a part counts as processed once the next one is requested.
 * @param isCounted whether the subject of an access at a position came already.
 */
export function* everyIndividual(
  view: View,
  apart: IndividualsApart,
  upTo: GoneThrough,
  isCounted: (position: number) => boolean,
): Iterable<Iterable<string>> {
  const { index, work } = view;
  for (;;) {
    const found = index.everyIndividual(upTo.individuals, atOnce(work));
    if (found.subjects.length === 0 && found.upTo >= found.of) break;
    yield found.subjects;
    upTo.individuals = found.upTo;
    work.tell(found.upTo, found.of);
  }
  const named = new Set(subjectsApart(apart));
  // Most accesses are to data of individuals, who came before: those are not read again.
  for (const position of view.positions('accesses', 'all')) {
    const access = isCounted(position) ? undefined : view.fact(position);
    if (access === undefined || !isFact(access, 'AccessObserved')) continue;
    if (!isPopulation(access.data.scope)) named.add(access.data.scope.subject);
  }
  for (const subject of view.simulatedSubjects()) named.add(subject);
  yield named;
}

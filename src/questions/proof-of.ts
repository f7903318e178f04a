/** The events behind an answer, and their assurance. */
import { isWeighed } from '../domain/events/catalogue.ts';
import { type Assurance, Assurance as Assurances } from '../domain/events/words.ts';
import type { View } from './view.ts';

/**
 * The assurance of a presence: the lowest of the events that opened it. Registrations and enrolments do not count
 * (R6).
 */
export const assuranceOf = (view: View, positions: ReadonlyArray<number>): Assurance => {
  let weakest: Assurance = 'verified';
  let weighed = false;
  for (const position of positions) {
    const fact = view.outline(position);
    if (fact === undefined || !isWeighed(fact.type)) continue;
    weighed = true;
    if (Assurances.words.indexOf(fact.assurance) < Assurances.words.indexOf(weakest))
      weakest = fact.assurance;
  }
  return weighed ? weakest : 'observed';
};

/** The events behind an answer and their corrections, as positions on the wire. */
export const proofOf = (view: View, positions: ReadonlyArray<number>): ReadonlyArray<string> => {
  const all = new Set(positions);
  for (const position of positions)
    for (const correction of view.outline(position)?.corrections ?? []) all.add(correction);
  return [...all].sort((a, b) => a - b).map(String);
};

/**
 * The events behind an answer, and how well they are attested.
 */
import { isWeighed } from '../domain/events/catalogue.ts';
import { type Assurance, Assurance as Assurances } from '../domain/events/words.ts';
import type { View } from './view.ts';

/**
 * How well a presence is attested: as well as the weakest of the events that opened it. Registrations and enrolments
 * are not weighed (R6).
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

/** The events behind an answer, with the corrections that made them what they are, as positions on the wire. */
export const proofOf = (view: View, positions: ReadonlyArray<number>): ReadonlyArray<string> => {
  const all = new Set(positions);
  for (const position of positions)
    for (const correction of view.outline(position)?.corrections ?? []) all.add(correction);
  return [...all].sort((a, b) => a - b).map(String);
};

/**
 * The enrolments of followed subjects, as recorded: they are in the list of their population as well, and must not be
 * counted twice.
 */
import { subjectsOf } from '../domain/events/subjects.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { View } from './view.ts';

/** By population: the places of the enrolments of some subjects, as recorded and known. */
export const enrolmentsOf = (
  view: View,
  subjects: Iterable<string>,
): ReadonlyMap<string, ReadonlyArray<FoldingPlace>> => {
  const places = new Map<string, FoldingPlace[]>();
  for (const subject of subjects) {
    for (const position of view.positions('subject', subject)) {
      if (!view.isRecorded(position)) continue;
      const event = view.recorded(position)?.event;
      if (event?.type !== 'SubjectEnrolled' && event?.type !== 'SubjectsEnrolled') continue;
      if (!subjectsOf(event).has(subject)) continue;
      const { population } = event.data;
      const ofPopulation = places.get(population);
      if (ofPopulation === undefined) places.set(population, [{ time: event.time, position }]);
      else ofPopulation.push({ time: event.time, position });
    }
  }
  return places;
};

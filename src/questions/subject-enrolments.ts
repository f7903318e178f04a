/**
 * The recorded enrolments of followed subjects. They are in the list of their population as well, and must not be
 * counted twice.
 */
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { View } from './view.ts';
import { stepsOfFact } from './work.ts';

/** By population: the places of the known enrolments of some subjects, as recorded. */
export const enrolmentsOf = (
  view: View,
  subjects: Iterable<string>,
): ReadonlyMap<string, ReadonlyArray<FoldingPlace>> => {
  const places = new Map<string, FoldingPlace[]>();
  for (const subject of subjects) {
    const positions = view.positions('subject', subject);
    view.work.goOn(positions.length * stepsOfFact);
    for (const position of positions) {
      if (!view.isRecorded(position)) continue;
      const event = view.recorded(position)?.event;
      if (event?.type !== 'SubjectEnrolled' && event?.type !== 'SubjectsEnrolled') continue;
      // An event may enrol ten thousand subjects, so it is searched without building a set.
      const isEnrolled =
        event.type === 'SubjectEnrolled'
          ? event.data.subject === subject
          : event.data.subjects.includes(subject);
      if (!isEnrolled) continue;
      const { population } = event.data;
      const ofPopulation = places.get(population);
      if (ofPopulation === undefined) places.set(population, [{ time: event.time, position }]);
      else ofPopulation.push({ time: event.time, position });
    }
  }
  return places;
};

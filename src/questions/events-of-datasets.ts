/** Which events may be about the data of some datasets: it costs less to tell than to read them. */
import type { EventType } from '../domain/events/catalogue.ts';
import { firstNotBefore } from '../domain/time/binary-search.ts';
import type { View } from './view.ts';

/** Types whose events are about the data of exactly one dataset. `BackupTaken` also decides which backup has an id. */
const ofOneDataset: ReadonlySet<EventType | undefined> = new Set<EventType>([
  'DataPlaced',
  'DataCopied',
  'DataMoved',
  'DataDeleted',
  'AccessObserved',
]);

/**
 * A predicate on positions: whether the event may be about data of one of the datasets, or about all data of a person.
 * An event is under the topics of each of its versions, so it holds for every view that knows no more than this one.
 * It takes eight bytes for each event about data of the datasets.
 */
export const mayBeAbout = (view: View, datasets: Iterable<string>): ((position: number) => boolean) => {
  const ofEach: ReadonlyArray<number>[] = [];
  for (const dataset of datasets) {
    view.work.goOn();
    ofEach.push(view.positions('data-of', dataset));
  }
  // A set has no room for as many positions as a large ledger has.
  const positions = new Float64Array(ofEach.reduce((sum, { length }) => sum + length, 0));
  let filled = 0;
  for (const some of ofEach) {
    positions.set(some, filled);
    filled += some.length;
  }
  if (ofEach.length > 1) positions.sort();
  const isAmong = (position: number): boolean =>
    positions[firstNotBefore(positions.length, (index) => positions[index]! < position)] === position;
  return (position) => isAmong(position) || !ofOneDataset.has(view.typeAt(position));
};

/** Which events may be about the data of some datasets: it costs less to tell than to read them. */
import type { EventType } from '../domain/events/catalogue.ts';
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
 */
export const mayBeAbout = (view: View, datasets: Iterable<string>): ((position: number) => boolean) => {
  const positions = new Set<number>();
  for (const dataset of datasets)
    for (const position of view.positions('data-of', dataset)) positions.add(position);
  return (position) => positions.has(position) || !ofOneDataset.has(view.typeAt(position));
};

/** Divides the records of the log into what the replica takes in one turn of the process. */
import { eventsListedIn } from './append-format.ts';
import type { RawRecord } from './record-format.ts';

/**
 * The records in order, in parts of at most `eventsMax` events. A record with more is a part of its own. An append is
 * applied with its last record, so a turn has more events where an append has.
 */
export const turnsOf = (
  records: ReadonlyArray<RawRecord>,
  eventsMax: number,
): ReadonlyArray<ReadonlyArray<RawRecord>> => {
  const turns: RawRecord[][] = [];
  let events = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const added = eventsListedIn(record.metadata);
    if (events + added > eventsMax) {
      turns.push([]);
      events = 0;
    }
    turns.at(-1)!.push(record);
    events += added;
  }
  return turns;
};

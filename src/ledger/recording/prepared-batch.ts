/**
 * A batch that is ready to be appended.
 */
import type { PolicyWarning } from '../../contract/answers.ts';
import type { Event } from '../../domain/events/event.ts';
import { storedText } from '../../domain/events/stored.ts';
import type { Attribution } from '../../domain/recording/attribution.ts';
import type { EventToAppend, Position } from '../../store/event-store.ts';
import type { EntriesOfEvent } from '../named-entries.ts';
import type { Given } from './decode-batch.ts';

/** A decoded batch: each item as it was given, and its event. */
export interface DecodedBatch {
  readonly given: ReadonlyArray<Given>;
  readonly events: ReadonlyArray<Event>;
  /** Who records it. */
  readonly by: Attribution;
}

/** A decoded batch that may be recorded. */
export interface CheckedBatch extends DecodedBatch {
  /** Warnings for the authors of its policies. */
  readonly warnings: ReadonlyArray<PolicyWarning>;
}

/** A decoded batch with pseudonyms in place of people's identifiers. */
export interface PreparedBatch {
  readonly decoded: DecodedBatch;
  /** The events to append, and the place of each in the batch. */
  readonly toAppend: ReadonlyArray<EventToAppend>;
  readonly places: ReadonlyArray<number>;
  /** The entries of the people whom each event to append names. */
  readonly entriesOf: ReadonlyArray<EntriesOfEvent>;
  /** Events that are recorded already: from place in the batch to position in the log. */
  readonly recordedAlready: ReadonlyMap<number, Position>;
  /** Warnings for the authors of its policies. */
  readonly warnings?: ReadonlyArray<PolicyWarning>;
}

/**
 * The event in the form that the store takes. `Buffer` shares memory among small events; memory for each would take longer to
 * get and to free than its bytes to write.
 */
export const storable = (event: Event, { recordedBy, authority }: Attribution): EventToAppend => ({
  source: event.source,
  id: event.id,
  recordedBy,
  authority,
  bytes: Buffer.from(storedText(event)),
});

/** Splits a batch that has at least two events to append. */
export const halvesOf = ({
  decoded: { given, events, by },
  toAppend,
  places,
  entriesOf,
  recordedAlready,
}: PreparedBatch): readonly [PreparedBatch, PreparedBatch] => {
  const middle = Math.ceil(toAppend.length / 2);
  const start = places[middle]!;
  const before = [...recordedAlready].filter(([place]) => place < start);
  const after = [...recordedAlready].filter(([place]) => place >= start);
  return [
    {
      decoded: { given: given.slice(0, start), events: events.slice(0, start), by },
      toAppend: toAppend.slice(0, middle),
      places: places.slice(0, middle),
      entriesOf: entriesOf.slice(0, middle),
      recordedAlready: new Map(before),
    },
    {
      decoded: { given: given.slice(start), events: events.slice(start), by },
      toAppend: toAppend.slice(middle),
      places: places.slice(middle).map((place) => place - start),
      entriesOf: entriesOf.slice(middle),
      recordedAlready: new Map(after.map(([place, position]) => [place - start, position])),
    },
  ];
};

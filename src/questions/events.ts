/**
 * The log itself: events as they were recorded, by what they name, and one event with what became of it.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { EventDetail, WireEvent } from '../contract/rows/events.ts';
import type { EventType } from '../domain/events/catalogue.ts';
import { decodeData, encodeEvent } from '../domain/events/event.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { type TopicKind, topicsNaming, visitTopics } from '../projections/topics.ts';
import { discrepanciesOf } from './event-discrepancies.ts';
import type { View } from './view.ts';

/** The event on the wire, with its place in the log. */
export const wireEvent = ({ event, position, recordedAt, recordedBy, authority }: RecordedEvent): WireEvent =>
  ({
    ...encodeEvent(event),
    position: String(position),
    recordedat: formatInstant(recordedAt),
    recordedby: recordedBy,
    authority,
  }) as WireEvent;

/** Which events are asked for: those that match every field given. */
export interface EventFilter {
  readonly type?: EventType;
  readonly source?: string;
  readonly subject?: string;
  readonly site?: string;
  readonly party?: string;
  readonly dataset?: string;
}

const fields = ['subject', 'site', 'party', 'dataset'] as const;
type Field = (typeof fields)[number];
const topicsOf = Object.fromEntries(fields.map((field) => [field, topicsNaming(field)])) as Readonly<
  Record<Field, ReadonlyArray<TopicKind>>
>;

type Json = Readonly<Record<string, unknown>>;

/**
 * Whether the event names what is asked for: as it was recorded, as a known correction says, or, of a correction,
 * as it says of its target. The index alone cannot tell: it also finds what is named by corrections not known yet, and
 * by another name with the same hash.
 */
const isNamed = (view: View, recorded: RecordedEvent, field: Field, name: string): boolean => {
  const { event } = recorded;
  const namedIn = (type: EventType, data: unknown): boolean => {
    let found = false;
    visitTopics(type, data as Json, {
      topic: (kind, each) => {
        found ||= each === name && topicsOf[field].includes(kind);
      },
      name: () => {},
    });
    return found;
  };
  if (!isCorrection(event)) {
    return (
      namedIn(event.type, event.data) ||
      view
        .correctionsOf(recorded)
        .some(
          ({ event: { type, data } }) =>
            type === 'EventCorrected' && data.data !== undefined && namedIn(event.type, data.data),
        )
    );
  }
  if (field === 'subject') return subjectsOf(event).has(name);
  if (event.type !== 'EventCorrected' || event.data.data === undefined) return false;
  const target = view.find(event.data.event);
  const known = target === undefined ? undefined : view.recorded(target);
  return known !== undefined && !isCorrection(known.event) && namedIn(known.event.type, event.data.data);
};

/** How many events one page of a filtered log looks at, at the most. */
const scannedEventsMax = 20_000;

/** A page also ends once the bytes of its events are more than this: one event can name 10,000 subjects. */
const pageBytesMax = 16 * 1_024 * 1_024;
/** Events read from the log at once. */
const readEventsMax = 100;

/** A page of events, and the position after which the next begins; null at the end. */
export interface EventPage {
  readonly events: ReadonlyArray<RecordedEvent>;
  readonly next: number | null;
}

/** Known events after a position that match the filter, in log order; undecodable ones are left out. */
export const eventsAfter = (view: View, filter: EventFilter, after: number, limit: number): EventPage => {
  const asked = fields.flatMap((field) => {
    const name = filter[field];
    return name === undefined ? [] : [{ field, name }];
  });
  const matches = (recorded: RecordedEvent): boolean =>
    (filter.type === undefined || recorded.event.type === filter.type) &&
    (filter.source === undefined || recorded.event.source === filter.source) &&
    asked.every(({ field, name }) => isNamed(view, recorded, field, name));
  const sets = asked.map(({ field, name }) => {
    const positions = new Set<number>();
    for (const kind of topicsOf[field]) {
      for (const position of view.positions(kind, name, after)) positions.add(position);
    }
    return positions;
  });
  const events: RecordedEvent[] = [];
  let bytes = 0;
  const take = (position: number): boolean => {
    const recorded = view.recorded(position);
    if (recorded !== undefined && matches(recorded)) {
      events.push(recorded);
      bytes += view.index.bytesAt(position);
    }
    return events.length < limit && bytes < pageBytesMax;
  };
  if (sets.length > 0) {
    const [first, ...others] = sets;
    const positions = [...first!]
      .filter((position) => others.every((set) => set.has(position)))
      .sort((a, b) => a - b);
    for (const [index, position] of positions.entries()) {
      if (!take(position)) return { events, next: index === positions.length - 1 ? null : position };
    }
    return { events, next: null };
  }
  let position = after;
  for (let scanned = 0; scanned < scannedEventsMax; ) {
    const page = view.index.positionsAfter(position, Math.min(limit, readEventsMax));
    if (page.length === 0) return { events, next: null };
    for (const next of page) {
      if (next > view.known.position) return { events, next: null };
      position = next;
      scanned++;
      if (!take(position)) return { events, next: position < view.known.position ? position : null };
    }
  }
  return { events, next: position < view.known.position ? position : null };
};

/** One event with its envelope, its discrepancies, and what corrected or retracted it. */
export const eventDetail = (view: View, recorded: RecordedEvent): EventDetail => {
  const fact = view.fact(recorded.position);
  return {
    event: wireEvent(recorded),
    discrepancies: discrepanciesOf(view, recorded),
    corrections: view.correctionsOf(recorded).map((correction) => ({
      position: String(correction.position),
      kind: effectOf(recorded, correction, fact !== undefined),
      event: wireEvent(correction),
    })),
  };
};

const effectOf = (
  target: RecordedEvent,
  { event }: RecordedEvent,
  holds: boolean,
): 'corrects' | 'retracts' | 'does nothing' => {
  if (isCorrection(target.event)) return 'does nothing';
  if (event.type === 'EventRetracted') return holds ? 'does nothing' : 'retracts';
  if (event.type !== 'EventCorrected') return 'does nothing';
  const { data } = event.data;
  return data === undefined || E.isRight(decodeData(target.event.type, data)) ? 'corrects' : 'does nothing';
};

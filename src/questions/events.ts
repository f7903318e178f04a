/**
 * The log itself: events as recorded, found by the names in them, and one event with its corrections and
 * discrepancies.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { EventDetail, WireEvent } from '../contract/rows/events.ts';
import type { EventType } from '../domain/events/catalogue.ts';
import { decodeData, encodeEvent } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { mayCorrect } from '../domain/recording/authority.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { type TopicKind, topicsNaming, visitTopics } from '../projections/topics.ts';
import { discrepanciesOf } from './event-discrepancies.ts';
import { sharedPositions } from './posted-positions.ts';
import type { View } from './view.ts';

/** The event as it goes over the wire, with its position in the log. */
export const wireEvent = ({ event, position, recordedAt, recordedBy, authority }: RecordedEvent): WireEvent =>
  ({
    ...encodeEvent(event),
    position: String(position),
    recordedat: formatInstant(recordedAt),
    recordedby: recordedBy,
    authority,
  }) as WireEvent;

/** The events to find: those that match every given field. */
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

/**
 * Whether the event has the name: as recorded, in a known correction of it, or, for a correction, in its target.
 * The index alone cannot tell, since it also finds corrections that are not known yet, and other names with the
 * same hash.
 */
const isNamed = (view: View, recorded: RecordedEvent, field: Field, name: string): boolean => {
  const { event } = recorded;
  const namedIn = (type: EventType, data: unknown): boolean => {
    let found = false;
    visitTopics(type, data as JsonObject, {
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

/** A page ends once its events have more bytes than this: one event can name 10,000 subjects. */
const eventPageBytesMax = 4 * 1_024 * 1_024;
/** Events found in the index that one page may skip because they do not match: see `isNamed`. */
const passedOverEventsMax = 5_000;
/** Positions to read from the log at once. */
const readEventsMax = 1_000;

/** A page of events, and the position after which the next begins; null at the end. */
export interface EventPage {
  readonly events: ReadonlyArray<RecordedEvent>;
  readonly next: number | null;
}

/**
 * The fields of the filter that no known event matches, even alone. The source or the type is probably misspelt, or
 * new.
 */
export const matchingNothing = (
  view: View,
  { type, source }: EventFilter,
): ReadonlyArray<'source' | 'type'> => {
  const { index, known } = view;
  const first = source === undefined ? undefined : index.firstOfSource(source);
  const isUnknown = source !== undefined && (first === undefined || first > known.position);
  const isUnsent = type !== undefined && index.positionsOfKind({ type }, 0, known.position, 1).length === 0;
  return [...(isUnknown ? (['source'] as const) : []), ...(isUnsent ? (['type'] as const) : [])];
};

/** The positions of events, after a given one, that the index finds for the filter, in log order. */
const foundPositions = (view: View, filter: EventFilter, after: number): Iterable<number> => {
  const { type, source } = filter;
  const { index, known } = view;
  const kind = { ...(type === undefined ? {} : { type }), ...(source === undefined ? {} : { source }) };
  const groups = fields.flatMap((field) => {
    const name = filter[field];
    if (name === undefined) return [];
    return [
      topicsOf[field].map(
        (each) => (from: number, limit: number) => index.positions(each, name, from, known.position, limit),
      ),
    ];
  });
  if (type !== undefined || source !== undefined)
    groups.push([(from, limit) => index.positionsOfKind(kind, from, known.position, limit)]);
  return groups.length === 0 ? allPositions(view, after) : sharedPositions(after, groups);
};

function* allPositions({ index, known }: View, after: number): Generator<number> {
  for (let last = after; ; ) {
    const page = index.positionsAfter(last, readEventsMax);
    for (const position of page) {
      if (position > known.position) return;
      yield position;
    }
    if (page.length === 0) return;
    last = page.at(-1)!;
  }
}

/** A predicate: whether an event matches the filter, as the view knows it. */
export const matcherOf = (view: View, filter: EventFilter): ((recorded: RecordedEvent) => boolean) => {
  const asked = fields.flatMap((field) => {
    const name = filter[field];
    return name === undefined ? [] : [{ field, name }];
  });
  return (recorded) =>
    (filter.type === undefined || recorded.event.type === filter.type) &&
    (filter.source === undefined || recorded.event.source === filter.source) &&
    asked.every(({ field, name }) => isNamed(view, recorded, field, name));
};

/**
 * Known events after a position that match the filter, in log order, without undecodable ones. A page is full
 * unless it reaches the limit of bytes or of skipped events.
 */
export const eventsAfter = (view: View, filter: EventFilter, after: number, limit: number): EventPage => {
  const matches = matcherOf(view, filter);
  const events: RecordedEvent[] = [];
  let bytes = 0;
  let passedOver = 0;
  let last = after;
  for (const position of foundPositions(view, filter, after)) {
    const isFull = events.length >= limit || bytes >= eventPageBytesMax || passedOver >= passedOverEventsMax;
    if (isFull) return { events, next: last };
    last = position;
    const recorded = view.recorded(position);
    if (recorded === undefined || !matches(recorded)) {
      passedOver++;
      continue;
    }
    events.push(recorded);
    bytes += view.index.bytesAt(position);
  }
  return { events, next: null };
};

/** The positions of the first known events that name a subject, in log order. */
export const positionsNaming = (view: View, subject: string, limit: number): ReadonlyArray<number> => {
  const positions: number[] = [];
  for (const position of view.positions('subject', subject)) {
    if (positions.length >= limit) break;
    const recorded = view.recordedAbout(position, subject);
    if (recorded !== undefined && isNamed(view, recorded, 'subject', subject)) positions.push(position);
  }
  return positions;
};

/** One event with its envelope, its discrepancies, and the events that corrected or retracted it. */
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
  correction: RecordedEvent,
  holds: boolean,
): 'corrects' | 'retracts' | 'does nothing' => {
  const { event } = correction;
  if (isCorrection(target.event) || !mayCorrect(correction, target.event)) return 'does nothing';
  if (event.type === 'EventRetracted') return holds ? 'does nothing' : 'retracts';
  if (event.type !== 'EventCorrected') return 'does nothing';
  const { data } = event.data;
  return data === undefined || E.isRight(decodeData(target.event.type, data)) ? 'corrects' : 'does nothing';
};

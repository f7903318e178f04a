/** The events that importers create: CloudEvents, as a service would send them. */
import { createHash } from 'node:crypto';
import type { EventDataJson, SentType } from '../../domain/events/catalogue.ts';
import type { Assurance } from '../../domain/events/words.ts';

interface ForeignEventOf<T extends SentType> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  /** Valid time, RFC 3339 with an offset. */
  readonly time: string;
  readonly assurance: Assurance;
  /** The URI of its evidence. */
  readonly evidence?: string;
  readonly data: EventDataJson<T>;
}

/** An event from a record. It may be invalid; `checked` reports that. */
export type ForeignEvent = { readonly [T in SentType]: ForeignEventOf<T> }[SentType];

/** The type and data of an event without its origin. */
export type Fact = {
  readonly [T in SentType]: { readonly type: T; readonly data: EventDataJson<T> };
}[SentType];

/** The common fields of the events of one record. */
export type Origin = Omit<ForeignEventOf<SentType>, 'specversion' | 'id' | 'type' | 'data'>;

/** A fact as an event. */
export const eventOf = (id: string, origin: Origin, fact: Fact): ForeignEvent =>
  ({ specversion: '1.0', id, ...origin, ...fact }) as ForeignEvent;

/** The facts of one record as events. Their ids derive from the record's id. */
export const eventsOf = (
  recordId: string,
  origin: Origin,
  facts: ReadonlyArray<Fact>,
): ReadonlyArray<ForeignEvent> => facts.map((fact, index) => eventOf(`${recordId}/${index}`, origin, fact));

/** A digest for ids: SHA-256 of the parts as JSON, in hexadecimal. */
export const digestOf = (...parts: ReadonlyArray<unknown>): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The time of descriptions from tables and mappings: before every event, so that any other description wins. */
const sinceEver = '1970-01-01T00:00:00.000Z';

/**
 * A registration from a table or a mapping, which is always the same. It is recorded once, and every registration
 * with a later time overrides it (R5).
 */
export const standingEvent = (source: string, fact: Fact): ForeignEvent =>
  eventOf(
    `registered/${digestOf(fact.type, fact.data)}`,
    { source, time: sinceEver, assurance: 'claimed' },
    fact,
  );

/** Removes repeated events: several facts of a record may bring the same description. */
export const distinct = (events: ReadonlyArray<ForeignEvent>): ReadonlyArray<ForeignEvent> => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

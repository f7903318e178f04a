/**
 * The events that importers make: CloudEvents, as a service would send them.
 */
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
  /** A URI of what attests it. */
  readonly evidence?: string;
  readonly data: EventDataJson<T>;
}

/** An event that a record became. It need not decode: what is wrong with it is for `checked` to say. */
export type ForeignEvent = { readonly [T in SentType]: ForeignEventOf<T> }[SentType];

/** What is said, before it is known who says so, when and how. */
export type Fact = {
  readonly [T in SentType]: { readonly type: T; readonly data: EventDataJson<T> };
}[SentType];

/** What the events of one record share. */
export type Origin = Omit<ForeignEventOf<SentType>, 'specversion' | 'id' | 'type' | 'data'>;

/** A fact as an event. */
export const eventOf = (id: string, origin: Origin, fact: Fact): ForeignEvent =>
  ({ specversion: '1.0', id, ...origin, ...fact }) as ForeignEvent;

/** The facts of one record as events, whose ids follow from the record's. */
export const eventsOf = (
  recordId: string,
  origin: Origin,
  facts: ReadonlyArray<Fact>,
): ReadonlyArray<ForeignEvent> => facts.map((fact, index) => eventOf(`${recordId}/${index}`, origin, fact));

/** A digest of these parts, for ids: SHA-256 of their JSON, in hexadecimal. */
export const digestOf = (...parts: ReadonlyArray<unknown>): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** When descriptions from tables and mappings begin: before every event, so that any later description wins. */
const sinceEver = '1970-01-01T00:00:00.000Z';

/**
 * A registration that follows from a table or a mapping and says the same each time: it is recorded once, and gives way
 * to every registration with a later time (R5).
 */
export const standingEvent = (source: string, fact: Fact): ForeignEvent =>
  eventOf(
    `registered/${digestOf(fact.type, fact.data)}`,
    { source, time: sinceEver, assurance: 'claimed' },
    fact,
  );

/** Each event once: several facts of a record may have the same description beside them. */
export const distinct = (events: ReadonlyArray<ForeignEvent>): ReadonlyArray<ForeignEvent> => [
  ...new Map(events.map((event) => [event.id, event])).values(),
];

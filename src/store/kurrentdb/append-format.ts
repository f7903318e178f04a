/**
 * How the events of an append are put into records.
 *
 * KurrentDB delivers records one by one, which costs more than what is in them. So an append puts its events
 * together into records of limited size. A record with one event is kept as in older versions: the event is its data,
 * and its metadata describe it. In a record with several, the data are the bytes of the events one after another, and
 * the metadata list the events with their lengths.
 */
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { EventToAppend } from '../event-store.ts';
import {
  bytesOfRecord,
  oneEventType,
  type RawRecord,
  type RecordToWrite,
  severalEventsType,
  streamOfBatches,
  streamOfSource,
} from './record-format.ts';

const Count = t.refinement(t.number, Number.isSafeInteger, 'Count');

const Described = t.intersection([
  t.type({ source: t.string, id: t.string }),
  t.partial({
    /** For copied events, when the other ledger recorded it; otherwise KurrentDB's own time applies. */
    recordedAt: Count,
    /** The key that recorded it, if there are keys. Records of older versions lack it and `authority`. */
    recordedBy: t.string,
    authority: t.string,
  }),
]);
type Described = t.TypeOf<typeof Described>;

const Placed = t.intersection([
  /** The id of the append, the place of the record's first event in it, and how many events the append has. */
  t.type({ batch: t.string, index: Count, size: Count }),
  t.partial({
    /** No longer written: an append of older versions counts only if its sources had this many events before it. */
    expected: t.array(t.type({ source: t.string, count: Count })),
  }),
]);
type Placed = t.TypeOf<typeof Placed>;

const OneEvent = t.intersection([Placed, Described]);
const Listed = t.intersection([Described, t.type({ length: Count })]);
const SeveralEvents = t.intersection([Placed, t.type({ events: t.array(Listed) })]);

/** When the other ledger recorded a copied event. */
export type RecordedAtOf = (event: EventToAppend) => Instant;

/** An event of the ledger in KurrentDB's log. */
export interface LoggedEvent extends EventToAppend {
  readonly recordedAt: Instant;
  /** Whether `recordedAt` comes from the ledger of which the event is a copy. */
  readonly isCopied: boolean;
}

/** A record of the ledger in KurrentDB's log: consecutive events of an append. */
export interface LoggedRecord {
  readonly record: RawRecord;
  readonly batch: string;
  /** The place of its first event in the append. */
  readonly index: number;
  /** How many events the append has. */
  readonly size: number;
  readonly expected: ReadonlyArray<{ readonly source: string; readonly count: number }>;
  readonly events: ReadonlyArray<LoggedEvent>;
}

/** An append as it is written. */
export interface EncodedBatch {
  readonly records: ReadonlyArray<RecordToWrite>;
  /** The bytes of the records as the server counts them. */
  readonly bytes: number;
}

/** The namespace of record ids: Domicile's own UUID. */
const namespace = Buffer.from('5b1a5c52f2f94f0c9d0e6a1d0b6e7d41', 'hex');

/** The id of a record: a UUID of version 5 (RFC 9562) from the `source` and `id` of its event, or from all of them. */
const recordIdOf = (events: ReadonlyArray<EventToAppend>): string => {
  const names = events.map(({ source, id }) => [source, id]);
  const hash = createHash('sha1')
    .update(namespace)
    .update(JSON.stringify(names.length === 1 ? names[0] : names))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

const describe = (event: EventToAppend, recordedAtOf: RecordedAtOf | undefined): Described => ({
  source: event.source,
  id: event.id,
  ...(recordedAtOf === undefined ? {} : { recordedAt: recordedAtOf(event) }),
  ...(event.recordedBy === null ? {} : { recordedBy: event.recordedBy }),
  ...(event.authority === null ? {} : { authority: event.authority }),
});

const encoder = new TextEncoder();

/** Not a Buffer, whose bytes the client would write as JSON. */
const jsonBytes = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

const recordOf = (
  events: ReadonlyArray<EventToAppend>,
  placed: Placed,
  recordedAtOf: RecordedAtOf | undefined,
): RecordToWrite => {
  const eventId = recordIdOf(events);
  if (events.length === 1) {
    const [event] = events;
    const metadata = jsonBytes({ ...describe(event!, recordedAtOf), ...placed });
    return { eventId, type: oneEventType, data: event!.bytes, metadata };
  }
  const listed = events.map((event) => ({ ...describe(event, recordedAtOf), length: event.bytes.length }));
  const data = Buffer.concat(events.map(({ bytes }) => bytes));
  return { eventId, type: severalEventsType, data, metadata: jsonBytes({ ...placed, events: listed }) };
};

/** At most what a record has besides its list, and what its list has for an event besides the names. */
const placedBytes = 200;
const listedBytes = 120;
/** At most the bytes of a UTF-16 code unit in JSON. */
const unitBytes = 6;

/** At most what an event adds to a record with several. */
const addedBytes = ({ source, id, recordedBy, authority, bytes }: EventToAppend): number =>
  bytes.length +
  listedBytes +
  unitBytes * (source.length + id.length + (recordedBy?.length ?? 0) + (authority?.length ?? 0));

/** What a record with this event alone has besides the event, as the server counts it, or a little more. */
export const bytesBeside = (event: EventToAppend): number =>
  placedBytes + jsonBytes(describe(event, () => Number.MAX_SAFE_INTEGER)).length;

/**
 * Encodes an append.
 *
 * @param recordBytesMax how many bytes a record has at most, unless it has one event.
 */
export const encodeBatch = (
  batch: string,
  events: ReadonlyArray<EventToAppend>,
  recordBytesMax: number,
  recordedAtOf?: RecordedAtOf,
): EncodedBatch => {
  const records: RecordToWrite[] = [];
  let first = 0;
  let bytes = placedBytes;
  for (let next = 0; next <= events.length; next++) {
    const added = next < events.length ? addedBytes(events[next]!) : Number.POSITIVE_INFINITY;
    if (next > first && bytes + added > recordBytesMax) {
      const placed: Placed = { batch, index: first, size: events.length };
      records.push(recordOf(events.slice(first, next), placed, recordedAtOf));
      first = next;
      bytes = placedBytes;
    }
    bytes += added;
  }
  return { records, bytes: records.reduce((sum, record) => sum + bytesOfRecord(record), 0) };
};

const eventOf = (record: RawRecord, described: Described, bytes: Uint8Array): LoggedEvent => ({
  source: described.source,
  id: described.id,
  bytes,
  recordedBy: described.recordedBy ?? null,
  authority: described.authority ?? null,
  recordedAt: described.recordedAt ?? record.createdAt,
  isCopied: described.recordedAt !== undefined,
});

/** The events of a record in order; undefined if the record has another format. */
const eventsIn = (
  record: RawRecord,
): (Placed & { readonly events: ReadonlyArray<LoggedEvent> }) | undefined => {
  const { data } = record;
  if (!(data instanceof Uint8Array)) return undefined;
  if (record.type === oneEventType) {
    const metadata = OneEvent.decode(record.metadata);
    if (E.isLeft(metadata)) return undefined;
    return { ...metadata.right, events: [eventOf(record, metadata.right, data)] };
  }
  if (record.type !== severalEventsType) return undefined;
  const metadata = SeveralEvents.decode(record.metadata);
  if (E.isLeft(metadata)) return undefined;
  let from = 0;
  const events: LoggedEvent[] = [];
  for (const listed of metadata.right.events) {
    if (listed.length < 0) return undefined;
    events.push(eventOf(record, listed, data.subarray(from, from + listed.length)));
    from += listed.length;
  }
  return from === data.length ? { ...metadata.right, events } : undefined;
};

/** How many events the metadata of any record list; 1 if they list none. */
export const eventsListedIn = (metadata: unknown): number =>
  typeof metadata === 'object' && metadata !== null && 'events' in metadata && Array.isArray(metadata.events)
    ? Math.max(1, metadata.events.length)
    : 1;

/** Decodes a record of the ledger; undefined for foreign records in its streams. */
export const decodeRecord = (ledger: string, record: RawRecord): LoggedRecord | undefined => {
  const found = eventsIn(record);
  if (found === undefined || found.events.length === 0) return undefined;
  const { batch, index, size, events, expected = [] } = found;
  const isInPlace = events.every(
    ({ source }, at) =>
      (at > 0 && source === events[at - 1]!.source) ||
      (source.isWellFormed() &&
        (record.stream === streamOfBatches(ledger) || record.stream === streamOfSource(ledger, source))),
  );
  if (!isInPlace || index < 0 || index + events.length > size) return undefined;
  return { record, batch, index, size, expected, events };
};

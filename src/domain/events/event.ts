/**
 * An event: the CloudEvents 1.0 envelope around the data of one of the event types.
 *
 * CloudEvents: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md. `specversion` and
 * `datacontenttype` may be left out; then they are `1.0` and `application/json`. Other attributes are kept (`attributes.ts`).
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Instant } from '../time/instant.ts';
import { type Attributes, otherAttributes } from './attributes.ts';
import { catalogue, type EventData, type EventType, eventTypes } from './catalogue.ts';
import { codeUnitOrder } from './code-unit-order.ts';
import { exact, oneOf } from './codec.ts';
import { type Fault, faultsOf } from './fault.ts';
import { folderNames } from './identifier.ts';
import { DateTime } from './scalars.ts';
import { Assurance, DataContentType, EventId, EventSource, EvidenceUri } from './words.ts';

/** An event of one type, decoded. Optional attributes are absent, not undefined. */
export interface EventOf<T extends EventType> {
  readonly id: string;
  readonly source: string;
  readonly type: T;
  /** Valid time: when it was true in the world. */
  readonly time: Instant;
  readonly assurance: Assurance;
  /** A URI of what attests it. */
  readonly evidence?: string;
  readonly data: EventData<T>;
  /** Attributes that the ledger does not know, as they were first sent. */
  readonly attributes?: Attributes;
}

/** Any event: a union over all types. */
export type Event = { readonly [T in EventType]: EventOf<T> }[EventType];

const anything = new t.Type<unknown, unknown, unknown>(
  'data',
  (_): _ is unknown => true,
  t.success,
  t.identity,
);

/** What to do about attributes that no event may have. */
const reservedByTheLedger = {
  data_base64: 'expected data as a JSON object in data',
  position: 'the ledger adds it to its answers: leave it out',
  recordedat: 'the ledger adds it to its answers: leave it out',
  recordedby: 'the ledger adds it to its answers: leave it out',
  authority: 'the ledger adds it to its answers: leave it out',
  storedversion: 'the ledger adds it to the stored event: leave it out',
};

/** The attributes of the envelope, as they are written. */
export const Envelope = exact(
  'an event',
  {
    id: EventId,
    source: EventSource,
    type: oneOf('an event type', eventTypes),
    time: DateTime,
    data: anything,
  },
  {
    specversion: oneOf('the CloudEvents version', ['1.0']),
    datacontenttype: DataContentType,
    assurance: Assurance,
    evidence: EvidenceUri,
  },
  undefined,
  reservedByTheLedger,
  otherAttributes,
);

/** The names of attributes that the ledger uses or refuses. */
export const reservedAttributes: ReadonlyArray<string> = [
  ...Object.keys(Envelope.required),
  ...Object.keys(Envelope.optional),
  ...Object.keys(reservedByTheLedger),
];

const faultsOfData = (type: EventType, input: unknown): ReadonlyArray<Fault> => {
  const decoded = catalogue[type].data.decode(input);
  return E.isLeft(decoded)
    ? faultsOf(decoded.left).map((fault) => ({ ...fault, pointer: `/data${fault.pointer}` }))
    : [];
};

/**
 * Decodes an event from parsed JSON.
 *
 * @returns the event, or every fault of envelope and data at once (R2).
 */
export const decodeEvent = (input: unknown): E.Either<ReadonlyArray<Fault>, Event> => {
  // Without `pipe`, which takes as long as the rest: every line that is sent passes through here.
  const decoded = decodeRecorded(input);
  if (E.isLeft(decoded)) return decoded;
  const faults = folderNamesIn(decoded.right.data);
  return faults.length === 0 ? decoded : E.left(faults);
};

const folderNamesIn = (data: Event['data']): ReadonlyArray<Fault> =>
  'data' in data && data.data !== undefined
    ? [...folderNames(data), ...folderNames(data.data, '/data/data')]
    : folderNames(data);

/** Like `decodeEvent`, for recorded events: earlier versions accepted some names that new events may not have. */
export const decodeRecorded = (input: unknown): E.Either<ReadonlyArray<Fault>, Event> => {
  const envelope = Envelope.decode(input);
  if (E.isLeft(envelope)) {
    const faults = faultsOf(envelope.left);
    const given = typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
    const type = eventTypes.find((name) => name === given.type);
    return E.left(
      type === undefined || given.data === undefined
        ? faults
        : [...faults, ...faultsOfData(type, given.data)],
    );
  }
  const {
    id,
    source,
    type,
    time,
    assurance = 'observed',
    evidence,
    data: input_,
    specversion: _,
    datacontenttype: __,
    ...others
  } = envelope.right;
  const data = catalogue[type].data.decode(input_);
  if (E.isLeft(data)) return E.left(faultsOfData(type, input_));
  // Two literals are faster than a spread, and nearly every event passes through here.
  const event =
    evidence === undefined
      ? { id, source, type, time, assurance, data: data.right }
      : { id, source, type, time, assurance, evidence, data: data.right };
  for (const _ in others) return E.right({ ...event, attributes: others } as unknown as Event);
  return E.right(event as Event);
};

/**
 * What an event says, as JSON, fields in their fixed order: equal content gives equal text. Attributes that the ledger
 * does not know are not part of it.
 */
export const encodeContent = (event: Event): Readonly<Record<string, unknown>> => {
  const { id, source, type, assurance, evidence } = event;
  const time = DateTime.encode(event.time);
  const data = encodeData(event);
  return evidence === undefined
    ? { specversion: '1.0', id, source, type, time, assurance, data }
    : { specversion: '1.0', id, source, type, time, assurance, evidence, data };
};

/** The event as JSON, with all its attributes. */
export const encodeEvent = (event: Event): Readonly<Record<string, unknown>> =>
  event.attributes === undefined ? encodeContent(event) : { ...encodeContent(event), ...event.attributes };

/** Lists whose order says nothing. */
const withoutOrder: ReadonlySet<string> = new Set(['actions', 'subjects']);

/** Whether a field has a list of texts whose order says nothing. */
export const isWithoutOrder = (field: string, value: unknown): value is ReadonlyArray<string> =>
  withoutOrder.has(field) && Array.isArray(value) && value.every((each) => typeof each === 'string');

const inOneOrder = (field: string, value: unknown): unknown => {
  if (isWithoutOrder(field, value)) return [...value].sort();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => codeUnitOrder(a, b)));
};

/** Whether two events say the same: the order of members, of actions and of subjects says nothing. */
export const isSameContent = (one: Event, other: Event): boolean => {
  const [first, second] = [encodeContent(one), encodeContent(other)];
  return (
    JSON.stringify(first) === JSON.stringify(second) ||
    JSON.stringify(first, inOneOrder) === JSON.stringify(second, inOneOrder)
  );
};

/** The data of an event as JSON. */
export const encodeData = (event: Event): unknown =>
  (catalogue[event.type].data as unknown as t.Type<unknown, unknown, unknown>).encode(event.data);

/** Decodes data as that of an event type: what a correction puts in place must fit so (R4). */
export const decodeData = (
  type: EventType,
  input: unknown,
): E.Either<ReadonlyArray<Fault>, Event['data']> => {
  const decoded = catalogue[type].data.decode(input);
  return E.isLeft(decoded) ? E.left(faultsOf(decoded.left)) : E.right(decoded.right as Event['data']);
};

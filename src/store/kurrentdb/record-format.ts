/**
 * The format of the ledger in KurrentDB.
 *
 * Each source has a stream, `<ledger>-<source>`. An append with several sources goes to `<ledger>:batches`, since
 * KurrentDB cannot write to several streams atomically. Readers ignore streams: the events of an append are
 * consecutive in the whole log, and what precedes them decides whether they count (see `replica.ts`).
 */
import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { Instant } from '../../domain/time/instant.ts';
import type { EventToAppend } from '../event-store.ts';

/** The type of the ledger's events; events of other types in its streams are foreign. */
export const recordType = 'domicile-event';

const Count = t.refinement(t.number, Number.isSafeInteger, 'Count');

/** The metadata of an event: its source and id, and its place in the append. */
const RecordMetadata = t.intersection([
  t.type({
    source: t.string,
    id: t.string,
    /** The id of the append; events of several sources are recorded atomically. */
    batch: t.string,
    index: Count,
    size: Count,
  }),
  t.partial({
    /** No longer written: an append of older versions counts only if its sources had this many events before it. */
    expected: t.array(t.type({ source: t.string, count: Count })),
    /** For copied events, when the other ledger recorded it; otherwise KurrentDB's own time applies. */
    recordedAt: Count,
    /** The key that recorded it, if there are keys. Records of older versions lack it and `authority`. */
    recordedBy: t.string,
    authority: t.string,
  }),
]);
type RecordMetadata = t.TypeOf<typeof RecordMetadata>;

/** A position in KurrentDB's log. Both numbers are equal, except in old explicit transactions. */
export interface LogPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

/** Whether `a` is after `b`; `undefined` is before everything. */
export const isAfter = (a: LogPosition, b: LogPosition | undefined): boolean =>
  b === undefined || a.commit > b.commit || (a.commit === b.commit && a.prepare > b.prepare);

/** A record of KurrentDB's log, as the client delivers it. */
export interface RawRecord {
  readonly stream: string;
  readonly revision: bigint;
  readonly position: LogPosition;
  readonly eventId: string;
  readonly type: string;
  readonly createdAt: Instant;
  readonly data: unknown;
  readonly metadata: unknown;
}

/** When the other ledger recorded a copied event. */
export type RecordedAtOf = (event: EventToAppend) => Instant;

/** An event of the ledger in KurrentDB's log. */
export interface LoggedEvent extends EventToAppend {
  readonly recordedAt: Instant;
  /** Whether `recordedAt` comes from the ledger of which the event is a copy. */
  readonly isCopied: boolean;
  readonly record: RawRecord;
  readonly batch: string;
  readonly index: number;
  readonly size: number;
  readonly expected: ReadonlyArray<{ readonly source: string; readonly count: number }>;
}

/** A record to write. */
export interface RecordToWrite {
  readonly eventId: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

const encoder = new TextEncoder();

/** A hash replaces longer names, since the server keeps the names of streams in memory. */
const streamNameMax = 256;

/** The stream of a source. */
export const streamOfSource = (ledger: string, source: string): string => {
  const name = `${ledger}-${encodeURIComponent(source).replace(/^~/, '%7E')}`;
  return name.length <= streamNameMax
    ? name
    : `${ledger}-~${createHash('sha256').update(source).digest('hex')}`;
};

/** The stream of appends with several sources. */
export const streamOfBatches = (ledger: string): string => `${ledger}:batches`;

/** The prefixes of the ledger's stream names, for filters of subscriptions. */
export const streamPrefixes = (ledger: string): ReadonlyArray<string> => [
  `${ledger}-`,
  streamOfBatches(ledger),
];

/** The type and revision of the record of a permanently deleted stream. */
const tombstoneType = '$streamDeleted';
export const tombstoneRevision = 2n ** 63n - 1n;

/** Whether a record says that its stream was permanently deleted. */
export const isTombstone = ({ type, revision }: RawRecord): boolean =>
  type === tombstoneType || revision === tombstoneRevision;

/** Whether a stream name belongs to the ledger. */
export const isStreamOf = (ledger: string, stream: string): boolean =>
  streamPrefixes(ledger).some((prefix) => stream.startsWith(prefix));

/** The stream to which a batch is written. */
export const streamOfBatch = (ledger: string, batch: ReadonlyArray<EventToAppend>): string => {
  const source = batch[0]?.source ?? '';
  return batch.every((event) => event.source === source)
    ? streamOfSource(ledger, source)
    : streamOfBatches(ledger);
};

/** The namespace of event ids: Domicile's own UUID. */
const namespace = Buffer.from('5b1a5c52f2f94f0c9d0e6a1d0b6e7d41', 'hex');

/** The id of an event in KurrentDB: a UUID of version 5 (RFC 9562) from `source` and `id`. */
const eventIdOf = (source: string, id: string): string => {
  const hash = createHash('sha1')
    .update(namespace)
    .update(JSON.stringify([source, id]))
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

/** The bytes of a record, as the server counts them. */
export const bytesOfRecord = ({ data, metadata }: RecordToWrite): number =>
  data.length + metadata.length + recordType.length * 2;

/** Encodes an append, and counts its bytes as the server does. */
export const encodeBatch = (
  batch: string,
  events: ReadonlyArray<EventToAppend>,
  recordedAtOf?: RecordedAtOf,
): { readonly records: ReadonlyArray<RecordToWrite>; readonly bytes: number } => {
  const records = events.map((event, index): RecordToWrite => {
    const described: RecordMetadata = {
      source: event.source,
      id: event.id,
      batch,
      index,
      size: events.length,
      ...(recordedAtOf === undefined ? {} : { recordedAt: recordedAtOf(event) }),
      ...(event.recordedBy === null ? {} : { recordedBy: event.recordedBy }),
      ...(event.authority === null ? {} : { authority: event.authority }),
    };
    const metadata = encoder.encode(JSON.stringify(described));
    return { eventId: eventIdOf(event.source, event.id), data: event.bytes, metadata };
  });
  return { records, bytes: records.reduce((sum, record) => sum + bytesOfRecord(record), 0) };
};

/** Decodes a record as an event of the ledger; undefined for foreign records in its streams. */
export const decodeRecord = (ledger: string, record: RawRecord): LoggedEvent | undefined => {
  if (record.type !== recordType || !(record.data instanceof Uint8Array)) return undefined;
  const metadata = RecordMetadata.decode(record.metadata);
  if (E.isLeft(metadata)) return undefined;
  const { source, id, batch, index, size, expected, recordedAt } = metadata.right;
  const { recordedBy = null, authority = null } = metadata.right;
  const isInPlace =
    source.isWellFormed() &&
    (record.stream === streamOfBatches(ledger) || record.stream === streamOfSource(ledger, source));
  if (!isInPlace || index < 0 || index >= size) return undefined;
  return {
    source,
    id,
    bytes: record.data,
    recordedBy,
    authority,
    recordedAt: recordedAt ?? record.createdAt,
    isCopied: recordedAt !== undefined,
    record,
    batch,
    index,
    size,
    expected: expected ?? [],
  };
};

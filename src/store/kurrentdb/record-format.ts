/**
 * The streams and records of the ledger in KurrentDB.
 *
 * Each source has a stream, `<ledger>-<source>`. An append with several sources goes to `<ledger>:batches`, since
 * KurrentDB cannot write to several streams atomically. Readers ignore streams: the events of an append are
 * consecutive in the whole log, and what precedes them decides whether they count (see `replica.ts`).
 */
import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/time/instant.ts';
import type { EventToAppend } from '../event-store.ts';

/** The types of the ledger's records, with one event and with several. */
export const oneEventType = 'domicile-event';
export const severalEventsType = 'domicile-events';

/** How the types of the ledger's records begin, in every version; other records in its streams are foreign. */
const ownTypePrefix = 'domicile-';

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

/** A record to write. */
export interface RecordToWrite {
  readonly eventId: string;
  readonly type: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

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
const tombstoneRevision = 2n ** 63n - 1n;

/** Whether a record says that its stream was permanently deleted. */
export const isTombstone = ({ type, revision }: RawRecord): boolean =>
  type === tombstoneType || revision === tombstoneRevision;

/** Whether a stream name belongs to the ledger. */
export const isStreamOf = (ledger: string, stream: string): boolean =>
  streamPrefixes(ledger).some((prefix) => stream.startsWith(prefix));

/** Whether a newer version of Domicile wrote a record of the ledger: this one does not know its type. */
export const isOfNewerVersion = (ledger: string, { type, stream }: RawRecord): boolean =>
  type.startsWith(ownTypePrefix) &&
  type !== oneEventType &&
  type !== severalEventsType &&
  isStreamOf(ledger, stream);

/** The stream to which a batch is written. */
export const streamOfBatch = (ledger: string, batch: ReadonlyArray<EventToAppend>): string => {
  const source = batch[0]?.source ?? '';
  return batch.every((event) => event.source === source)
    ? streamOfSource(ledger, source)
    : streamOfBatches(ledger);
};

/** The bytes of a record, as the server counts them. */
export const bytesOfRecord = ({ type, data, metadata }: RecordToWrite): number =>
  data.length + metadata.length + type.length * 2;

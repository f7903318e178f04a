/**
 * The file format of the embedded ledger.
 *
 * Positions are dense, 1 to n. Every row has a checksum, because SQLite itself has none: a flipped bit in a stored
 * event is reported as damage instead of changing history.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { Attribution } from '../../domain/recording/attribution.ts';
import type { FileFormat } from './file-checks.ts';

const firstSchema = `
CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  count INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE TABLE event (
  position INTEGER PRIMARY KEY,
  source INTEGER NOT NULL,
  id TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_by_id ON event (source, id);
CREATE INDEX event_by_source ON event (source);
`;

/**
 * Version 2 stores who recorded an event, and with which authority (R24). Events share few attributions, so an
 * event has the number of one. Events of version 1 have number 0.
 */
const secondSchema = `
ALTER TABLE event ADD COLUMN attribution INTEGER NOT NULL DEFAULT 0;
CREATE TABLE attribution (
  id INTEGER PRIMARY KEY,
  recorded_by TEXT,
  authority TEXT,
  checksum INTEGER NOT NULL
) STRICT;
CREATE INDEX attribution_by_content ON attribution (recorded_by, authority);
`;

/** Hashes three numbers of up to 53 bits to 32 bits; changing any single bit changes the hash. */
const fold = (a: number, b: number, c: number): number =>
  Math.imul(a, 0x9e3779b1) ^
  Math.imul(b, 0x85ebca6b) ^
  Math.imul(c, 0xc2b2ae35) ^
  (a / 0x1_0000_0000) ^
  (c / 0x1_0000_0000);

/** FNV-1a over the UTF-16 code units, which is faster for short strings than a call of zlib. */
const foldText = (text: string, start: number): number => {
  let hash = start;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The same for text in UTF-8. */
const foldBytes = (bytes: Uint8Array, from: number, to: number, start: number): number => {
  let hash = start;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return foldText(decoder.decode(bytes.subarray(from, to)), start);
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
};

/** The hash of an event's numbers. With attribution 0 it equals that of version 1, whose rows stay as they are. */
const foldNumbers = (position: number, source: number, recordedAt: number, attribution: number): number =>
  fold(position, source, recordedAt) ^ Math.imul(attribution, 0x27d4eb2f);

/** CRC-32 of an event's bytes, seeded with a hash of the other columns. */
export const eventChecksum = (
  position: number,
  source: number,
  id: string,
  recordedAt: number,
  attribution: number,
  bytes: Uint8Array,
): number => crc32(bytes, foldText(id, foldNumbers(position, source, recordedAt, attribution)));

/** The same for an event whose id is in a larger buffer, in UTF-8. */
export const checksumOfPacked = (
  position: number,
  source: number,
  recordedAt: number,
  attribution: number,
  ids: Uint8Array,
  idStart: number,
  idEnd: number,
  bytes: Uint8Array,
): number =>
  crc32(bytes, foldBytes(ids, idStart, idEnd, foldNumbers(position, source, recordedAt, attribution)));

/** CRC-32 of the constant columns of a `source` row; the count is compared with the events. */
export const sourceChecksum = (id: number, name: string): number => crc32(name, id);

/** CRC-32 of an attribution. */
export const attributionChecksum = (id: number, { recordedBy, authority }: Attribution): number =>
  crc32(JSON.stringify([recordedBy, authority]), id);

/** A row of `event`, in the order of `eventColumns`. */
export type EventRow = [
  position: number,
  source: number,
  id: string,
  recordedAt: number,
  attribution: number,
  bytes: Uint8Array,
  checksum: number,
];

export const eventColumns = 'position, source, id, recorded_at, attribution, bytes, checksum';

/** Whether the row matches its checksum. */
export const isAsWritten = (row: EventRow): boolean => {
  const [position, source, id, recordedAt, attribution, bytes, checksum] = row;
  return eventChecksum(position, source, id, recordedAt, attribution, bytes) === checksum;
};

/** The streams and the log must agree on the number of events; `whole` compares every event's checksum. */
const contradiction = (database: DatabaseSync, whole: boolean): string | undefined => {
  const { events, streams } = database
    .prepare(
      `SELECT (SELECT coalesce(max(position), 0) FROM event) AS events,
              (SELECT coalesce(sum(count), 0) FROM source) AS streams`,
    )
    .get() as { events: number; streams: number };
  if (events !== streams) return `it ends at position ${events}, but its streams count ${streams} events`;
  if (!whole) return undefined;
  const attributions = database.prepare('SELECT id, recorded_by, authority, checksum FROM attribution');
  for (const { id, recorded_by, authority, checksum } of attributions.iterate()) {
    const attribution = { recordedBy: recorded_by as string | null, authority: authority as string | null };
    if (attributionChecksum(Number(id), attribution) !== checksum)
      return `the attribution with number ${id} is damaged`;
  }
  const rows = database.prepare(`SELECT ${eventColumns} FROM event`);
  rows.setReturnArrays(true);
  for (const row of rows.iterate() as unknown as Iterable<EventRow>) {
    if (!isAsWritten(row)) return `the event at position ${row[0]} is damaged`;
  }
  return undefined;
};

/** The format of the embedded ledger; `application_id` is `DMCL` in ASCII. */
export const ledgerFormat: FileFormat = {
  name: 'ledger',
  applicationId: 0x444d434c,
  schemaVersion: 2,
  schema: firstSchema + secondSchema,
  upgrades: [secondSchema],
  contradiction,
};

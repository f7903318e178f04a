/**
 * The entry of an event in the Merkle log: what the tree commits to (V1). It follows from the log alone, so that the same
 * log has the same root in every store and every copy (V2).
 */
import type { Attribution } from '../domain/recording/attribution.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { type Hash, leafHash } from './merkle-tree.ts';
import { sha256Hex } from './sha256.ts';

/** What the log holds of an event: the stored bytes, and how they came there. */
export interface LoggedEvent extends Attribution {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const entryVersion = 1;
const encoder = new TextEncoder();

/** The entry: canonical JSON (RFC 8785), its members in the order of their names. */
export const logEntry = (event: LoggedEvent): Uint8Array => {
  const { authority, id, position, recordedAt, recordedBy, bytes, source, type } = event;
  return encoder.encode(
    JSON.stringify({
      authority,
      id,
      position,
      recordedat: formatInstant(recordedAt),
      recordedby: recordedBy,
      sha256: sha256Hex(bytes),
      source,
      type,
      v: entryVersion,
    }),
  );
};

/** The leaf of an event. */
export const leafOf = (event: LoggedEvent): Hash => leafHash(logEntry(event));

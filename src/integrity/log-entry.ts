/**
 * The entry of an event in the Merkle log: what the tree commits to (V1). It follows from the log alone, so that the same
 * log has the same root in every store and every copy (V2).
 */
import type { Attribution } from '../domain/recording/attribution.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Hash } from './merkle-tree.ts';
import { sha256Hex, sha256OfText } from './sha256.ts';

/** What the log holds of an event: the stored bytes, and how they came there. */
export interface LoggedEvent extends Attribution {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** JSON of a text or of nothing. The same few are asked for again and again. */
const quoted = (text: string | null): string => JSON.stringify(text);

/** The entry as text: canonical JSON (RFC 8785), its members in the order of their names. */
const entryText = (event: LoggedEvent): string => {
  const { authority, id, position, recordedAt, recordedBy, bytes, source, type } = event;
  const by = `"recordedat":"${formatInstant(recordedAt)}","recordedby":${quoted(recordedBy)}`;
  const what = `"sha256":"${sha256Hex(bytes)}","source":${quoted(source)},"type":${quoted(type)},"v":1`;
  return `{"authority":${quoted(authority)},"id":${quoted(id)},"position":${position},${by},${what}}`;
};

const encoder = new TextEncoder();

/** The entry of an event: version 1 of it. */
export const logEntry = (event: LoggedEvent): Uint8Array => encoder.encode(entryText(event));

/** The leaf of an event: the prefix of a leaf is a zero byte, which is one character. */
export const leafOf = (event: LoggedEvent): Hash => sha256OfText(`\0${entryText(event)}`);

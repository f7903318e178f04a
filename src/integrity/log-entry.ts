/**
 * The entry of an event in the Merkle log: what the tree commits to (V1). It follows from the log alone, so that the same
 * log has the same root in every store and every copy (V2).
 */

import { sha256Hex, sha256OfText } from '#sha256';
import type { Attribution } from '../domain/recording/attribution.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Hash } from './merkle-tree.ts';

/** What the log holds of an event: the stored bytes, and how they came there. */
export interface LoggedEvent extends Attribution {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Canonical JSON of a text or of nothing. Nearly all texts are plain ASCII, which only takes quotes around it. */
const quoted = (text: string | null): string => {
  if (text === null) return 'null';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
};

let formatted: readonly [instant: Instant, text: string] = [0, formatInstant(0)];

/** What is appended together was recorded at one instant. */
const formattedOnce = (instant: Instant): string => {
  if (formatted[0] !== instant) formatted = [instant, formatInstant(instant)];
  return formatted[1];
};

/** The entry as text: canonical JSON (RFC 8785), its members in the order of their names. */
export const entryText = (event: LoggedEvent): string => {
  const { authority, id, position, recordedAt, recordedBy, bytes, source, type } = event;
  const by = `"recordedat":"${formattedOnce(recordedAt)}","recordedby":${quoted(recordedBy)}`;
  const what = `"sha256":"${sha256Hex(bytes)}","source":${quoted(source)},"type":${quoted(type)},"v":1`;
  return `{"authority":${quoted(authority)},"id":${quoted(id)},"position":${position},${by},${what}}`;
};

const encoder = new TextEncoder();

/** The entry of an event: version 1 of it. */
export const logEntry = (event: LoggedEvent): Uint8Array => encoder.encode(entryText(event));

/** The leaf of an event: the prefix of a leaf is a zero byte, which is one character. */
export const leafOf = (event: LoggedEvent): Hash => sha256OfText(`\0${entryText(event)}`);

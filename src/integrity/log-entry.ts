/**
 * The entry of an event in the Merkle log, to which the tree commits (V1). It depends only on the log, so the same
 * log has the same root in every store and copy (V2).
 */

import { sha256Hex, sha256OfText } from '#sha256';
import type { Attribution } from '../domain/recording/attribution.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Hash } from './merkle-tree.ts';

/** A logged event: the stored bytes and their provenance. */
export interface LoggedEvent extends Attribution {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Canonical JSON of a text or null. Nearly all texts are plain ASCII, which only needs quotes. */
const quoted = (text: string | null): string => {
  if (text === null) return 'null';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text);
  }
  return `"${text}"`;
};

let formatted: readonly [instant: Instant, text: string] = [0, formatInstant(0)];

/** Events of one append have the same time, so its text is cached. */
const formattedOnce = (instant: Instant): string => {
  if (formatted[0] !== instant) formatted = [instant, formatInstant(instant)];
  return formatted[1];
};

/** The entry as text: canonical JSON (RFC 8785), with its members sorted by name. */
export const entryText = (event: LoggedEvent): string => {
  const { authority, id, position, recordedAt, recordedBy, bytes, source, type } = event;
  const by = `"recordedat":"${formattedOnce(recordedAt)}","recordedby":${quoted(recordedBy)}`;
  const what = `"sha256":"${sha256Hex(bytes)}","source":${quoted(source)},"type":${quoted(type)},"v":1`;
  return `{"authority":${quoted(authority)},"id":${quoted(id)},"position":${position},${by},${what}}`;
};

const encoder = new TextEncoder();

/** The entry of an event, version 1. */
export const logEntry = (event: LoggedEvent): Uint8Array => encoder.encode(entryText(event));

/** The leaf hash of an event. Its prefix is a zero byte, which is one character. */
export const leafOf = (event: LoggedEvent): Hash => sha256OfText(`\0${entryText(event)}`);

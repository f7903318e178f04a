/**
 * The bytes of an event in the log, and how old ones are read.
 *
 * Version 1 is the envelope with `storedversion` and an explicit assurance. Version 0 has neither: plain CloudEvents
 * as emitters send them. A changed form gets the next number and a function here that lifts the one before; stored
 * bytes are never rewritten. `test/golden/` holds a file of each version.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeRecorded, type Event, encodeEvent } from './event.ts';
import type { Fault } from './fault.ts';

/** The version of stored events that is written. */
export const storedVersion = 1;

type Stored = Readonly<Record<string, unknown>>;

/** `upcasters[n]` lifts an event stored in version n to version n + 1. */
const upcasters: ReadonlyArray<(stored: Stored) => Stored> = [
  (plain) => ({ ...plain, assurance: plain.assurance ?? 'observed', storedversion: 1 }),
];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text that is kept of an event. Equal events give equal texts. */
export const storedText = (event: Event): string =>
  `{"storedversion":${storedVersion},${JSON.stringify(encodeEvent(event)).slice(1)}`;

/** The same in UTF-8: the bytes that are kept. */
export const encodeStored = (event: Event): Uint8Array => encoder.encode(storedText(event));

const fault = (message: string): E.Either<ReadonlyArray<Fault>, never> => E.left([{ pointer: '', message }]);

/** Reads an event stored in any version up to the current one. */
export const decodeStored = (bytes: Uint8Array): E.Either<ReadonlyArray<Fault>, Event> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    return fault('is not JSON in UTF-8');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    return fault('is not an object');
  let stored = parsed as Stored;
  const version = stored.storedversion ?? 0;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0 || version > storedVersion) {
    return fault(
      `is stored in a version that this Domicile does not know; it knows versions 0 to ${storedVersion}`,
    );
  }
  for (let from = version; from < storedVersion; from++) stored = upcasters[from]!(stored);
  const { storedversion: _, ...event } = stored;
  return decodeRecorded(event);
};

/** Whether a newer version stored the event; false for bytes that are not an event. */
export const isOfNewerVersion = (bytes: Uint8Array): boolean => {
  try {
    const { storedversion, type } = JSON.parse(decoder.decode(bytes)) as Readonly<Record<string, unknown>>;
    return (
      Number.isInteger(storedversion) && Number(storedversion) > storedVersion && typeof type === 'string'
    );
  } catch {
    return false;
  }
};

/** The parts of a stored event by which it is found. */
export interface StoredShape {
  readonly type: Event['type'];
  /** RFC 3339. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Reads an event stored in the current version without checking it again: it was checked before it was written, and the
 * store guarantees its bytes. Undefined for any other version.
 */
export const parseCurrent = (bytes: Uint8Array): StoredShape | undefined => {
  try {
    const parsed = JSON.parse(decoder.decode(bytes)) as Readonly<Record<string, unknown>> | null;
    return parsed?.storedversion === storedVersion &&
      typeof parsed.type === 'string' &&
      typeof parsed.time === 'string' &&
      typeof parsed.data === 'object' &&
      parsed.data !== null
      ? (parsed as unknown as StoredShape)
      : undefined;
  } catch {
    return undefined;
  }
};

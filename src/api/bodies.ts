/**
 * The bodies in which events arrive: CloudEvents JSON, batch and binary mode, and NDJSON (CloudEvents HTTP binding).
 * Each limit is named here; nothing is buffered without one.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from './problem.ts';
import type { Given } from './record.ts';

/** A body that is not NDJSON. */
export const bodyBytesMax = 16 * 1_024 * 1_024;
/** One line of NDJSON: room for SubjectsEnrolled with 10,000 subjects of 128 characters. */
export const lineBytesMax = 4 * 1_024 * 1_024;
/** Events of one atomic batch. */
export const batchEventsMax = 1_000;
/** Lines of one atomic chunk of NDJSON, which also ends where its bytes would be more than this. */
export const chunkBytesMax = 8 * 1_024 * 1_024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const tooLarge = (what: string, limit: number): E.Either<Problem, never> =>
  E.left({ kind: 'too-large', detail: `${what} is larger than ${limit} bytes; send fewer events at a time` });

const cutShort: E.Either<Problem, never> = E.left({
  kind: 'incomplete-body',
  detail: 'the connection ended before the body was whole; nothing of its last batch is recorded',
});

const invalid = (at: { index: number; line?: number }, message: string): Problem => ({
  kind: 'invalid-events',
  errors: [{ ...at, pointer: '', message }],
});

/** What is wrong with a text that is not JSON, without quoting it: the parser's message does. */
const syntaxFault = (error: unknown): string => {
  const place = error instanceof Error ? /position (\d+)|end of JSON/.exec(error.message) : null;
  const where =
    place?.[1] !== undefined
      ? `at character ${place[1]}`
      : place === null
        ? 'somewhere in it'
        : 'at its end: it is cut off';
  return `is not JSON (RFC 8259); the fault is ${where}`;
};

const parse = (text: string, at: { index: number; line?: number }): E.Either<Problem, unknown> => {
  try {
    return E.right(JSON.parse(text));
  } catch (error) {
    return E.left(invalid(at, syntaxFault(error)));
  }
};

/** Reads a whole body within its limit. */
const readWhole = async (body: ReadableStream<Uint8Array> | null): Promise<E.Either<Problem, Uint8Array>> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body ?? []) {
      size += part.length;
      if (size > bodyBytesMax) return tooLarge('the body', bodyBytesMax);
      parts.push(part);
    }
  } catch {
    return cutShort;
  }
  return E.right(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
};

const readText = async (body: ReadableStream<Uint8Array> | null): Promise<E.Either<Problem, string>> => {
  const bytes = await readWhole(body);
  if (E.isLeft(bytes)) return bytes;
  try {
    return E.right(utf8.decode(bytes.right));
  } catch {
    return E.left(invalid({ index: 0 }, 'is not UTF-8'));
  }
};

/** `application/cloudevents+json`: one event. */
export const readStructured = async (
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const text = await readText(body);
  if (E.isLeft(text)) return text;
  const json = parse(text.right, { index: 0 });
  return E.isLeft(json) ? json : E.right([{ index: 0, json: json.right }]);
};

/** `application/cloudevents-batch+json`: an array of events, recorded all or none. */
export const readBatch = async (
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const text = await readText(body);
  if (E.isLeft(text)) return text;
  const json = parse(text.right, { index: 0 });
  if (E.isLeft(json)) return json;
  if (!Array.isArray(json.right)) return E.left(invalid({ index: 0 }, 'expected an array of events'));
  if (json.right.length > batchEventsMax) {
    const detail = `the batch has ${json.right.length} events; it may have up to ${batchEventsMax}. Any number go in as application/x-ndjson`;
    return E.left({ kind: 'too-large', detail });
  }
  return E.right(json.right.map((each: unknown, index) => ({ index, json: each })));
};

const attributeHeaders = [
  'id',
  'source',
  'type',
  'time',
  'specversion',
  'assurance',
  'evidence',
  'subject',
  'dataschema',
];

const percentDecoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/** CloudEvents binary mode: attributes in `ce-` headers, the data as the body. */
export const readBinary = async (
  headers: Headers,
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const text = await readText(body);
  if (E.isLeft(text)) return text;
  const data = parse(text.right, { index: 0 });
  if (E.isLeft(data)) return data;
  const attributes: Record<string, unknown> = {};
  for (const name of attributeHeaders) {
    const value = headers.get(`ce-${name}`);
    if (value !== null) attributes[name] = percentDecoded(value);
  }
  return E.right([{ index: 0, json: { ...attributes, data: data.right } }]);
};

const newline = 0x0a;

/**
 * `application/x-ndjson`: chunks of up to `batchEventsMax` lines, in order. Empty lines are passed over. A chunk with
 * a line that is not JSON is a problem, and the last.
 */
export async function* readNdjson(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<E.Either<Problem, ReadonlyArray<Given>>, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let index = 0;

  const chunkOf = (bytes: Buffer): E.Either<Problem, ReadonlyArray<Given>> => {
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return E.left(
        invalid({ index: index + faultyLine(bytes), line: line + faultyLine(bytes) + 1 }, 'is not UTF-8'),
      );
    }
    const given: Given[] = [];
    for (const each of text.split('\n')) {
      line++;
      if (each.trim() === '') continue;
      const json = parse(each, { index, line });
      if (E.isLeft(json)) return json;
      given.push({ index, line, json: json.right });
      index++;
    }
    return E.right(given);
  };

  try {
    for await (const part of body ?? []) {
      rest =
        rest.length === 0
          ? Buffer.from(part.buffer, part.byteOffset, part.length)
          : Buffer.concat([rest, part]);
      for (;;) {
        const end = endOfChunk(rest);
        if (end === undefined) break;
        yield chunkOf(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      if (rest.length > chunkBytesMax + lineBytesMax || tailLength(rest) > lineBytesMax) {
        yield tooLarge(`line ${line + countLines(rest) + 1}`, lineBytesMax);
        return;
      }
    }
  } catch {
    yield cutShort;
    return;
  }
  while (rest.length > 0) {
    const end = endOfChunk(rest) ?? rest.length;
    yield chunkOf(rest.subarray(0, end));
    rest = rest.subarray(end + 1);
  }
}

/** Where a full chunk ends: at the newline of its last line. */
const endOfChunk = (bytes: Buffer): number | undefined => {
  let end = -1;
  for (let lines = 0; lines < batchEventsMax; lines++) {
    const next = bytes.indexOf(newline, end + 1);
    if (next === -1) return undefined;
    if (next > chunkBytesMax && lines > 0) return end;
    end = next;
  }
  return end;
};

const tailLength = (bytes: Buffer): number => bytes.length - (bytes.lastIndexOf(newline) + 1);

const countLines = (bytes: Buffer): number => {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines++;
  return lines;
};

const faultyLine = (bytes: Buffer): number => {
  let start = 0;
  for (let lines = 0; ; lines++) {
    const end = bytes.indexOf(newline, start);
    try {
      utf8.decode(bytes.subarray(start, end === -1 ? bytes.length : end));
    } catch {
      return lines;
    }
    if (end === -1) return lines;
    start = end + 1;
  }
};

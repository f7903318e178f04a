/**
 * The bodies in which events arrive: CloudEvents JSON, batch and binary mode, and NDJSON (CloudEvents HTTP binding).
 * Each limit is named here; nothing is buffered without one.
 */
import * as E from 'fp-ts/lib/Either.js';
import { describe } from '../domain/codec.ts';
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

/** A body that is not what it is said to be. */
const invalid = (message: string): E.Either<Problem, never> =>
  E.left({ kind: 'invalid-events', errors: [{ index: 0, pointer: '', message }] });

/** What is wrong with a text that is not JSON, without quoting it, as the parser's message would. */
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

const parse = (text: string): E.Either<string, unknown> => {
  try {
    return E.right(JSON.parse(text));
  } catch (error) {
    return E.left(syntaxFault(error));
  }
};

const decode = (bytes: Uint8Array): E.Either<string, string> => {
  try {
    return E.right(utf8.decode(bytes));
  } catch {
    return E.left('is not UTF-8');
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

/** Reads a whole body as JSON. */
export const readJson = async (
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, unknown>> => {
  const bytes = await readWhole(body);
  if (E.isLeft(bytes)) return bytes;
  const text = decode(bytes.right);
  if (E.isLeft(text)) return invalid(text.left);
  const json = parse(text.right);
  return E.isLeft(json) ? invalid(json.left) : json;
};

/** `application/cloudevents+json`: one event. */
export const readStructured = async (
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const json = await readJson(body);
  return E.isLeft(json) ? json : E.right([{ index: 0, json: json.right }]);
};

/** `application/cloudevents-batch+json`: an array of events, recorded all or none. */
export const readBatch = async (
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const json = await readJson(body);
  if (E.isLeft(json)) return json;
  if (!Array.isArray(json.right))
    return invalid(`found ${describe(json.right)}; expected an array of events`);
  if (json.right.length > batchEventsMax) {
    const detail = `the batch has ${json.right.length} events; it may have up to ${batchEventsMax}. Any number go in as application/x-ndjson`;
    return E.left({ kind: 'too-large', detail });
  }
  return E.right(json.right.map((each: unknown, index) => ({ index, json: each })));
};

const attributePrefix = 'ce-';

const percentDecoded = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

/** Whether the headers are those of an event in CloudEvents binary mode. */
export const isBinary = (headers: Headers): boolean => {
  for (const [name] of headers) if (name.startsWith(attributePrefix)) return true;
  return false;
};

/** CloudEvents binary mode: attributes in `ce-` headers, the data as the body. */
export const readBinary = async (
  headers: Headers,
  body: ReadableStream<Uint8Array> | null,
): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const data = await readJson(body);
  if (E.isLeft(data)) return data;
  const attributes = [...headers].flatMap(([name, value]) =>
    name.startsWith(attributePrefix) ? [[name.slice(attributePrefix.length), percentDecoded(value)]] : [],
  );
  return E.right([{ index: 0, json: { ...Object.fromEntries(attributes), data: data.right } }]);
};

const newline = 0x0a;

/** `application/x-ndjson`: chunks of up to `batchEventsMax` lines, in order. Empty lines are passed over. */
export async function* readNdjson(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<E.Either<Problem, ReadonlyArray<Given>>, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let index = 0;

  const chunkOf = (bytes: Buffer): E.Either<Problem, ReadonlyArray<Given>> => {
    const given: Given[] = [];
    for (const each of linesOf(bytes)) {
      line++;
      if (bytes.length > lineBytesMax && E.isRight(each) && Buffer.byteLength(each.right) > lineBytesMax)
        return tooLarge(`line ${line}`, lineBytesMax);
      if (E.isRight(each) && each.right.trim() === '') continue;
      const json = E.isLeft(each) ? each : parse(each.right);
      given.push({ index, line, ...(E.isLeft(json) ? { fault: json.left } : { json: json.right }) });
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

/** The lines as text: decoded at once where all of them are UTF-8, one by one to find those that are not. */
const linesOf = (bytes: Buffer): ReadonlyArray<E.Either<string, string>> => {
  const whole = decode(bytes);
  if (E.isRight(whole)) return whole.right.split('\n').map(E.right);
  const lines: E.Either<string, string>[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const next = bytes.indexOf(newline, start);
    const end = next === -1 ? bytes.length : next;
    lines.push(decode(bytes.subarray(start, end)));
    start = end + 1;
  }
  return lines;
};

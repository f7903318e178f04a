/**
 * The bodies in which events arrive: CloudEvents JSON, batch and binary mode, and NDJSON (CloudEvents HTTP binding).
 * Each limit is named here; nothing is buffered without one.
 */
import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../../contract/problem.ts';
import { describe } from '../../domain/events/fault.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';

/** A body that is not NDJSON. */
const bodyBytesMax = 16 * 1_024 * 1_024;
/** One line of NDJSON: room for SubjectsEnrolled with 10,000 subjects of 128 characters. */
const lineBytesMax = 4 * 1_024 * 1_024;
/** Events of one atomic batch. */
const batchEventsMax = 1_000;
/** Lines of one atomic chunk of NDJSON, which also ends where its bytes would be more than this. */
const chunkBytesMax = 8 * 1_024 * 1_024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

const tooLarge = (what: string, limit: number): E.Either<Problem, never> =>
  E.left({ kind: 'too-large', detail: `${what} is larger than ${limit} bytes; send fewer events at a time` });

const cutShort: E.Either<Problem, never> = E.left({
  kind: 'incomplete-body',
  detail: 'the connection ended before the body was whole; nothing of its last batch is recorded',
});

/** A body that contradicts its Content-Type. */
const invalid = (message: string): E.Either<Problem, never> =>
  E.left({ kind: 'invalid-events', errors: [{ index: 0, pointer: '', message }] });

/** The syntax error of a text that is not JSON. The parser's own message would quote the text. */
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

const notUtf8 = 'is not UTF-8';

const decode = (bytes: Uint8Array): E.Either<string, string> => {
  try {
    return E.right(utf8.decode(bytes));
  } catch {
    return E.left(notUtf8);
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
const byteOrderMark = '\ufeff';

/**
 * `application/x-ndjson`: chunks of up to `batchEventsMax` lines, in order. Empty lines are skipped. Each line is
 * parsed as it arrives: allocating large buffers and strings for whole chunks would take longer than parsing them.
 */
export async function* readNdjson(
  body: ReadableStream<Uint8Array> | null,
): AsyncGenerator<E.Either<Problem, ReadonlyArray<Given>>, void, undefined> {
  /** The beginning of a line whose end has not arrived. */
  let rest: Buffer = Buffer.alloc(0);
  let chunk: Given[] = [];
  let chunkLines = 0;
  let chunkBytes = 0;
  let line = 0;
  let index = 0;

  const taken = (): E.Either<Problem, ReadonlyArray<Given>> => {
    const whole = chunk;
    chunk = [];
    chunkLines = 0;
    chunkBytes = 0;
    return E.right(whole);
  };

  const add = (bytes: Buffer, start: number, end: number, areUtf8: boolean): void => {
    line++;
    chunkLines++;
    chunkBytes += end - start + 1;
    if (!areUtf8 && !isUtf8(bytes.subarray(start, end))) {
      chunk.push({ index: index++, line, fault: notUtf8 });
      return;
    }
    const text = bytes.toString('utf8', start, end);
    if (text.trim() === '') return;
    const json = parse(line === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text);
    chunk.push(
      E.isLeft(json)
        ? { index: index++, line, fault: json.left }
        : { index: index++, line, json: json.right },
    );
  };

  try {
    for await (const part of body ?? []) {
      const bytes: Buffer =
        rest.length === 0
          ? Buffer.from(part.buffer, part.byteOffset, part.length)
          : Buffer.concat([rest, part]);
      const areUtf8 = isUtf8(bytes.subarray(0, bytes.lastIndexOf(newline) + 1));
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        if (end - start > lineBytesMax) {
          yield tooLarge(`line ${line + 1}`, lineBytesMax);
          return;
        }
        if (chunkLines > 0 && chunkBytes + end - start > chunkBytesMax) yield taken();
        add(bytes, start, end, areUtf8);
        if (chunkLines === batchEventsMax) yield taken();
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > lineBytesMax) {
        yield tooLarge(`line ${line + 1}`, lineBytesMax);
        return;
      }
    }
  } catch {
    yield cutShort;
    return;
  }
  if (rest.length > 0) add(rest, 0, rest.length, false);
  if (chunkLines > 0) yield taken();
}

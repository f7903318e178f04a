/**
 * The bodies in which events arrive: CloudEvents JSON and batch mode (CloudEvents HTTP binding), JSON and NDJSON.
 * Each limit is named here; nothing is buffered without one.
 */
import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../../contract/problem.ts';
import { describe, type Fault } from '../../domain/events/fault.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { Turns } from '../../threads/turns.ts';
import { type Body, RefusedBody } from './content-coding.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { examine, examinedBytesMin } from './json-shape.ts';

/** A body that is not NDJSON. */
const bodyBytesMax = 16 * 1_024 * 1_024;
/** One line of NDJSON: room for SubjectsEnrolled with 10,000 subjects of 512 characters, of up to three bytes each. */
const lineBytesMax = 16 * 1_024 * 1_024;
/** Values (members, items and what they hold) of one event: room for 10,000 subjects. */
export const eventValuesMax = 20_000;
/** Values of a body that is not NDJSON. */
const bodyValuesMax = 2_000_000;
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

/** Why a body could not be read to its end. */
const stoppedBy = (error: unknown): E.Either<Problem, never> =>
  error instanceof RefusedBody ? E.left(error.problem) : cutShort;

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

/** A value too large in shape to be parsed: the fault has its place. */
const misshapen = (pointer: string, message: string): E.Either<Problem, never> =>
  E.left({ kind: 'invalid-events', errors: [{ index: 0, pointer, message }] });

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
const readWhole = async (body: Body): Promise<E.Either<Problem, Buffer>> => {
  const whole = new GrowingBytes();
  try {
    for await (const part of body ?? []) {
      if (whole.length + part.length > bodyBytesMax) return tooLarge('the body', bodyBytesMax);
      whole.append(part);
    }
  } catch (error) {
    return stoppedBy(error);
  }
  return E.right(whole.bytes());
};

const parseBytes = (bytes: Uint8Array): E.Either<Problem, unknown> => {
  const text = decode(bytes);
  if (E.isLeft(text)) return invalid(text.left);
  const json = parse(text.right);
  return E.isLeft(json) ? invalid(json.left) : json;
};

/** The items of a long array, parsed one by one so that others get their turn; undefined where one is not JSON. */
const parseItems = async (
  bytes: Buffer,
  items: ReadonlyArray<readonly [number, number]>,
): Promise<ReadonlyArray<unknown> | undefined> => {
  const turns = new Turns();
  const parsed: unknown[] = [];
  for (const [from, to] of items) {
    const item = parseBytes(bytes.subarray(from, to));
    if (E.isLeft(item)) return undefined;
    parsed.push(item.right);
    if (turns.isOver()) await turns.next();
  }
  return parsed;
};

const spaces = /^[\t\n\r ]*$/;

/** Whether nothing but white space stands around the items of an array. */
const isWholeArray = (bytes: Buffer, items: ReadonlyArray<readonly [number, number]>): boolean => {
  const before = bytes.toString('latin1', 0, items[0]![0]);
  const after = bytes.toString('latin1', items.at(-1)![1]);
  return before.endsWith('[') && spaces.test(before.slice(0, -1)) && spaces.test(after.slice(1));
};

/**
 * Reads a whole body as JSON.
 *
 * @param valuesMax how many values it may have.
 */
export const readJson = async (
  body: Body,
  valuesMax = bodyValuesMax,
): Promise<E.Either<Problem, unknown>> => {
  const read = await readWhole(body);
  if (E.isLeft(read)) return read;
  const bytes = read.right;
  if (bytes.length < examinedBytesMin) return parseBytes(bytes);
  const shape = await examine(bytes, valuesMax);
  if (E.isLeft(shape)) return misshapen(shape.left.pointer, shape.left.message);
  const items = shape.right;
  if (items.length > 1 && isWholeArray(bytes, items)) {
    const parsed = await parseItems(bytes, items);
    if (parsed !== undefined) return E.right(parsed);
  }
  // What is wrong, and where, the parser says of the whole.
  return parseBytes(bytes);
};

/** `application/cloudevents+json`: one event. */
export const readStructured = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const json = await readJson(body, eventValuesMax);
  return E.isLeft(json) ? json : E.right([{ index: 0, json: json.right }]);
};

const batchOf = (json: ReadonlyArray<unknown>): E.Either<Problem, ReadonlyArray<Given>> => {
  if (json.length > batchEventsMax) {
    const detail = `the batch has ${json.length} events; it may have up to ${batchEventsMax}. Any number go in as application/x-ndjson`;
    return E.left({ kind: 'too-large', detail });
  }
  return E.right(json.map((each, index) => ({ index, json: each })));
};

/** `application/cloudevents-batch+json`: an array of events, recorded all or none. */
export const readBatch = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const json = await readJson(body);
  if (E.isLeft(json)) return json;
  return Array.isArray(json.right)
    ? batchOf(json.right)
    : invalid(`found ${describe(json.right)}; expected an array of events`);
};

/** `application/json`: one event, or an array of them, recorded all or none. */
export const readPlain = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> => {
  const json = await readJson(body);
  if (E.isLeft(json)) return json;
  return batchOf(Array.isArray(json.right) ? json.right : [json.right]);
};

const newline = 0x0a;
const byteOrderMark = '\ufeff';

/**
 * `application/x-ndjson`: chunks of up to `batchEventsMax` lines, in order. Empty lines are skipped. Each line is
 * parsed as it arrives: allocating large buffers and strings for whole chunks would take longer than parsing them.
 */
export async function* readNdjson(
  body: Body,
): AsyncGenerator<E.Either<Problem, ReadonlyArray<Given>>, void, undefined> {
  /** The beginning of a line whose end has not arrived. */
  const rest = new GrowingBytes();
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

  /** What is wrong with the shape of a long line, so that it is not parsed. */
  const misshapenLine = async (bytes: Buffer): Promise<Fault | undefined> => {
    const shape = await examine(bytes, eventValuesMax);
    return E.isLeft(shape) ? shape.left : undefined;
  };

  const add = (bytes: Buffer, areUtf8: boolean, misshapen: Fault | undefined): void => {
    line++;
    chunkLines++;
    chunkBytes += bytes.length + 1;
    if (bytes.length === 0) return;
    if (misshapen !== undefined) {
      const { pointer, message } = misshapen;
      chunk.push({ index: index++, line, fault: message, pointer });
      return;
    }
    if (!areUtf8 && !isUtf8(bytes)) {
      chunk.push({ index: index++, line, fault: notUtf8 });
      return;
    }
    const text = bytes.toString('utf8');
    if (text.trim() === '') return;
    const json = parse(line === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text);
    chunk.push(
      E.isLeft(json)
        ? { index: index++, line, fault: json.left }
        : { index: index++, line, json: json.right },
    );
  };

  const turns = new Turns();
  try {
    for await (const part of body ?? []) {
      const bytes = Buffer.from(part.buffer, part.byteOffset, part.length);
      const last = bytes.lastIndexOf(newline);
      const areUtf8 = rest.length === 0 && last > 0 && isUtf8(bytes.subarray(0, last));
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        const isContinued = rest.length > 0;
        if (isContinued) rest.append(bytes.subarray(start, end));
        const whole = isContinued ? rest.bytes() : bytes.subarray(start, end);
        if (whole.length > lineBytesMax) {
          yield tooLarge(`line ${line + 1}`, lineBytesMax);
          return;
        }
        if (chunkLines > 0 && chunkBytes + whole.length > chunkBytesMax) yield taken();
        add(whole, areUtf8, whole.length < examinedBytesMin ? undefined : await misshapenLine(whole));
        if (isContinued) rest.clear();
        if (chunkLines === batchEventsMax) yield taken();
        start = end + 1;
        if (turns.isOver()) await turns.next();
      }
      rest.append(bytes.subarray(start));
      if (rest.length > lineBytesMax) {
        yield tooLarge(`line ${line + 1}`, lineBytesMax);
        return;
      }
    }
  } catch (error) {
    yield stoppedBy(error);
    return;
  }
  if (rest.length > 0) {
    const whole = rest.bytes();
    add(whole, false, whole.length < examinedBytesMin ? undefined : await misshapenLine(whole));
  }
  if (chunkLines > 0) yield taken();
}

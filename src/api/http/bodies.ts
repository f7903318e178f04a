/**
 * Bodies that are read completely: CloudEvents JSON and batch mode (CloudEvents HTTP binding), and plain JSON. Each
 * limit is named here, and nothing is buffered without one. `ndjson.ts` reads lines.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import { describe } from '../../domain/events/fault.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { Turns } from '../../threads/turns.ts';
import { type Body, RefusedBody } from './content-coding.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { examine, examinedBytesMin } from './json-shape.ts';

/** The maximum size of a body that is not NDJSON. */
const bodyBytesMax = 16 * 1_024 * 1_024;
/** JSON values (members, items and their contents) in one event: room for 10,000 subjects. */
export const eventValuesMax = 20_000;
/** JSON values in a body that is not NDJSON. */
const bodyValuesMax = 2_000_000;
/** Events in one atomic batch. */
export const batchEventsMax = 1_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A problem: something exceeds a limit. */
export const tooLarge = (what: string, limit: number): E.Either<Problem, never> =>
  E.left({ kind: 'too-large', detail: `${what} is larger than ${limit} bytes; send fewer events at a time` });

const cutShort: E.Either<Problem, never> = E.left({
  kind: 'incomplete-body',
  detail: 'the connection ended before the body was complete; nothing of its last batch is recorded',
});

/** The problem of a body that could not be read completely. */
export const stoppedBy = (error: unknown): E.Either<Problem, never> =>
  error instanceof RefusedBody ? E.left(error.problem) : cutShort;

/** The problem of a body, or a value in it, that contradicts its Content-Type. */
const invalid = (message: string, pointer = ''): Problem => ({
  kind: 'invalid-events',
  errors: [{ index: 0, pointer, message }],
});

/** The syntax error of invalid JSON. The parser's own message would quote the text. */
const syntaxFault = (error: unknown): string => {
  const place = error instanceof Error ? /position (\d+)|end of JSON/.exec(error.message) : null;
  const where =
    place?.[1] !== undefined
      ? `at character ${place[1]}`
      : place === null
        ? 'somewhere in it'
        : 'at its end: it is incomplete';
  return `is not JSON (RFC 8259); the fault is ${where}`;
};

/** Parses a text; a fault says what is wrong and where. */
export const parseJson = (text: string): E.Either<string, unknown> =>
  E.tryCatch(() => JSON.parse(text), syntaxFault);

export const notUtf8 = 'is not UTF-8';

const decode = (bytes: Uint8Array): E.Either<string, string> =>
  E.tryCatch(
    () => utf8.decode(bytes),
    () => notUtf8,
  );

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

const parseBytes = (bytes: Uint8Array): E.Either<Problem, unknown> =>
  pipe(
    decode(bytes),
    E.flatMap(parseJson),
    E.mapLeft((fault) => invalid(fault)),
  );

/** The items of a long array, parsed one by one to let other work continue; undefined if one is not JSON. */
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

/** Whether only white space surrounds the items of an array. */
const isWholeArray = (bytes: Buffer, items: ReadonlyArray<readonly [number, number]>): boolean => {
  const before = bytes.toString('latin1', 0, items[0]![0]);
  const after = bytes.toString('latin1', items.at(-1)![1]);
  return before.endsWith('[') && spaces.test(before.slice(0, -1)) && spaces.test(after.slice(1));
};

/** Parses a long body, after checking that its shape allows it. */
const parseLong = (bytes: Buffer, valuesMax: number): TE.TaskEither<Problem, unknown> =>
  pipe(
    () => examine(bytes, valuesMax),
    TE.mapLeft(({ pointer, message }) => invalid(message, pointer)),
    TE.flatMap((items) => async () => {
      const parsed =
        items.length > 1 && isWholeArray(bytes, items) ? await parseItems(bytes, items) : undefined;
      // The parser finds what is wrong, and where, in the whole body.
      return parsed === undefined ? parseBytes(bytes) : E.right(parsed);
    }),
  );

/**
 * Reads a whole body as JSON.
 *
 * @param valuesMax the maximum number of JSON values in it.
 */
export const readJson = (body: Body, valuesMax = bodyValuesMax): Promise<E.Either<Problem, unknown>> =>
  pipe(
    () => readWhole(body),
    TE.flatMap((bytes) =>
      bytes.length < examinedBytesMin ? TE.fromEither(parseBytes(bytes)) : parseLong(bytes, valuesMax),
    ),
  )();

const batchOf = (json: ReadonlyArray<unknown>): E.Either<Problem, ReadonlyArray<Given>> => {
  if (json.length > batchEventsMax) {
    const detail = `the batch has ${json.length} events; it may have up to ${batchEventsMax}. To send more, use application/x-ndjson`;
    return E.left({ kind: 'too-large', detail });
  }
  return E.right(json.map((each, index) => ({ index, json: each })));
};

/** `application/cloudevents+json`: one event. */
export const readStructured = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> =>
  E.map((json): ReadonlyArray<Given> => [{ index: 0, json }])(await readJson(body, eventValuesMax));

/** `application/cloudevents-batch+json`: an array of events, recorded atomically. */
export const readBatch = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> =>
  pipe(
    await readJson(body),
    E.flatMap((json) =>
      Array.isArray(json)
        ? batchOf(json)
        : E.left(invalid(`found ${describe(json)}; expected an array of events`)),
    ),
  );

/** `application/json`: one event, or an array of events, recorded atomically. */
export const readPlain = async (body: Body): Promise<E.Either<Problem, ReadonlyArray<Given>>> =>
  pipe(
    await readJson(body),
    E.flatMap((json) => batchOf(Array.isArray(json) ? json : [json])),
  );

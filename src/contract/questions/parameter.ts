/**
 * Query parameters, with one codec for each kind of value, between text and the value in code. Each has a
 * description and a JSON Schema, from which the API description is generated.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { closest } from '../../domain/events/closest.ts';
import { type EdgeKind, edgeKinds } from '../../domain/reach/edge.ts';
import { formatInstant, type Instant, parseInstant } from '../../domain/time/instant.ts';
import { type Cursor, decodeCursor, encodeCursor } from '../cursor.ts';

/** The default number of rows in a page. */
export const limitDefault = 100;
export const limitMax = 1_000;

/** A moment as callers write it in code: RFC 3339 (a date is its first instant, UTC), or a `Date`. */
export type Moment = string | Date;

/** The codec of a query parameter. `Given` is its type for callers in code. */
export interface Parameter<A, Given> extends t.Type<A, string, unknown> {
  readonly description: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** A type-level marker without a value. */
  readonly given?: Given;
}

interface Kind<A> {
  readonly schema: Readonly<Record<string, unknown>>;
  /** The value, or what is expected. */
  readonly read: (text: string) => E.Either<string, A>;
  readonly write: (value: A) => string;
}

/** Creates parameters of a kind, given their descriptions. */
const parameterOf =
  <A, Given>({ schema, read, write }: Kind<A>) =>
  (description: string): Parameter<A, Given> => {
    const codec = new t.Type<A, string, unknown>(
      description,
      (value): value is A => value !== undefined,
      (input, context) =>
        pipe(
          read(String(input)),
          E.mapLeft((expected) => [{ value: input, context, message: `expected ${expected}` }]),
        ),
      write,
    );
    return Object.assign(codec, { description, schema });
  };

const matching =
  <A>(expected: string, pattern: RegExp, value: (text: string) => A, isValid: (value: A) => boolean) =>
  (text: string): E.Either<string, A> =>
    pipe(
      pattern.test(text) ? E.right(value(text)) : E.left(expected),
      E.filterOrElse(isValid, () => expected),
    );

/** Any text, such as a name that the question looks up. */
export const text = parameterOf<string, string>({
  schema: { type: 'string' },
  read: E.right,
  write: (value) => value,
});

export const instant = parameterOf<Instant, Moment>({
  schema: { type: 'string', format: 'date-time' },
  read: parseInstant,
  write: formatInstant,
});

/** A position in the log. */
export const position = parameterOf<number, string>({
  schema: { type: 'string', pattern: '^\\d{1,16}$' },
  read: matching(
    'a position in the log, a whole number such as 1234',
    /^\d{1,16}$/,
    Number,
    Number.isSafeInteger,
  ),
  write: String,
});

/** A version of a policy. */
export const version = parameterOf<number, number>({
  schema: { type: 'integer', minimum: 1 },
  read: matching('a version, a whole number from 1 on', /^[1-9]\d{0,8}$/, Number, () => true),
  write: String,
});

export const limit = parameterOf<number, number>({
  schema: { type: 'integer', minimum: 1, maximum: limitMax, default: limitDefault },
  read: matching(
    `a whole number from 1 to ${limitMax}`,
    /^\d{1,4}$/,
    Number,
    (value) => value >= 1 && value <= limitMax,
  ),
  write: String,
});

export const cursor = parameterOf<Cursor, string>({
  schema: { type: 'string' },
  read: decodeCursor,
  write: encodeCursor,
});

const readWord =
  <A extends string>(words: ReadonlyArray<A>) =>
  (given: string): E.Either<string, A> => {
    const word = words.find((each) => each === given);
    if (word !== undefined) return E.right(word);
    const best = closest(given, words);
    const hint = best === undefined ? '' : `; did you mean ${best}?`;
    return E.left(`one of ${words.join(', ')}${hint}`);
  };

/** One of a list of words. */
export const word = <A extends string>(words: ReadonlyArray<A>) =>
  parameterOf<A, A>({
    schema: { type: 'string', enum: words },
    read: readWord(words),
    write: (value) => value,
  });

export const yesOrNo = parameterOf<boolean, boolean>({
  schema: { type: 'boolean' },
  read: (given) =>
    pipe(
      readWord(['true', 'false'])(given),
      E.map((found) => found === 'true'),
    ),
  write: String,
});

/** Kinds of edges (R13), separated by commas. */
export const edges = parameterOf<ReadonlyArray<EdgeKind>, string>({
  schema: { type: 'string' },
  read: (given) => {
    const kinds = given.split(',').map((each) => each.trim());
    const known = edgeKinds.filter((kind) => kinds.includes(kind));
    return known.length === new Set(kinds).size
      ? E.right(known)
      : E.left(`kinds of edges, separated by commas: ${edgeKinds.join(', ')}`);
  },
  write: (kinds) => kinds.join(','),
});

/**
 * The codecs everything is built from, on io-ts.
 *
 * `exact` refuses unknown fields and reports every fault at once, each with its JSON pointer (RFC 6901), what was
 * found and what would be right. What was found is described, never quoted: it may name a person.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { formatInstant, type Instant, parseDateTime, parseInstant } from '../time/instant.ts';

/** One fault of a decoded value. `pointer` is RFC 6901; `message` says what was found and what would be right. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

const escapePointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** What a value is, without quoting it. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : `a string of ${value.length} characters`;
  if (typeof value === 'object') return 'an object';
  return typeof value === 'number' ? 'a number' : `the boolean ${value}`;
};

/** The faults behind a failed decoding, in the order of the fields. */
export const faultsOf = (errors: t.Errors): ReadonlyArray<Fault> =>
  errors.map((error) => ({
    pointer: error.context
      .slice(1)
      .map((entry) => `/${escapePointer(entry.key)}`)
      .join(''),
    message: error.message ?? `found ${describe(error.value)}; expected ${error.context.at(-1)?.type.name}`,
  }));

const root: t.Context = [];

/** How many unknown fields of one object are reported one by one. */
const unknownFieldsMax = 100;

type Properties = Readonly<Record<string, t.Mixed>>;
type Decoded<R extends Properties, O extends Properties> = { readonly [K in keyof R]: t.TypeOf<R[K]> } & {
  readonly [K in keyof O]?: t.TypeOf<O[K]>;
};
type Encoded<R extends Properties, O extends Properties> = { readonly [K in keyof R]: t.OutputOf<R[K]> } & {
  readonly [K in keyof O]?: t.OutputOf<O[K]>;
};

/** A codec of objects that also knows its fields, for the API description. */
export interface ExactCodec<A, W> extends t.Type<A, W, unknown> {
  readonly required: Properties;
  readonly optional: Properties;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name among `known` that somebody who wrote `given` most likely meant. */
export const closest = (given: string, known: ReadonlyArray<string>): string | undefined => {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next.push(
          Math.min(
            row[j]! + 1,
            next[j - 1]! + 1,
            row[j - 1]! + (a[i - 1]!.toLowerCase() === b[j - 1]!.toLowerCase() ? 0 : 1),
          ),
        );
      }
      row = next;
    }
    return row[b.length]!;
  };
  if (given.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const d = distance(given, name);
    if (d < least) [best, least] = [name, d];
  }
  return best;
};

const meant = (given: string, known: ReadonlyArray<string>): string => {
  const best = closest(given, known);
  return best === undefined ? '' : `; did you mean "${best}"?`;
};

/**
 * An object with exactly these fields, in this order: the order in which it is encoded. `check` sees the decoded
 * object and answers faults that concern several fields. `elsewhere` says of fields that others would expect what to
 * do instead.
 */
export const exact = <R extends Properties, O extends Properties>(
  name: string,
  required: R,
  optional: O,
  check?: (decoded: Decoded<R, O>) => ReadonlyArray<Fault>,
  elsewhere: Readonly<Record<string, string>> = {},
): ExactCodec<Decoded<R, O>, Encoded<R, O>> => {
  const fields = [
    ...Object.entries(required).map(([key, codec]) => ({ key, codec, needed: true })),
    ...Object.entries(optional).map(([key, codec]) => ({ key, codec, needed: false })),
  ];
  const keys = fields.map((field) => field.key);
  const known = new Set(keys);

  const fail = (input: Record<string, unknown>, context: t.Context): t.Errors => {
    const errors: t.ValidationError[] = [];
    for (const { key, codec, needed } of fields) {
      const value = Object.hasOwn(input, key) ? input[key] : undefined;
      if (value === undefined && !needed) continue;
      const inner = t.appendContext(context, key, codec, value);
      if (value === undefined)
        errors.push({ value, context: inner, message: `is missing; expected ${codec.name}` });
      else {
        const result = codec.validate(value, inner);
        if (E.isLeft(result)) errors.push(...result.left);
      }
    }
    const unknown = Object.keys(input).filter((key) => !known.has(key));
    for (const key of unknown.slice(0, unknownFieldsMax)) {
      const hint = Object.hasOwn(elsewhere, key) ? `; ${elsewhere[key]}` : meant(key, keys);
      const message = `is not a field of ${name}${hint} (it has ${keys.join(', ')})`;
      errors.push({ value: undefined, context: t.appendContext(context, key, t.never), message });
    }
    if (unknown.length > unknownFieldsMax) {
      const message = `has ${unknown.length - unknownFieldsMax} more fields that are none of ${name}`;
      errors.push({ value: undefined, context, message });
    }
    return errors;
  };

  const codec = new t.Type<Decoded<R, O>, Encoded<R, O>, unknown>(
    name,
    (value): value is Decoded<R, O> =>
      isObject(value) &&
      fields.every(({ key, codec, needed }) => (value[key] === undefined ? !needed : codec.is(value[key]))) &&
      Object.keys(value).every((key) => known.has(key)),
    (input, context) => {
      if (!isObject(input)) {
        return E.left([
          { value: input, context, message: `found ${describe(input)}; expected an object: ${name}` },
        ]);
      }
      const out: Record<string, unknown> = {};
      let present = 0;
      for (const { key, codec, needed } of fields) {
        const value = input[key];
        if (value === undefined) {
          if (needed) return E.left(fail(input, context));
          continue;
        }
        // The way of the well-formed: no context is built until something is wrong.
        const result = codec.validate(value, root);
        if (E.isLeft(result)) return E.left(fail(input, context));
        out[key] = result.right;
        present++;
      }
      let given = 0;
      for (const _ in input) given++;
      if (given !== present) {
        const errors = fail(input, context);
        if (errors.length > 0) return E.left(errors);
      }
      const faults = check?.(out as Decoded<R, O>) ?? [];
      if (faults.length > 0) {
        return E.left(
          faults.map((fault) => ({
            value: undefined,
            context:
              fault.pointer === '' ? context : t.appendContext(context, fault.pointer.slice(1), t.unknown),
            message: fault.message,
          })),
        );
      }
      return E.right(out as Decoded<R, O>);
    },
    (decoded) => {
      const out: Record<string, unknown> = {};
      for (const { key, codec } of fields) {
        const value = (decoded as Record<string, unknown>)[key];
        if (value !== undefined) out[key] = codec.encode(value);
      }
      return out as Encoded<R, O>;
    },
  );
  return Object.assign(codec, { required, optional });
};

/**
 * A string that passes a test; `name` says in words what would be right. Half of a surrogate pair is refused: it is no
 * character, and not every store and reader keeps it as it is.
 */
export const text = (name: string, accepts: (value: string) => boolean): t.Type<string, string, unknown> => {
  const is = (value: unknown): value is string =>
    typeof value === 'string' && accepts(value) && value.isWellFormed();
  return new t.Type(
    name,
    is,
    (input, context) => {
      if (is(input)) return E.right(input);
      const half = typeof input === 'string' && !input.isWellFormed() ? ' with half of a surrogate pair' : '';
      return E.left([
        { value: input, context, message: `found ${describe(input)}${half}; expected ${name}` },
      ]);
    },
    t.identity,
  );
};

/** One of a fixed set of words. */
export const oneOf = <A extends string>(
  name: string,
  words: ReadonlyArray<A>,
): t.Type<A, A, unknown> & { words: ReadonlyArray<A> } => {
  const set: ReadonlySet<unknown> = new Set(words);
  const is = (value: unknown): value is A => set.has(value);
  const list = words.map((word) => `"${word}"`).join(', ');
  const codec = new t.Type<A, A, unknown>(
    `${name}: one of ${list}`,
    is,
    (input, context) => {
      if (is(input)) return E.right(input);
      const hint = typeof input === 'string' ? meant(input, words) : '';
      return E.left([
        { value: input, context, message: `found ${describe(input)}; expected one of ${list}${hint}` },
      ]);
    },
    t.identity,
  );
  return Object.assign(codec, { words });
};

/** A finite number within bounds, both included. */
export const numberWithin = (name: string, least: number, most: number): t.Type<number, number, unknown> => {
  const is = (value: unknown): value is number =>
    typeof value === 'number' && value >= least && value <= most;
  return new t.Type(
    name,
    is,
    (input, context) =>
      is(input)
        ? E.right(input)
        : E.left([{ value: input, context, message: `found ${describe(input)}; expected ${name}` }]),
    t.identity,
  );
};

/** An array of between `least` and `most` items; every faulty item is reported. */
export const listOf = <A, W>(
  name: string,
  item: t.Type<A, W, unknown>,
  least: number,
  most: number,
): t.Type<ReadonlyArray<A>, ReadonlyArray<W>, unknown> & { item: t.Type<A, W, unknown> } => {
  const codec = new t.Type<ReadonlyArray<A>, ReadonlyArray<W>, unknown>(
    name,
    (value): value is ReadonlyArray<A> =>
      Array.isArray(value) &&
      value.length >= least &&
      value.length <= most &&
      value.every((each) => item.is(each)),
    (input, context) => {
      if (!Array.isArray(input) || input.length < least || input.length > most) {
        return E.left([{ value: input, context, message: `found ${describe(input)}; expected ${name}` }]);
      }
      const out: A[] = [];
      const errors: t.ValidationError[] = [];
      for (let index = 0; index < input.length; index++) {
        const result = item.validate(input[index], root);
        if (E.isRight(result)) out.push(result.right);
        else {
          const again = item.validate(
            input[index],
            t.appendContext(context, String(index), item, input[index]),
          );
          if (E.isLeft(again)) errors.push(...again.left);
        }
      }
      return errors.length > 0 ? E.left(errors) : E.right(out);
    },
    (items) => items.map(item.encode),
  );
  return Object.assign(codec, { item });
};

const instantCodec = (
  name: string,
  parse: (text: string) => E.Either<string, Instant>,
): t.Type<Instant, string, unknown> =>
  new t.Type<Instant, string, unknown>(
    name,
    (value): value is Instant => typeof value === 'number' && Number.isFinite(value),
    (input, context) => {
      if (typeof input !== 'string') {
        return E.left([{ value: input, context, message: `found ${describe(input)}; expected ${name}` }]);
      }
      const parsed = parse(input);
      return E.isRight(parsed)
        ? parsed
        : E.left([{ value: input, context, message: `found ${describe(input)}; expected ${parsed.left}` }]);
    },
    formatInstant,
  );

/** An RFC 3339 date-time, offset required; decoded to an instant. */
export const DateTime = instantCodec(
  'an RFC 3339 date-time with an offset, such as "2022-06-17T00:00:00Z"',
  parseDateTime,
);
/** An RFC 3339 date-time or date (its first instant, UTC); decoded to an instant. */
export const DateTimeOrDate = instantCodec(
  'an RFC 3339 date-time or date, such as "2022-06-17"',
  parseInstant,
);

const identifierPattern = /^[A-Za-z0-9._:/@-]{1,128}$/;

/** 1 to 128 characters of `A-Z a-z 0-9 . _ : / @ -`. */
export const Identifier = text('an identifier of 1 to 128 characters of A-Z a-z 0-9 . _ : / @ -', (value) =>
  identifierPattern.test(value),
);

const hasControl = (value: string): boolean => {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
};

/** A line of text for people to read: 1 to `most` characters, no control characters. */
export const lineOf = (what: string, most = 1_000): t.Type<string, string, unknown> =>
  text(
    `${what}: 1 to ${most} characters, no control characters`,
    (value) => value.length >= 1 && value.length <= most && !hasControl(value),
  );

/** The value or null. */
export const nullable = <A, W>(
  codec: t.Type<A, W, unknown>,
): t.Type<A | null, W | null, unknown> & { inner: t.Type<A, W, unknown> } => {
  const nullableCodec = new t.Type<A | null, W | null, unknown>(
    `${codec.name} or null`,
    (value): value is A | null => value === null || codec.is(value),
    (input, context) => (input === null ? E.right(null) : codec.validate(input, context)),
    (value) => (value === null ? null : codec.encode(value)),
  );
  return Object.assign(nullableCodec, { inner: codec });
};

/** Any number of items. */
export const list = <A, W>(item: t.Type<A, W, unknown>) =>
  listOf(`a list of ${item.name}`, item, 0, Number.MAX_SAFE_INTEGER);

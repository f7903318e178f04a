/**
 * The codecs that everything is built from, on io-ts: objects, lists, choices and bounded values.
 *
 * `exact` refuses unknown fields and reports every fault at once (R2).
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean } from './closest.ts';
import { describe, type Fault } from './fault.ts';
import { faultsOfObject, type OtherFields } from './object-faults.ts';

const root: t.Context = [];

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
  readonly others: OtherFields | undefined;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An object with exactly these fields, in this order: the order in which it is encoded. `check` sees the decoded
 * object and answers faults that concern several fields. `elsewhere` says of fields that others would expect what to
 * do instead. `others` are kept after the fields; one that is null counts as left out.
 */
export const exact = <R extends Properties, O extends Properties>(
  name: string,
  required: R,
  optional: O,
  check?: (decoded: Decoded<R, O>) => ReadonlyArray<Fault>,
  elsewhere: Readonly<Record<string, string>> = {},
  others?: OtherFields,
): ExactCodec<Decoded<R, O>, Encoded<R, O>> => {
  const fields = [
    ...Object.entries(required).map(([key, codec]) => ({ key, codec, needed: true })),
    ...Object.entries(optional).map(([key, codec]) => ({ key, codec, needed: false })),
  ];
  const keys = fields.map((field) => field.key);
  const known = new Set(keys);

  const isOther = (key: string): boolean =>
    others !== undefined && !known.has(key) && !Object.hasOwn(elsewhere, key);
  const fail = faultsOfObject({ name, fields, elsewhere, others });

  const codec = new t.Type<Decoded<R, O>, Encoded<R, O>, unknown>(
    name,
    (value): value is Decoded<R, O> =>
      isObject(value) &&
      fields.every(({ key, codec, needed }) => (value[key] === undefined ? !needed : codec.is(value[key]))) &&
      Object.keys(value).every((key) => known.has(key) || isOther(key)),
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
        for (const key of Object.keys(input)) if (isOther(key) && input[key] !== null) out[key] = input[key];
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
      if (others !== undefined)
        for (const [key, value] of Object.entries(decoded)) if (isOther(key)) out[key] = value;
      return out as Encoded<R, O>;
    },
  );
  return Object.assign(codec, { required, optional, others });
};

/**
 * A string that passes a test; `name` says in words what would be right. Unpaired surrogates are refused: they are not
 * characters, and not every store and reader preserves them.
 */
export const text = (name: string, accepts: (value: string) => boolean): t.Type<string, string, unknown> => {
  const is = (value: unknown): value is string =>
    typeof value === 'string' && accepts(value) && value.isWellFormed();
  return new t.Type(
    name,
    is,
    (input, context) => {
      if (is(input)) return E.right(input);
      const half = typeof input === 'string' && !input.isWellFormed() ? ' with an unpaired surrogate' : '';
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
      const hint = typeof input === 'string' ? didYouMean(input, words) : '';
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

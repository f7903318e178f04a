/** Every fault of an object that does not have the fields of its codec (R2). */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { didYouMean } from './closest.ts';

/** How many unknown fields of one object are reported one by one. */
const unknownFieldsMax = 100;

/** Fields that an object may have besides those that it is known to have. */
export interface OtherFields {
  /** What is wrong with one; undefined if nothing is. */
  readonly fault: (name: string, value: unknown) => string | undefined;
  /** How many there may be. */
  readonly max: number;
  /** The JSON types of their values, for the API description. */
  readonly schema: ReadonlyArray<string>;
}

/** A field that an object must or may have. */
export interface ObjectField {
  readonly key: string;
  readonly codec: t.Mixed;
  readonly needed: boolean;
}

/** What an object may contain; see `exact`. */
export interface ObjectShape {
  readonly name: string;
  readonly fields: ReadonlyArray<ObjectField>;
  readonly elsewhere: Readonly<Record<string, string>>;
  readonly others: OtherFields | undefined;
}

/** The faults of additional fields, each with the name of the field. */
const faultsOfOthers = (
  { name, others }: ObjectShape,
  keys: ReadonlyArray<string>,
  input: Record<string, unknown>,
  given: ReadonlyArray<string>,
): ReadonlyArray<readonly [string, string]> =>
  given.flatMap((key, index) => {
    if (others === undefined || index > others.max) return [];
    if (index === others.max)
      return [[key, `is one of ${given.length} additional attributes of ${name}; it may have ${others.max}`]];
    const fault = others.fault(key, input[key]);
    return fault === undefined ? [] : [[key, `${fault}${didYouMean(key, keys)}`] as const];
  });

/** Finds every fault of an object: it is called only for objects that have one. */
export const faultsOfObject = (shape: ObjectShape) => {
  const { name, fields, elsewhere, others } = shape;
  const keys = fields.map(({ key }) => key);
  const known = new Set(keys);
  return (input: Record<string, unknown>, context: t.Context): t.Errors => {
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
    const further = Object.keys(input).filter((key) => !known.has(key));
    const isUnknown = (key: string): boolean => others === undefined || Object.hasOwn(elsewhere, key);
    const given = further.filter((key) => !isUnknown(key) && input[key] !== null);
    for (const [key, message] of faultsOfOthers(shape, keys, input, given))
      errors.push({ value: undefined, context: t.appendContext(context, key, t.never), message });
    const unknown = further.filter(isUnknown);
    for (const key of unknown.slice(0, unknownFieldsMax)) {
      const hint = Object.hasOwn(elsewhere, key) ? `; ${elsewhere[key]}` : didYouMean(key, keys);
      const message = `is not a field of ${name}${hint} (it has ${keys.join(', ')})`;
      errors.push({ value: undefined, context: t.appendContext(context, key, t.never), message });
    }
    if (unknown.length > unknownFieldsMax) {
      const message = `has ${unknown.length - unknownFieldsMax} more fields that are not fields of ${name}`;
      errors.push({ value: undefined, context, message });
    }
    return errors;
  };
};

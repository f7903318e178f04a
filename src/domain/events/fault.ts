/**
 * Faults of decoded values: each with its JSON pointer (RFC 6901), what was found, and what was expected. The value is
 * described, never quoted, because it may name a person.
 */
import type * as t from 'io-ts';

/** One fault of a decoded value. `pointer` is RFC 6901; `message` says what was found and what would be right. */
export interface Fault {
  readonly pointer: string;
  readonly message: string;
}

/** A member name as a reference token of a JSON pointer. */
export const escapePointer = (key: string): string =>
  /[~/]/.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;

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

/**
 * The fields of addresses, decoded as the API decodes its parameters: an address that cannot be read is an error, and is
 * never taken for another one.
 */
import * as E from 'fp-ts/lib/Either.js';
import { didYouMean } from '../../../src/domain/events/closest.ts';
import { parseInstant } from '../../../src/domain/time/instant.ts';

/** Decodes the text of a field. Left says what is expected. */
export type Field<A> = (text: string) => E.Either<string, A>;

/** The values of some fields. An absent field has its default. */
export type Values<F extends Readonly<Record<string, Field<unknown>>>> = {
  readonly [K in keyof F]?: (F[K] extends Field<infer A> ? A : never) | undefined;
};

/** An address that cannot be read. The message names the field and says what is expected. */
export class UnreadableAddress extends Error {}

/** Any text. */
export const text: Field<string> = E.right;

/** An instant of RFC 3339, or a date. It stays as it is written. */
export const instant: Field<string> = (written) => {
  const read = parseInstant(written);
  if (E.isRight(read)) return E.right(written);
  // In the query of an address, a plus sign stands for a space.
  const hint = / \d{2}:\d{2}$/.test(written) ? '; write "%2B" for the plus sign of an offset' : '';
  return E.left(`expected ${read.left}${hint}`);
};

/** A position in the log. */
export const position: Field<string> = (written) =>
  /^\d{1,16}$/.test(written) && Number.isSafeInteger(Number(written))
    ? E.right(written)
    : E.left('expected a position in the log, a whole number such as 1234');

/** A version of a policy. */
export const policyVersion: Field<string> = (written) =>
  /^[1-9]\d{0,8}$/.test(written) ? E.right(written) : E.left('expected a version, a whole number from 1 on');

/** What findings are compared with: what is known now, or another version of a policy. */
export const comparison: Field<string> = (written) =>
  written === 'now' || /^[1-9]\d{0,5}\.\.[1-9]\d{0,5}$/.test(written)
    ? E.right(written)
    : E.left('expected "now", or two versions such as 1..2');

/** One of some words. */
export const oneOf =
  <A extends string>(...words: ReadonlyArray<A>): Field<A> =>
  (written) => {
    const word = words.find((each) => each === written);
    return word === undefined
      ? E.left(`expected one of ${words.join(', ')}${didYouMean(written, words)}`)
      : E.right(word);
  };

/**
 * Decodes an address. An empty field is absent.
 *
 * @throws UnreadableAddress for a field that is unknown or does not fit.
 */
export const decodeAddress = <F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
  raw: Readonly<Record<string, unknown>>,
): Values<F> => {
  const values: Record<string, unknown> = {};
  for (const [name, written] of Object.entries(raw)) {
    if (written === undefined || written === '') continue;
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const known = Object.keys(fields);
      throw new UnreadableAddress(
        `${name}: this screen has no such field${didYouMean(name, known) || `; it has ${known.join(', ')}`}`,
      );
    }
    const decoded = field(String(written));
    if (E.isLeft(decoded)) throw new UnreadableAddress(`${name}: ${decoded.left}`);
    values[name] = decoded.right;
  }
  return values as Values<F>;
};

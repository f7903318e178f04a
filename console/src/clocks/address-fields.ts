/**
 * The fields of addresses, decoded like the API's parameters. An unreadable address is an error, and is never
 * replaced by another one.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import * as parameter from '../../../src/contract/questions/parameter.ts';
import { didYouMean } from '../../../src/domain/events/closest.ts';

/** Decodes the text of a field. The left says what is expected. */
export type Field<A> = (text: string) => E.Either<string, A>;

/** The values of some fields. An absent field has its default. */
export type Values<F extends Readonly<Record<string, Field<unknown>>>> = {
  readonly [K in keyof F]?: (F[K] extends Field<infer A> ? A : never) | undefined;
};

/** An unreadable address. The message names the field and says what is expected. */
export class UnreadableAddress extends Error {}

/** A field decoded by a codec of the API's parameters. */
const decoded =
  <A>(codec: t.Decoder<unknown, A>): Field<A> =>
  (written) =>
    pipe(
      codec.decode(written),
      E.mapLeft(([fault]) => fault?.message ?? 'expected another value'),
    );

/** Text that a codec of the API's parameters accepts, unchanged. */
const accepted =
  (codec: t.Decoder<unknown, unknown>): Field<string> =>
  (written) =>
    pipe(
      decoded(codec)(written),
      E.map(() => written),
    );

/** Any text. */
export const text: Field<string> = E.right;

const apiInstant = accepted(parameter.instant('an instant'));

/** An instant of RFC 3339, or a date. */
export const instant: Field<string> = (written) =>
  pipe(
    apiInstant(written),
    E.mapLeft((expected) =>
      // In the query of an address, a plus sign stands for a space.
      / \d{2}:\d{2}$/.test(written) ? `${expected}; write "%2B" for the plus sign of an offset` : expected,
    ),
  );

/** A position in the log. */
export const position: Field<string> = accepted(parameter.position('a position'));

/** A version of a policy. */
export const policyVersion: Field<string> = accepted(parameter.version('a version'));

/** One of a list of words. */
export const oneOf = <A extends string>(...words: ReadonlyArray<A>): Field<A> =>
  decoded(parameter.word(words)('a word'));

/** What to compare findings with: an earlier position, or another version of a policy. */
export const comparison: Field<string> = (written) =>
  written === 'now' || /^[1-9]\d{0,5}\.\.[1-9]\d{0,5}$/.test(written)
    ? E.right(written)
    : E.left('expected "now", or two versions such as 1..2');

/**
 * Decodes an address. An empty field counts as absent.
 *
 * @throws UnreadableAddress for an unknown or invalid field.
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

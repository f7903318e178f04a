/**
 * The codecs of single values that events and requests share: lines of text and times.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { formatInstant, type Instant, parseDateTime, parseInstant } from '../time/instant.ts';
import { text } from './codec.ts';
import { describe } from './fault.ts';

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

/**
 * Instants as text: RFC 3339 as `Date` writes it, back to the same instant.
 */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { formatInstant, parseDateTime } from '../../../src/domain/time/instant.ts';

const dayMs = 86_400_000;
const first = new Date(0).setUTCFullYear(0, 0, 1);
const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

test('given any instant of the years 0000 to 9999, it is written as Date writes it and read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (instant) => {
      const text = formatInstant(instant);
      expect(text).toBe(new Date(instant).toISOString());
      expect(parseDateTime(text)).toEqual(E.right(instant));
    }),
    { numRuns: 1_000 },
  );
});

test('given the first and last instant of every day around the turns of centuries, they are written as Date writes them', () => {
  for (const year of [1000, 1600, 1700, 1900, 1970, 1999, 2000, 2023, 2024, 2100, 9999]) {
    for (let day = Date.UTC(year, 0, 1); day <= Date.UTC(year, 11, 31); day += dayMs) {
      for (const instant of [day, day + dayMs - 1])
        if (formatInstant(instant) !== new Date(instant).toISOString())
          expect(formatInstant(instant)).toBe(new Date(instant).toISOString());
    }
  }
});

test('given a text in the form that is usually written, with whatever digits, it is read as one that has finer digits', () => {
  const digits = (count: number) => fc.stringMatching(new RegExp(`^(?:[0-2]\\d|\\d[\\d:]){${count / 2}}$`));
  const parts = fc.tuple(digits(4), digits(2), digits(2), digits(2), digits(2), digits(2), digits(2));
  fc.assert(
    fc.property(parts, fc.constantFrom('0', '7', '/', '٣'), ([y, mo, d, h, mi, s, ms], last) => {
      const text = `${y}-${mo}-${d}T${h}:${mi}:${s}.${ms}${last}Z`;
      expect(parseDateTime(text)).toEqual(parseDateTime(text.replace('Z', '0Z')));
    }),
    { numRuns: 5_000 },
  );
});

/**
 * Cursors: where a page of a list begins.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../domain/time/instant.ts';

/** The start of a page, and the clocks of all pages of a list. */
export interface Cursor {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: number;
  readonly after: string | number;
}

/** The opaque text of a cursor. */
export const encodeCursor = ({ validAt, knownAt, position, after }: Cursor): string =>
  Buffer.from(JSON.stringify([validAt, knownAt, position, after])).toString('base64url');

/** The furthest instant from the epoch in ECMAScript, in milliseconds. */
const instantMax = 8.64e15;
const isInstant = (value: unknown): boolean =>
  Number.isInteger(value) && Math.abs(value as number) <= instantMax;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Parses a cursor, or says what is expected. */
export const decodeCursor = (text: string): E.Either<string, Cursor> => {
  const expected = E.left('the unchanged `next` of an answer');
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 4) return expected;
    const [validAt, knownAt, position, after] = parsed as unknown[];
    if (!isInstant(validAt) || !isInstant(knownAt) || !isCount(position)) return expected;
    return typeof after === 'string' || isCount(after)
      ? E.right({ validAt, knownAt, position, after } as Cursor)
      : expected;
  } catch {
    return expected;
  }
};

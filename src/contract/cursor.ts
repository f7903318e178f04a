/**
 * Cursors: where a page of a list begins.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../domain/time/instant.ts';
import { badParameter } from './parameters.ts';
import type { Problem } from './problem.ts';

/** Where a page begins, and under which clocks all pages of a list are read. */
export interface Cursor {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: number;
  readonly after: string | number;
}

/** The cursor as it is given to a caller: opaque. */
export const encodeCursor = ({ validAt, knownAt, position, after }: Cursor): string =>
  Buffer.from(JSON.stringify([validAt, knownAt, position, after])).toString('base64url');

/** ECMAScript knows no instants further from the epoch, in milliseconds. */
const instantMax = 8.64e15;
const isInstant = (value: unknown): boolean =>
  Number.isInteger(value) && Math.abs(value as number) <= instantMax;
const isnumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const decodeCursor = (text: string): Cursor | undefined => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 4) return undefined;
    const [validAt, knownAt, position, after] = parsed as unknown[];
    if (!isInstant(validAt) || !isInstant(knownAt) || !isnumber(position)) return undefined;
    return typeof after === 'string' || isnumber(after)
      ? ({ validAt, knownAt, position, after } as Cursor)
      : undefined;
  } catch {
    return undefined;
  }
};

/** The cursor of the page before, if one is given. */
export const cursorOf = (parameters: ReadonlyMap<string, string>): E.Either<Problem, Cursor | undefined> => {
  const text = parameters.get('cursor');
  if (text === undefined) return E.right(undefined);
  const cursor = decodeCursor(text);
  return cursor === undefined
    ? badParameter('cursor', 'expected the `next` of an answer, as it was given')
    : E.right(cursor);
};

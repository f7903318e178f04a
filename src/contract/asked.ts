/** A question with its clocks and its page, and the answer to it. */
import type { Assurance } from '../domain/events/words.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Clocks, HeardUntil } from './answers.ts';

/** The resolved clocks of a question; `position` is the last one that it knows. */
export interface QuestionClocks {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: number;
  readonly minAssurance: Assurance;
}

/** A question with its clocks, its page and its parameters. */
export interface Asked<P = unknown> {
  readonly clocks: QuestionClocks;
  readonly limit: number;
  /** Where the page begins: after the end of the previous one. */
  readonly after: string | number | undefined;
  readonly parameters: P;
}

/** An answer: rows, and the place after which the next page begins. */
export interface Answered<A = unknown> {
  readonly data: A;
  readonly after?: string | number | null;
  /** How far the sources behind the answer have vouched (R22). */
  readonly heardUntil?: ReadonlyArray<HeardUntil>;
  /** Further members of the answer besides `data`. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** The clocks as echoed in an answer. */
export const wireClocks = ({ validAt, knownAt, position }: QuestionClocks): Clocks => ({
  validAt: formatInstant(validAt),
  knownAt: formatInstant(knownAt),
  position: String(position),
  ...(position === 0 ? { knownNothing: true } : {}),
});

/** A page also ends once its rows exceed this approximate size as JSON; the last row may exceed it. */
export const pageBytesMax = 4 * 1_024 * 1_024;

/** Marks a page with fewer rows than requested; `next` leads to the rest. */
export const cutShort = { limitMet: true } as const;

/**
 * A page of rows that are created only when they are on it.
 *
 * @param weigh the approximate size of a row, in bytes of JSON.
 */
export const pageOfMade = <A, B>(
  rows: ReadonlyArray<A>,
  { after, limit }: Pick<Asked, 'after' | 'limit'>,
  make: (row: A) => B,
  weigh: (row: A) => number,
): Answered<ReadonlyArray<B>> => {
  const start = typeof after === 'number' ? after : 0;
  const data: B[] = [];
  let bytes = 0;
  let index = start;
  for (; index < rows.length && data.length < limit && bytes < pageBytesMax; index++) {
    bytes += weigh(rows[index]!);
    data.push(make(rows[index]!));
  }
  const next = index < rows.length ? index : null;
  return next !== null && data.length < limit ? { data, after: next, also: cutShort } : { data, after: next };
};

/** A page of existing rows. */
export const pageOf = <A>(
  rows: ReadonlyArray<A>,
  { after, limit }: Pick<Asked, 'after' | 'limit'>,
): Answered<ReadonlyArray<A>> => {
  const start = typeof after === 'number' ? after : 0;
  const end = start + limit;
  return { data: rows.slice(start, end), after: end < rows.length ? end : null };
};

/**
 * A question as it was put, and what an answer to it is: under which clocks, and which page.
 */
import type { Assurance } from '../domain/events/words.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Clocks, HeardUntil } from './answers.ts';

/** The clocks of a question, resolved: `position` is the last that it knows. */
export interface QuestionClocks {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: number;
  readonly minAssurance: Assurance;
}

/** A question as it was put: its clocks, its page, and its parameters. */
export interface Asked<P = unknown> {
  readonly clocks: QuestionClocks;
  readonly limit: number;
  /** Where the page begins: what the page before ended with. */
  readonly after: string | number | undefined;
  readonly parameters: P;
}

/** An answer: rows, and after which the next page begins. */
export interface Answered<A = unknown> {
  readonly data: A;
  readonly after?: string | number | null;
  /** Up to when the sources behind the answer have vouched (R22). */
  readonly heardUntil?: ReadonlyArray<HeardUntil>;
  /** Further members of the answer, beside `data`. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** The clocks as an answer echoes them. */
export const wireClocks = ({ validAt, knownAt, position }: QuestionClocks): Clocks => ({
  validAt: formatInstant(validAt),
  knownAt: formatInstant(knownAt),
  position: String(position),
  ...(position === 0 ? { knownNothing: true } : {}),
});

/** A page also ends where its rows are more than about so many bytes as JSON: its last may take it beyond. */
export const pageBytesMax = 4 * 1_024 * 1_024;

/** What an answer says besides, whose page has fewer rows than were asked for: `next` leads to the rest. */
export const cutShort = { limitMet: true } as const;

/**
 * A page of rows that are made only once they are on it.
 *
 * @param weigh about how many bytes of JSON a row is made into.
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

/** A page of rows that are all at hand. */
export const pageOf = <A>(
  rows: ReadonlyArray<A>,
  { after, limit }: Pick<Asked, 'after' | 'limit'>,
): Answered<ReadonlyArray<A>> => {
  const start = typeof after === 'number' ? after : 0;
  const end = start + limit;
  return { data: rows.slice(start, end), after: end < rows.length ? end : null };
};

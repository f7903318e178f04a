/**
 * Reading whole lists, page by page.
 */
import { hashKey } from '@tanstack/react-query';
import { everyRow, orThrow, type Question, type Rows } from '../../../src/client/client.ts';

/** Rows of a page. */
export const pageRows = 1_000;

/**
 * All rows of a list, under the clocks of its first page. Throws a `ClientFailure`.
 *
 * @param pagesMax pages to read; `next` is not null where there are more.
 */
export const allRows = async <A, Q extends Question>(
  page: (question: Q) => Rows<A>,
  question: Q,
  pagesMax?: number,
) => orThrow(await everyRow(page, { ...question, limit: pageRows }, pagesMax));

/**
 * Keeps showing the answer before, as `placeholderData`, while only clocks change. Rows of another filter, or of something
 * else, are never shown.
 *
 * @param about what is asked about: the second part of the key of the query.
 */
export const keepWhileAbout =
  (about: unknown) =>
  <A>(before: A | undefined, query: { readonly queryKey: ReadonlyArray<unknown> } | undefined) =>
    query !== undefined && hashKey([query.queryKey[1]]) === hashKey([about]) ? before : undefined;

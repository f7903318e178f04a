/** Reads whole lists page by page. */
import { hashKey } from '@tanstack/react-query';
import { everyRow, orThrow, type Question, type Rows } from '../../../src/client/client.ts';

/** Rows of a page. */
export const pageRows = 1_000;

/**
 * All rows of a list, under the clocks of its first page. Throws a `ClientFailure`.
 *
 * @param pagesMax pages to read; `next` is not null if there are more.
 */
export const allRows = async <A, Q extends Question>(
  page: (question: Q) => Rows<A>,
  question: Q,
  pagesMax?: number,
) => orThrow(await everyRow(page, { ...question, limit: pageRows }, pagesMax));

/**
 * Keeps showing the previous answer, as `placeholderData`, while only clocks change. Rows for another filter or
 * thing are never shown.
 *
 * @param about the subject of the question: the second part of the query's key.
 */
export const keepWhileAbout =
  (about: unknown) =>
  <A>(before: A | undefined, query: { readonly queryKey: ReadonlyArray<unknown> } | undefined) =>
    query !== undefined && hashKey([query.queryKey[1]]) === hashKey([about]) ? before : undefined;

/**
 * Reading whole lists, page by page.
 */
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

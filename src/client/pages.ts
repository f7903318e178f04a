/** Combines the pages of an answer: all rows of a list, and the lists of a difference. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as NEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';
import type { Answer } from '../contract/answers.ts';
import type { WireDifference } from '../contract/rows/policy.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import type { ClientError } from './errors.ts';
import type { Question } from './questions.ts';
import type { Reply, Rows } from './reply.ts';

/** Pages to request from a list; with more, its cursors must be wrong. */
const pagesMax = 100_000;

/** The start of a page: the first has no cursor. */
interface PageStart {
  readonly cursor?: string;
}

/** The pages of an answer, each requested with the cursor of the previous one; an error ends it. */
export const everyPage = async <A>(
  ask: (start: PageStart) => Reply<Answer<A>>,
  pages = pagesMax,
): Reply<NEA.ReadonlyNonEmptyArray<Answer<A>>> => {
  const read: Answer<A>[] = [];
  let start: PageStart | undefined = {};
  while (start !== undefined && read.length < Math.max(1, pages)) {
    const page: E.Either<ClientError, Answer<A>> = await ask(start);
    if (E.isLeft(page)) return page;
    read.push(page.right);
    start = page.right.next === null ? undefined : { cursor: page.right.next };
  }
  const [first, ...others] = read;
  return E.right([first!, ...others]);
};

/** The cursor after the last page, and whether that page left something out. */
const endOf = <A>(pages: NEA.ReadonlyNonEmptyArray<Answer<A>>) => {
  const { next, limitMet } = pages.at(-1) ?? pages[0];
  // A page that ended early leads to the next one; only the last page can leave something out.
  return { next, ...(next === null && limitMet === true ? { limitMet } : {}) };
};

/** The maximum number of pages and of findings to read in a difference. */
const differencePagesMax = 10;
const differencePageMax = 1_000;

const joinedDifference = (
  pages: NEA.ReadonlyNonEmptyArray<Answer<WireDifference>>,
): Answer<WireDifference> => {
  const [first] = pages;
  const joined = <K extends keyof WireDifference>(list: K) =>
    pages.flatMap(({ data }): ReadonlyArray<WireDifference[K][number]> => data[list]);
  return {
    clocks: first.clocks,
    data: {
      opened: joined('opened'),
      closed: joined('closed'),
      lengthened: joined('lengthened'),
      shortened: joined('shortened'),
    },
    next: endOf(pages).next,
  };
};

/** The lists of a difference, combined from its pages. */
export const differenceOfPages = async (
  ask: (query: PageStart & { readonly limit: number }) => Reply<Answer<WireDifference>>,
): Reply<Answer<WireDifference>> =>
  pipe(
    await everyPage((start) => ask({ limit: differencePageMax, ...start }), differencePagesMax),
    E.map((pages) => (pages.length === 1 ? pages[0] : joinedDifference(pages))),
  );

const joinedRows = <A>(
  pages: NEA.ReadonlyNonEmptyArray<Answer<ReadonlyArray<A>>>,
): Answer<ReadonlyArray<A>> => {
  const { limitMet: _, clocks, ...answer } = pages[0];
  const heard = new Map(
    pages.flatMap((page) => page.clocks.heardUntil ?? []).map((each) => [each.source, each]),
  );
  const heardUntil = [...heard.values()].sort((a, b) => codeUnitOrder(a.source, b.source));
  return {
    ...answer,
    clocks: clocks.heardUntil === undefined ? clocks : { ...clocks, heardUntil },
    data: pages.flatMap(({ data }) => data),
    ...endOf(pages),
  };
};

/**
 * All rows of a list, page by page, under the clocks of the first page.
 *
 * @param pages the maximum number of pages; `next` then leads to the rows beyond.
 *
 * @example const all = await everyRow((page) => ledger.subjects.trail('ana', page), { validAt: '2022-06-30' });
 */
export const everyRow = async <A, Q extends Question>(
  page: (question: Q) => Rows<A>,
  question: Q,
  pages = pagesMax,
): Rows<A> =>
  pipe(
    await everyPage((start) => page({ ...question, ...start }), pages),
    E.map((read) => (read.length === 1 && read[0].next === null ? read[0] : joinedRows(read))),
  );

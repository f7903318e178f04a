/** Answers of several pages as one: all rows of a list, and the lists of a difference. */
import * as E from 'fp-ts/lib/Either.js';
import type { Answer } from '../contract/answers.ts';
import type { WireDifference } from '../contract/rows/policy.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import type { ClientError } from './errors.ts';
import type { Question } from './questions.ts';
import type { Reply, Rows } from './reply.ts';

/** The pages of a difference that are read at the most, and findings of one. */
const differencePagesMax = 10;
const differencePageMax = 1_000;

/** The lists of a difference, put together of its pages. */
export const differenceOfPages = async (
  page: (query: { readonly limit: number; readonly cursor?: string }) => Reply<Answer<WireDifference>>,
): Reply<Answer<WireDifference>> => {
  const first = await page({ limit: differencePageMax });
  if (E.isLeft(first) || first.right.next === null) return first;
  let { data } = first.right;
  let next: string | null = first.right.next;
  for (let read = 1; next !== null && read < differencePagesMax; read++) {
    const further: E.Either<ClientError, Answer<WireDifference>> = await page({
      limit: differencePageMax,
      cursor: next,
    });
    if (E.isLeft(further)) return further;
    const more = further.right.data;
    data = {
      opened: [...data.opened, ...more.opened],
      closed: [...data.closed, ...more.closed],
      lengthened: [...data.lengthened, ...more.lengthened],
      shortened: [...data.shortened, ...more.shortened],
    };
    next = further.right.next;
  }
  return E.right({ clocks: first.right.clocks, data, next });
};

/** The pages of a list that are asked for at the most; then something is wrong with its cursors. */
const pagesMax = 100_000;

/**
 * All rows of a list, page by page, under the clocks of the first page.
 *
 * @param pages how many of them at the most; `next` then leads to the rows beyond.
 *
 * @example
 * const all = await everyRow((page) => ledger.subjects.trail('ana', page), { validAt: '2022-06-30' });
 */
export const everyRow = async <A, Q extends Question>(
  page: (question: Q) => Rows<A>,
  question: Q,
  pages = pagesMax,
): Rows<A> => {
  const first = await page(question);
  if (E.isLeft(first) || first.right.next === null) return first;
  const data = [...first.right.data];
  const heard = new Map((first.right.clocks.heardUntil ?? []).map((each) => [each.source, each]));
  let limitMet = false;
  let next: string | null = first.right.next;
  for (let read = 1; next !== null && read < pages; read++) {
    const further: E.Either<ClientError, Answer<ReadonlyArray<A>>> = await page({
      ...question,
      cursor: next,
    });
    if (E.isLeft(further)) return further;
    for (const row of further.right.data) data.push(row);
    for (const each of further.right.clocks.heardUntil ?? []) heard.set(each.source, each);
    next = further.right.next;
    // A page that ended early leads to the next; only the last of them may leave something out.
    limitMet = next === null && further.right.limitMet === true;
  }
  const { limitMet: _, clocks, ...answer } = first.right;
  const allHeard = [...heard.values()].sort((a, b) => codeUnitOrder(a.source, b.source));
  return E.right({
    ...answer,
    clocks: clocks.heardUntil === undefined ? clocks : { ...clocks, heardUntil: allHeard },
    data,
    next,
    ...(limitMet ? { limitMet } : {}),
  });
};

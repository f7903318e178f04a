/**
 * The questions that the screens ask, by the client alone. Answers are kept until something is recorded.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { everyRow, orThrow, type Question } from '../../../src/client/client.ts';
import { overTime } from '../clocks/view-search.ts';
import { ledger } from './session.ts';

/** Rows of a page of a long list. */
const pageRows = 1_000;

/** Where a subject's data is. */
export const residencyOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['residency', subject, question],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().subjects.residency(subject, page, { signal }), {
          ...question,
          limit: pageRows,
        }),
      ),
  });

/** Where a subject's data was, over all time. */
export const historyOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['history', subject, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().subjects.history(subject, page, { signal }), {
          ...overTime(question),
          limit: pageRows,
        }),
      ),
  });

/** The audit trail of a subject. */
export const trailOf = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['trail', subject, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().subjects.trail(subject, page, { signal }), {
          ...overTime(question),
          limit: pageRows,
        }),
      ),
  });

/** The sites, as described at a moment: the first of them, where there are very many. */
export const sitesAt = (question: Question) =>
  queryOptions({
    queryKey: ['sites', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().sites.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** The parties, as described at a moment: the first of them, where there are very many. */
export const partiesAt = (question: Question) =>
  queryOptions({
    queryKey: ['parties', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().parties.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

export const datasetsAt = (question: Question) =>
  queryOptions({
    queryKey: ['datasets', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().datasets.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

export const populationsAt = (question: Question) =>
  queryOptions({
    queryKey: ['populations', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().populations.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** One event, with what does not fit and what corrected it. */
export const eventAt = (position: string, question: Question) =>
  queryOptions({
    queryKey: ['event', position, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().events.get(position, overTime(question), { signal })),
  });

/** The first event of the log: whether there is any, and since when the ledger has kept record. */
export const firstEvent = queryOptions({
  queryKey: ['first event'],
  queryFn: async ({ signal }) => orThrow(await ledger().events.list({ limit: 1 }, { signal })),
});

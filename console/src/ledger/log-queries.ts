/** Queries about the log. Answers are cached until something is recorded. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type EventFilter, type EventInput, orThrow, type Question } from '../../../src/client/client.ts';
import { overTime } from '../clocks/view-search.ts';
import { allRows, keepWhileAbout } from './pages.ts';
import { ledger } from './session.ts';

/** One event, with its discrepancies and corrections. */
export const eventAt = (position: string, question: Question) =>
  queryOptions({
    queryKey: ['event', position, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().events.get(position, overTime(question), { signal })),
  });

/** The first event of the log: it shows whether there is any, and when recording began. */
export const firstEvent = queryOptions({
  queryKey: ['first event'],
  queryFn: async ({ signal }) => orThrow(await ledger().events.list({ limit: 1 }, { signal })),
});

/** Events to offer as known times. */
const latestMax = 1_000;

/** The latest events up to a position of the log. */
export const latestEvents = (head: string) =>
  queryOptions({
    queryKey: ['latest events', head],
    queryFn: async ({ signal }) => {
      const after = String(Math.max(0, Number(head) - latestMax));
      return orThrow(await ledger().events.list({ after, limit: latestMax }, { signal }));
    },
    placeholderData: keepPreviousData,
  });

/** Pages of the log to read at once; a later position leads to later events. */
const pagesMax = 10;

/** The events after a position that match a filter. `next` is not null if there are more. */
export const eventsThat = ({ after, ...filter }: EventFilter, question: Question) =>
  queryOptions({
    queryKey: ['events', filter, after, question],
    queryFn: ({ signal }) => {
      const { validAt: _, minAssurance: __, ...known } = question;
      return allRows(
        (page) => ledger().events.list(page, { signal }),
        { ...known, ...filter, after },
        pagesMax,
      );
    },
    placeholderData: keepWhileAbout(filter),
  });

/** Events with discrepancies. */
export const discrepanciesThat = (state: 'open' | 'resolved', question: Question) =>
  queryOptions({
    queryKey: ['discrepancies', state, question],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().discrepancies(page, { signal }), { ...overTime(question), state }),
    placeholderData: keepWhileAbout(state),
  });

/** The log of reads from the beginning: about everybody, or about one person. */
export const readsOf = (subject: string | undefined) =>
  queryOptions({
    queryKey: ['reads', subject ?? ''],
    queryFn: ({ signal }) =>
      allRows((page: Question) => ledger().reads({ ...page, subject }, { signal }), {}, pagesMax),
    placeholderData: keepWhileAbout(subject ?? ''),
    // A question about a person is itself a read, and no notification announces others.
    staleTime: 0,
  });

/**
 * Who would gain or lose access to what from an instant on, if an event were recorded. Records nothing.
 *
 * @param change which of the two.
 */
export const reachIf = (event: EventInput, validAt: string, change: 'began' | 'ended') =>
  queryOptions({
    queryKey: ['reach if', event, validAt, change],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().reach.simulate([event], page, { signal }), { validAt, change }, 1),
    retry: false,
  });

/** The progress of the projections. */
export const readiness = queryOptions({
  queryKey: ['readiness'],
  queryFn: async ({ signal }) => orThrow(await ledger().health.ready({ signal })),
});

/** The replays remembered by the server. */
export const replays = queryOptions({
  queryKey: ['replays'],
  queryFn: async ({ signal }) => orThrow(await ledger().replays.list({ signal })).data,
});

/**
 * The questions that the screens ask, by the client alone. Answers are kept until something is recorded.
 */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type DiffQuestion,
  type EventFilter,
  everyRow,
  type HoldingQuestion,
  orThrow,
  type PolicyDraft,
  type Question,
} from '../../../src/client/client.ts';
import type { ReachRow, WirePartyCut } from '../../../src/client/rows.ts';
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

/** What of the log is looked at. */
export interface LogFilter {
  readonly type?: string | undefined;
  readonly source?: string | undefined;
  readonly subject?: string | undefined;
  readonly site?: string | undefined;
  readonly party?: string | undefined;
  readonly dataset?: string | undefined;
}

/** Pages of the log that are read at once; further ones are reached by a later position. */
const logPagesMax = 10;

/** The events that fit, from a position on. Of very many the first ones: `next` is then not null. */
export const eventsThat = (filter: LogFilter, after: string | undefined, question: Question) =>
  queryOptions({
    queryKey: ['events', filter, after, question],
    queryFn: async ({ signal }) => {
      const { validAt: _, minAssurance: __, ...known } = question;
      const ask = { ...known, ...filter, after, limit: pageRows } as EventFilter & Question;
      return orThrow(await everyRow((page) => ledger().events.list(page, { signal }), ask, logPagesMax));
    },
    placeholderData: keepPreviousData,
  });

/** Events that do not fit the others. */
export const discrepanciesThat = (state: 'open' | 'resolved', question: Question) =>
  queryOptions({
    queryKey: ['discrepancies', state, question],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().discrepancies(page, { signal }), {
          ...overTime(question),
          state,
          limit: pageRows,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** How far the projections are. */
export const readiness = queryOptions({
  queryKey: ['readiness'],
  queryFn: async ({ signal }) => orThrow(await ledger().health.ready({ signal })),
});

/** The replays that the server remembers. */
export const replays = queryOptions({
  queryKey: ['replays'],
  queryFn: async ({ signal }) => orThrow(await ledger().replays.list({ signal })).data,
});

/** All of time, for questions that are asked over a period. */
const ever = { from: '0001-01-01' };

/** Who could reach a subject's data, over all time. */
export const reachOfSubject = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['reach', subject, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().subjects.reach(subject, page, { signal }), {
          ...overTime(question),
          ...ever,
          limit: pageRows,
        }),
      ),
  });

/** What was found about a subject, over all time. */
export const findingsOfSubject = (subject: string, question: Question) =>
  queryOptions({
    queryKey: ['findings of', subject, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().subjects.findings(subject, page, { signal }), {
          ...overTime(question),
          limit: pageRows,
        }),
      ),
  });

/** What a site holds. */
export const holdingsOf = (site: string, question: Question) =>
  queryOptions({
    queryKey: ['holdings', site, question],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().sites.holdings(site, page, { signal }), {
          ...question,
          limit: pageRows,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** All that ever went from one country to another. */
export const transfersEver = (question: Question) =>
  queryOptions({
    queryKey: ['transfers', overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().transfers(page, { signal }), {
          ...overTime(question),
          limit: pageRows,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** The policies with their versions. */
export const policiesAt = (question: Question) =>
  queryOptions({
    queryKey: ['policies', overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().policies.list(page, { signal }), {
          ...overTime(question),
          limit: pageRows,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Which findings are looked at. */
export interface FindingFilter {
  readonly policy?: string | undefined;
  readonly version?: number | undefined;
  readonly site?: string | undefined;
  readonly party?: string | undefined;
}

/** Pages of findings that are read at once; `next` says whether there are more. */
const findingPagesMax = 20;

/** Everything that was found, over all time; the number of people is that of `validAt`. */
export const findingsThat = (filter: FindingFilter, question: Question) =>
  queryOptions({
    queryKey: ['findings', filter, question],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow(
          (page) => ledger().findings.list(page, { signal }),
          { ...question, ...filter, limit: pageRows },
          findingPagesMax,
        ),
      ),
    placeholderData: keepPreviousData,
  });

/** What is open at a moment: the first of it, where it is very much. */
export const openFindings = (question: Question) =>
  queryOptions({
    queryKey: ['open findings', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().findings.list({ ...question, open: true, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** What another version, or what was learned since, makes of what was found. */
export const findingsBetween = (between: DiffQuestion) =>
  queryOptions({
    queryKey: ['findings between', between],
    queryFn: async ({ signal }) => orThrow(await ledger().findings.diff(between, { signal })),
  });

/** A policy, tried over all history. */
export const simulated = (draft: PolicyDraft) =>
  queryOptions({
    queryKey: ['simulated', draft],
    queryFn: async ({ signal }) => orThrow(await ledger().policies.simulate(draft, { signal })),
  });

/** What a party could reach at a moment. */
export const reachOfParty = (party: string, question: Question) =>
  queryOptions({
    queryKey: ['party reach', party, question],
    queryFn: async ({ signal }) =>
      orThrow(
        await everyRow((page) => ledger().parties.reach(party, page, { signal }), {
          ...question,
          limit: pageRows,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** How a party gets at holdings, and what to close. */
export const waysOfParty = (
  party: string,
  holding: Pick<HoldingQuestion, 'dataset' | 'population' | 'site' | 'backup'>,
  question: Question,
) =>
  queryOptions({
    queryKey: ['party ways', party, holding, question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().parties.cut(party, { ...question, ...holding }, { signal })),
  });

/** How a party gets at one person's data, and what to close. */
export const waysToSubject = (party: string, subject: string, question: Question) =>
  queryOptions({
    queryKey: ['subject ways', party, subject, question],
    queryFn: async ({ signal }) => {
      const cut = orThrow(await ledger().subjects.cut(subject, { ...question, party }, { signal }));
      const reach = orThrow(
        await ledger().subjects.reach(subject, { ...question, party, paths: 'all' }, { signal }),
      );
      return {
        clocks: cut.clocks,
        data: { ...cut.data, edges: edgesIn(party, reach.data), limitMet: false },
        next: null,
      };
    },
  });

/** The edges of all paths, each once, with the party that each leads from. */
const edgesIn = (party: string, reach: ReadonlyArray<ReachRow>): WirePartyCut['edges'] => {
  const edges = new Map<string, WirePartyCut['edges'][number]>();
  for (const { intervals } of reach) {
    for (const { path } of intervals) {
      path.forEach((edge, index) => {
        const from = index === 0 ? party : path[index - 1]!.to;
        edges.set(`${from} ${edge.edge} ${edge.to}`, { ...edge, from });
      });
    }
  }
  return [...edges.values()];
};

/** Queries about policies and findings. Answers are cached until something is recorded. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type DiffQuestion,
  type FindingQuestion,
  orThrow,
  type PolicyDraft,
  type Question,
} from '../../../src/client/client.ts';
import { overTime } from '../clocks/view-search.ts';
import { allRows, keepWhileAbout, pageRows } from './pages.ts';
import { ledger } from './session.ts';

/** The policies with their versions. */
export const policiesAt = (question: Question) =>
  queryOptions({
    queryKey: ['policies', overTime(question)],
    queryFn: ({ signal }) => allRows((page) => ledger().policies.list(page, { signal }), overTime(question)),
    placeholderData: keepPreviousData,
  });

/** Pages of findings to read at once. */
const pagesMax = 20;

/** What the findings are about. */
export type FindingFilter = Pick<FindingQuestion, 'site' | 'party' | 'dataset' | 'population' | 'backup'>;

/** Findings over all time, with the number of people at `validAt`. `next` is not null if there are more. */
export const findingsThat = (filter: FindingFilter, question: Question) =>
  queryOptions({
    queryKey: ['findings', filter, question],
    queryFn: ({ signal }) =>
      allRows((page) => ledger().findings.list(page, { signal }), { ...question, ...filter }, pagesMax),
    placeholderData: keepWhileAbout(filter),
  });

/** One finding with its basis. */
export const findingAt = (finding: string, question: Question) =>
  queryOptions({
    queryKey: ['finding', finding, question],
    queryFn: async ({ signal }) => orThrow(await ledger().findings.get(finding, question, { signal })),
    placeholderData: keepWhileAbout(finding),
  });

/** The first page of the people concerned by a finding. */
export const subjectsOfFinding = (finding: string, question: Question) =>
  queryOptions({
    queryKey: ['subjects of finding', finding, question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().findings.subjects(finding, { ...question, limit: pageRows }, { signal })),
    placeholderData: keepWhileAbout(finding),
  });

/** The first page of the findings that are open at a moment. */
export const openFindings = (question: Question) =>
  queryOptions({
    queryKey: ['open findings', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().findings.list({ ...question, open: true, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** The differences between the findings of two versions, or as known at two positions. */
export const findingsBetween = (between: DiffQuestion) =>
  queryOptions({
    queryKey: ['findings between', between],
    queryFn: async ({ signal }) => orThrow(await ledger().findings.diff(between, { signal })),
  });

/** The simulation of a policy over all history. */
export const simulated = (draft: PolicyDraft) =>
  queryOptions({
    queryKey: ['simulated', draft],
    queryFn: async ({ signal }) => orThrow(await ledger().policies.simulate(draft, { signal })),
  });

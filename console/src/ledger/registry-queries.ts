/** Queries about sites, parties, datasets and populations. Answers are cached until something is recorded. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { type HoldingQuestion, orThrow, type Question } from '../../../src/client/client.ts';
import { overTime } from '../clocks/view-search.ts';
import { allRows, keepWhileAbout, pageRows } from './pages.ts';
import { ledger } from './session.ts';

/** The first page of sites as described at a moment. */
export const sitesAt = (question: Question) =>
  queryOptions({
    queryKey: ['sites', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().sites.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** The first page of parties as described at a moment. */
export const partiesAt = (question: Question) =>
  queryOptions({
    queryKey: ['parties', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().parties.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** The first page of datasets as described at a moment. */
export const datasetsAt = (question: Question) =>
  queryOptions({
    queryKey: ['datasets', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().datasets.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** The first page of populations as described at a moment. */
export const populationsAt = (question: Question) =>
  queryOptions({
    queryKey: ['populations', question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().populations.list({ ...question, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** One thing as described at a moment. An unknown one is a `ClientFailure` with status 404. */
export const siteAt = (site: string, question: Question) =>
  queryOptions({
    queryKey: ['site', site, question],
    queryFn: async ({ signal }) => orThrow(await ledger().sites.get(site, question, { signal })),
    placeholderData: keepWhileAbout(site),
  });

export const partyAt = (party: string, question: Question) =>
  queryOptions({
    queryKey: ['party', party, question],
    queryFn: async ({ signal }) => orThrow(await ledger().parties.get(party, question, { signal })),
    placeholderData: keepWhileAbout(party),
  });

export const datasetAt = (dataset: string, question: Question) =>
  queryOptions({
    queryKey: ['dataset', dataset, question],
    queryFn: async ({ signal }) => orThrow(await ledger().datasets.get(dataset, question, { signal })),
    placeholderData: keepWhileAbout(dataset),
  });

export const populationAt = (population: string, question: Question) =>
  queryOptions({
    queryKey: ['population', population, question],
    queryFn: async ({ signal }) => orThrow(await ledger().populations.get(population, question, { signal })),
    placeholderData: keepWhileAbout(population),
  });

/** The movements of a dataset over all time. */
export const lineageOf = (dataset: string, question: Question) =>
  queryOptions({
    queryKey: ['lineage', dataset, overTime(question)],
    queryFn: async ({ signal }) =>
      orThrow(
        await ledger().datasets.lineage(dataset, { ...overTime(question), from: '0001-01-01' }, { signal }),
      ),
    placeholderData: keepWhileAbout(dataset),
  });

/** What a site holds. */
export const holdingsOf = (site: string, question: Question) =>
  queryOptions({
    queryKey: ['holdings', site, question],
    queryFn: ({ signal }) => allRows((page) => ledger().sites.holdings(site, page, { signal }), question),
    placeholderData: keepWhileAbout(site),
  });

/** What a site ever held. */
export const staysAtSite = (site: string, question: Question) =>
  queryOptions({
    queryKey: ['stays at site', site, overTime(question)],
    queryFn: ({ signal }) =>
      allRows(
        (page) => ledger().sites.stays(site, { ...page, from: '0001-01-01' }, { signal }),
        overTime(question),
      ),
    placeholderData: keepWhileAbout(site),
  });

/** Where a dataset was ever held. */
export const staysOfDataset = (dataset: string, question: Question) =>
  queryOptions({
    queryKey: ['stays of dataset', dataset, overTime(question)],
    queryFn: ({ signal }) =>
      allRows(
        (page) => ledger().datasets.stays(dataset, { ...page, from: '0001-01-01' }, { signal }),
        overTime(question),
      ),
    placeholderData: keepWhileAbout(dataset),
  });

/** Every transfer from one country to another. */
export const transfersEver = (question: Question) =>
  queryOptions({
    queryKey: ['transfers', overTime(question)],
    queryFn: ({ signal }) => allRows((page) => ledger().transfers(page, { signal }), overTime(question)),
    placeholderData: keepPreviousData,
  });

/** What a party could reach at a moment. */
export const reachOfParty = (party: string, question: Question) =>
  queryOptions({
    queryKey: ['party reach', party, question],
    queryFn: ({ signal }) => allRows((page) => ledger().parties.reach(party, page, { signal }), question),
    placeholderData: keepWhileAbout(party),
  });

/** What a party could ever reach. */
export const reachOfPartyEver = (party: string, question: Question) =>
  queryOptions({
    queryKey: ['party reach ever', party, overTime(question)],
    queryFn: ({ signal }) =>
      allRows(
        (page) => ledger().parties.reach(party, { ...page, from: '0001-01-01' }, { signal }),
        overTime(question),
      ),
    placeholderData: keepWhileAbout(party),
  });

/** Every path of a party to holdings, and the edges to close. */
export const pathsOfParty = (
  party: string,
  holding: Pick<HoldingQuestion, 'dataset' | 'population' | 'site' | 'backup'>,
  question: Question,
) =>
  queryOptions({
    queryKey: ['party paths', party, holding, question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().parties.cut(party, { ...question, ...holding }, { signal })),
  });

/** Queries about backups and reports. Answers are cached until something is recorded. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import {
  type AffectedQuestion,
  type BackupQuestion,
  orThrow,
  type Question,
} from '../../../src/client/client.ts';
import type { ReportName } from '../../../src/client/rows.ts';
import { allRows, keepWhileAbout, pageRows } from './pages.ts';
import { ledger } from './session.ts';

/** Pages of backups to read at once. */
const pagesMax = 20;

/** The backups that match a filter. `next` is not null if there are more. */
export const backupsThat = (
  filter: Pick<BackupQuestion, 'state' | 'site' | 'dataset' | 'population'>,
  question: Question,
) =>
  queryOptions({
    queryKey: ['backups', filter, question],
    queryFn: ({ signal }) =>
      allRows(
        (page: Question) => ledger().backups.list({ ...page, ...filter }, { signal }),
        question,
        pagesMax,
      ),
    placeholderData: keepWhileAbout(filter),
  });

/** One backup. */
export const backupAt = (backup: string, question: Question) =>
  queryOptions({
    queryKey: ['backup', backup, question],
    queryFn: async ({ signal }) => orThrow(await ledger().backups.get(backup, question, { signal })),
    placeholderData: keepWhileAbout(backup),
  });

/** Everybody whose data a party could reach or accessed: counts, and the first people. */
export const affectedBy = (
  party: string,
  asked: Pick<AffectedQuestion, 'from' | 'to' | 'site' | 'dataset' | 'observed'>,
  question: Question,
) =>
  queryOptions({
    queryKey: ['affected', party, asked, question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().parties.affected(party, { ...question, ...asked, limit: pageRows }, { signal })),
    placeholderData: keepPreviousData,
  });

/** A report as rows. */
export const reportOf = (
  name: Exclude<ReportName, 'assessment'>,
  period: { readonly from: string | undefined; readonly to: string | undefined },
  question: Question,
) =>
  queryOptions({
    queryKey: ['report', name, period, question],
    queryFn: async ({ signal }) =>
      orThrow(await ledger().reports.get(name, { ...question, ...period }, { signal })),
  });

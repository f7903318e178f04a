/** Reports for authorities, in which each cell names its events. */
import type { Answer } from '../contract/answers.ts';
import { Report, type ReportName } from '../contract/rows/reports.ts';
import type { Asking } from './asking.ts';
import type { PeriodQuestion } from './questions.ts';
import type { Reply, RequestOptions } from './reply.ts';
import { askText, type Query } from './transport.ts';

/** The formats of a report as text: a page, CSV, or JSON; an assessment in JSON is OSCAL. */
export type ReportFormat = 'html' | 'csv' | 'json';

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
};

/** The calls about reports. */
export const reportCalls = ({ target, about }: Asking) => ({
  /** A report as rows. */
  get: (
    name: Exclude<ReportName, 'assessment'>,
    question?: PeriodQuestion,
    options?: RequestOptions,
  ): Reply<Answer<Report>> => about(Report)(['reports', name], question, options),
  /** A report as a file. */
  text: (
    name: ReportName,
    format: ReportFormat,
    question: PeriodQuestion = {},
    { signal }: RequestOptions = {},
  ): Reply<string> =>
    askText(target, {
      path: ['v1', 'reports', name],
      query: question as Query,
      accept: mediaTypes[format],
      signal,
    }),
});

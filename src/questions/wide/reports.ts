/** Wide questions whose answer is a report. */
import * as E from 'fp-ts/lib/Either.js';
import { type Asked, cutShort } from '../../contract/asked.ts';
import { type PeriodQuestion, periodOf } from '../../contract/questions/question.ts';
import type { Report, ReportName } from '../../contract/rows/reports.ts';
import { reportTables } from '../reports/all-reports.ts';
import { type OscalAssessment, oscalOf } from '../reports/oscal.ts';
import { reportOf } from '../reports/report.ts';
import type { View } from '../view.ts';
import type { Outcome } from './outcome.ts';

const questionOf = ({ clocks, parameters }: Asked<PeriodQuestion>) => ({
  during: periodOf(parameters),
  at: clocks.validAt,
});

/** A report over a period. */
export const report = (
  view: View,
  asked: Asked<PeriodQuestion>,
  { name }: { readonly name: ReportName },
): Outcome<Report> => {
  const question = questionOf(asked);
  const data = reportOf(view, name, question, reportTables[name](view, question));
  return E.right(data.left === 0 ? { data } : { data, also: cutShort });
};

/** The assessment of policies over a period, as OSCAL assessment results. */
export const assessment = (view: View, asked: Asked<PeriodQuestion>): Outcome<OscalAssessment> =>
  E.right({ data: oscalOf(view, questionOf(asked), asked.clocks) });

/** All reports, and the function that makes each. */
import type { ReportName } from '../../contract/rows/reports.ts';
import type { View } from '../view.ts';
import { assessmentTable } from './assessment.ts';
import { backupsTable } from './backups.ts';
import { coveredPersonsTable } from './covered-persons.ts';
import { processingTable } from './processing.ts';
import type { ReportQuestion, ReportTable } from './report.ts';
import { transfersTable } from './transfers.ts';

/** The table of each report. */
export const reportTables: Readonly<
  Record<ReportName, (view: View, question: ReportQuestion) => ReportTable>
> = {
  processing: processingTable,
  transfers: transfersTable,
  backups: backupsTable,
  '28-cfr-202': coveredPersonsTable,
  assessment: assessmentTable,
};

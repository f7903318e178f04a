/**
 * A report as a document, and as CSV.
 */
import type { Clocks } from '../answers.ts';
import { csvLines } from '../csv.ts';
import type { Report } from '../rows/reports.ts';
import { type Document, timeText } from './document.ts';

const periodText = ({ from, to }: Report): string =>
  from === null && to === null
    ? 'everything that is known'
    : `${timeText(from, 'the beginning')} to ${timeText(to, 'without an end')} UTC`;

/** The report as a document. */
export const reportDocument = (report: Report, { validAt, knownAt, position }: Clocks): Document => ({
  title: report.title,
  about: [
    ['Basis', report.basis],
    ['Period', periodText(report)],
    ['As at', `${timeText(validAt, '')} UTC`],
    ['As known', `${timeText(knownAt, '')} UTC, position ${position}`],
  ],
  says: report.says,
  sections: [
    {
      title: report.left === 0 ? 'Record' : `Record, without ${report.left} further rows`,
      says: [],
      columns: report.columns.map(({ title }) => title),
      rows: report.rows,
      empty: 'Nothing, as far as the ledger knows.',
    },
  ],
  events: report.events,
});

/**
 * The report as CSV (RFC 4180). A column with the positions of the events follows each column. A cell that the
 * ledger does not know says so.
 */
export const reportCsv = ({ columns, rows }: Report): string =>
  csvLines(
    columns.flatMap(({ id }) => [id, `${id}_events`]),
    rows.map((row) =>
      row.flatMap(({ value, events }) => [value ?? 'not known to the ledger', events.join(' ')]),
    ),
  )
    .map((line) => `${line}\r\n`)
    .join('');

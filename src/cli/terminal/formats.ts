/** The formats of an answer: a table for users, and three formats for programs. */
import type { Answer } from '../../client/client.ts';
import { csvLines } from '../../contract/csv.ts';
import type { ExactCodec } from '../../domain/events/codec.ts';
import { coverageLines, cutLines } from './coverage-lines.ts';
import { type Column, tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

export const formats = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

/** How to show the rows of an answer. */
export interface Shown<Row> {
  /** The names of a row's fields: the columns of CSV, in order. */
  readonly fields: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<Column<Row>>;
  /** The line above the table. */
  readonly title: string;
  /** What to say if there are no rows, and what to try next. */
  readonly empty: ReadonlyArray<string>;
  /** The lines below the table. */
  readonly footer?: ReadonlyArray<string>;
}

/** Writes the rows as CSV (RFC 4180), with the names of the fields first. */
export const writeCsv = <Row extends object>(
  fields: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
  terminal: Terminal,
): void => {
  const values = rows.map((row) => fields.map((field) => (row as Readonly<Record<string, unknown>>)[field]));
  // RFC 4180 ends lines with CR LF; the terminal adds the LF.
  for (const line of csvLines(fields, values)) terminal.out(`${line}\r`);
};

/** The names of a codec's fields. */
export const fieldsOf = (
  codec: Pick<ExactCodec<unknown, unknown>, 'required' | 'optional'>,
): ReadonlyArray<string> => Object.keys({ ...codec.required, ...codec.optional });

/**
 * Writes an answer in the requested format.
 *
 * @param rows the rows for tables and CSV, which differ from the answer's own rows if those are nested.
 */
export const show = <Row extends object>(
  answer: Answer<unknown>,
  rows: ReadonlyArray<Row>,
  format: Format,
  shown: Shown<Row>,
  terminal: Terminal,
): void => {
  const coverage = coverageLines(answer, rows.length === 0);
  const footer = [...(shown.footer ?? []), ...coverage];
  // Rows without clocks would seem to be complete.
  if (format === 'ndjson' || format === 'csv') for (const line of cutLines(answer)) terminal.note(line);
  switch (format) {
    case 'json':
      terminal.out(JSON.stringify(answer, undefined, 2));
      return;
    case 'ndjson':
      for (const row of Array.isArray(answer.data) ? answer.data : [answer.data]) {
        terminal.out(JSON.stringify(row));
      }
      return;
    case 'csv':
      writeCsv(shown.fields, rows, terminal);
      return;
    case 'table':
      terminal.out(shown.title);
      terminal.out('');
      if (rows.length === 0) {
        const known = answer.clocks.knownNothing === true ? [] : shown.empty;
        for (const line of [...known, ...coverage]) terminal.out(line);
        return;
      }
      terminal.out(tableOf(rows, shown.columns, terminal));
      if (footer.length > 0) terminal.out('');
      for (const line of footer) terminal.out(terminal.style('dim', line));
  }
};

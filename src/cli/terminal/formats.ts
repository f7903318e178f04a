/**
 * The forms in which an answer is given: a table for people, and three for programs.
 */
import type { Answer } from '../../client/client.ts';
import type { ExactCodec } from '../../domain/events/codec.ts';
import { type Column, tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

export const formats = ['table', 'json', 'ndjson', 'csv'] as const;
export type Format = (typeof formats)[number];

/** How the rows of one kind of answer are shown to people. */
export interface Shown<Row> {
  /** The names of a row's fields: the columns of CSV, in order. */
  readonly fields: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<Column<Row>>;
  /** What stands above the table. */
  readonly title: string;
  /** What is said where there are no rows, and what to type then. */
  readonly empty: ReadonlyArray<string>;
  /** What is said under the table. */
  readonly footer?: ReadonlyArray<string>;
}

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** A field of CSV (RFC 4180): quoted where it must be. */
const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The rows as CSV (RFC 4180), the names of the fields first. Lists are joined by spaces. */
export const csvOf = <Row>(
  fields: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
): ReadonlyArray<string> => [
  fields.join(','),
  ...rows.map((row) =>
    fields.map((field) => csvField(textOf((row as Readonly<Record<string, unknown>>)[field]))).join(','),
  ),
];

/** The names of the fields that a codec has. */
export const fieldsOf = (
  codec: Pick<ExactCodec<unknown, unknown>, 'required' | 'optional'>,
): ReadonlyArray<string> => Object.keys({ ...codec.required, ...codec.optional });

/**
 * Writes an answer in the form that was asked for.
 *
 * @param rows what tables and CSV show of it, where its own rows are nested.
 */
export const show = <Row>(
  answer: Answer<unknown>,
  rows: ReadonlyArray<Row>,
  format: Format,
  shown: Shown<Row>,
  terminal: Terminal,
): void => {
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
      for (const line of csvOf(shown.fields, rows)) {
        // RFC 4180 ends lines with CR LF.
        terminal.out(`${line}\r`);
      }
      return;
    case 'table':
      terminal.out(shown.title);
      terminal.out('');
      if (rows.length === 0) {
        for (const line of shown.empty) terminal.out(line);
        return;
      }
      terminal.out(tableOf(rows, shown.columns, terminal));
      if (shown.footer !== undefined && shown.footer.length > 0) {
        terminal.out('');
        for (const line of shown.footer) terminal.out(terminal.style('dim', line));
      }
  }
};

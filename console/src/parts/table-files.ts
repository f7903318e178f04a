/**
 * Tables as files: exactly what is shown, with the clocks and the position of the answer in each.
 */
import type { Clocks } from '../../../src/client/client.ts';

/** What a cell says, in a file. */
export type Value = string | number | boolean | null | ReadonlyArray<string>;

/** A column of a file. */
export interface FileColumn<Row> {
  readonly key: string;
  readonly value: (row: Row) => Value;
}

/** What every row of a file says about the answer it comes from. */
export interface Provenance {
  readonly clocks: Clocks;
  readonly minAssurance: string;
}

/**
 * A field of CSV (RFC 4180). What a spreadsheet would take for a formula is kept as text by an apostrophe before it;
 * numbers are left alone.
 */
export const csvField = (value: Value): string => {
  const plain = Array.isArray(value) ? value.join(' ') : value === null ? '' : String(value);
  const text = typeof value !== 'number' && /^[=+\-@\t\r]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const csvOf = <Row>(
  columns: ReadonlyArray<FileColumn<Row>>,
  rows: ReadonlyArray<Row>,
  { clocks, minAssurance }: Provenance,
): string => {
  const head = [...columns.map(({ key }) => key), 'validAt', 'knownAt', 'position', 'minAssurance'];
  const tail = [clocks.validAt, clocks.knownAt, clocks.position, minAssurance].map(csvField);
  const lines = rows.map((row) => [...columns.map(({ value }) => csvField(value(row))), ...tail].join(','));
  return `${[head.join(','), ...lines].join('\r\n')}\r\n`;
};

export const jsonOf = <Row>(
  columns: ReadonlyArray<FileColumn<Row>>,
  rows: ReadonlyArray<Row>,
  { clocks, minAssurance }: Provenance,
): string => {
  const data = rows.map((row) => Object.fromEntries(columns.map(({ key, value }) => [key, value(row)])));
  return `${JSON.stringify({ clocks: { ...clocks, minAssurance }, data }, null, 2)}\n`;
};

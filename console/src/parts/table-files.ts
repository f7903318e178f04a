/** Tables as files: the shown rows with the clocks and the position of the answer. */
import type { Clocks } from '../../../src/client/client.ts';
import { csvLines } from '../../../src/contract/csv.ts';

/** The value of a cell. */
export type Value = string | number | boolean | null | ReadonlyArray<string>;

/** A column of a file. */
export interface FileColumn<Row> {
  readonly key: string;
  readonly value: (row: Row) => Value;
}

/** The origin of a file's answer. */
export interface Provenance {
  readonly clocks: Clocks;
  readonly minAssurance: string;
}

/** The table as CSV, with the clocks of the answer in each row. */
export const csvOf = <Row>(
  columns: ReadonlyArray<FileColumn<Row>>,
  rows: ReadonlyArray<Row>,
  { clocks, minAssurance }: Provenance,
): string => {
  const head = [...columns.map(({ key }) => key), 'validAt', 'knownAt', 'position', 'minAssurance'];
  const tail = [clocks.validAt, clocks.knownAt, clocks.position, minAssurance];
  const fields = rows.map((row) => [...columns.map(({ value }) => value(row)), ...tail]);
  return csvLines(head, fields)
    .map((line) => `${line}\r\n`)
    .join('');
};

/** The table as JSON, with the clocks of the answer above the rows. */
export const jsonOf = <Row>(
  columns: ReadonlyArray<FileColumn<Row>>,
  rows: ReadonlyArray<Row>,
  { clocks, minAssurance }: Provenance,
): string => {
  const data = rows.map((row) => Object.fromEntries(columns.map(({ key, value }) => [key, value(row)])));
  return `${JSON.stringify({ clocks: { ...clocks, minAssurance }, data }, null, 2)}\n`;
};

/** Reads records of CSV (RFC 4180): the first row has the column names, and a record is an object of cells. */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { Bytes, GivenRecord } from './given-record.ts';

/** The maximum length of a row in characters. */
const rowCharactersMax = 1_024 * 1_024;
const columnsMax = 1_000;

/** What is wrong with the header row, if anything. */
const faultOfHeader = (names: ReadonlyArray<string>): string | undefined => {
  if (names.length > columnsMax) return `has ${names.length} columns; expected up to ${columnsMax}`;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return 'names a column twice; expected a name for each column';
  return names.some((name) => name === '') ? 'has a column without a name' : undefined;
};

/**
 * The rows of a file in order. Invalid CSV ends it, because the start of the next row is unknown; a wrong number of
 * cells in a row does not.
 */
export async function* csvRecords(
  bytes: Bytes,
  delimiter: string,
): AsyncGenerator<GivenRecord, void, undefined> {
  const parser = Readable.from(bytes).pipe(
    parse({
      bom: true,
      delimiter,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: rowCharactersMax,
    }),
  );
  let names: ReadonlyArray<string> | undefined;
  let index = 0;
  try {
    for await (const { record: cells, info } of parser as AsyncIterable<{
      readonly record: ReadonlyArray<string>;
      readonly info: { readonly lines: number };
    }>) {
      const { lines: line } = info;
      if (names === undefined) {
        names = cells.map((name) => name.trim());
        const fault = faultOfHeader(names);
        if (fault === undefined) continue;
        yield { index, line, fault };
        return;
      }
      if (cells.length !== names.length) {
        const fault = `has ${cells.length} cells; expected ${names.length}, like the first row`;
        yield { index: index++, line, fault };
        continue;
      }
      const record = Object.fromEntries(names.map((name, column) => [name, cells[column]!]));
      yield { index: index++, line, record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : undefined;
    const fault =
      error.code === 'CSV_MAX_RECORD_SIZE'
        ? `is larger than ${rowCharactersMax} characters; maybe a quote is not closed`
        : `is not CSV (RFC 4180): ${reasonOf(error.code)}`;
    yield { index, ...(line === undefined ? {} : { line }), fault };
  }
}

/** Why a text is not CSV. The parser's own message would quote the text. */
const reasonOf = (code: string): string =>
  code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'a quoted cell is not closed'
    : code === 'CSV_INVALID_CLOSING_QUOTE'
      ? 'text follows a closing quote'
      : code === 'INVALID_OPENING_QUOTE'
        ? 'a quote stands within a cell that is not quoted'
        : 'it cannot be read';

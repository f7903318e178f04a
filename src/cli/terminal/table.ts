/**
 * Tables for people: a rule under the head, none between the rows, as wide as the terminal at the most.
 */
import Table from 'cli-table3';
import type { Style, Terminal } from './terminal.ts';

/** A column of a table: its title, and what it shows of a row, in one line or more. */
export interface Column<Row> {
  readonly title: string;
  cell(row: Row): string;
  readonly align?: 'right';
  /** How the cell stands out, if it does. */
  style?(row: Row): Style | undefined;
}

/** No column is made narrower than this to fit a terminal. */
const narrowestColumn = 10;

/** Characters that could move a terminal's cursor are shown as a dot; only line breaks stay. */
const printable = (text: string): string => text.replace(/(?!\n)\p{Cc}/gu, '·');

const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: '  ',
};

const widthsWithin = (natural: ReadonlyArray<number>, columns: number): ReadonlyArray<number> => {
  let excess = natural.reduce((sum, width) => sum + width + 2, -2) - columns;
  if (excess <= 0) return natural;
  const widths = [...natural];
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= narrowestColumn) break;
    widths[widest]!--;
    excess--;
  }
  return widths;
};

/** The text in lines of this width: broken between words, and within those that are longer than a line. */
const wrapped = (text: string, width: number): ReadonlyArray<string> =>
  text.split('\n').flatMap((line) => wrappedLine(line, width));

/** Where a word that is longer than a line is broken: behind the last mark within it, if there is one. */
const breakIn = (word: string, width: number): number =>
  Math.max(...['-', '/', '.', '_', ':'].map((mark) => word.lastIndexOf(mark, width - 1) + 1)) || width;

const wrappedLine = (text: string, width: number): ReadonlyArray<string> => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > width) {
      lines.push(line);
      line = '';
    }
    while (rest.length > width) {
      const end = breakIn(rest, width);
      lines.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
};

/** The rows as a table, one line or more a row. */
export const tableOf = <Row>(
  rows: ReadonlyArray<Row>,
  columns: ReadonlyArray<Column<Row>>,
  terminal: Terminal,
): string => {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const natural = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => widthOf(row[index]!))),
  );
  const widths = terminal.columns === undefined ? natural : widthsWithin(natural, terminal.columns);
  const table = new Table({
    chars: bare,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    ...(widths === natural ? {} : { colWidths: [...widths] }),
    colAligns: columns.map((column) => column.align ?? 'left'),
  });
  table.push(columns.map(({ title }) => title));
  for (const [at, row] of cells.entries()) {
    table.push(
      columns.map((column, index) => {
        const style = column.style?.(rows[at]!);
        const lines = wrapped(row[index]!, widths[index]!);
        return lines.map((line) => (style === undefined ? line : terminal.style(style, line))).join('\n');
      }),
    );
  }
  const lines = table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  const [head = '', ...body] = lines;
  return [terminal.style('bold', head), terminal.style('dim', rule), ...body].join('\n');
};

/** Tables for users: a rule under the head, no rules between rows, never wider than the terminal. */
import stringWidth from 'string-width';
import { markedText } from '../../contract/mixed-scripts.ts';
import { shownLines } from '../../contract/shown-text.ts';
import type { Style, Terminal } from './terminal.ts';

/** A column of a table: its title, and the text of its cells, which may have several lines. */
export interface Column<Row> {
  readonly title: string;
  cell(row: Row): string;
  readonly align?: 'right';
  /** The style of the cell, if any. */
  style?(row: Row): Style | undefined;
}

/** Columns are not narrowed below this width to fit a terminal. */
const narrowestColumn = 10;

/** The text of a cell. A value, or each word of another text, is marked if it mixes scripts. */
const cellText = <Row>(row: Row, column: Column<Row>): string => {
  const text = column.cell(row);
  const isValue = typeof row === 'object' && row !== null && Object.values(row).includes(text);
  return shownLines(isValue ? markedText(text) : text.split(' ').map(markedText).join(' '));
};

/**
 * The width of the widest line in terminal columns: two for a CJK character or an emoji, none for a combining mark.
 */
const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => stringWidth(line)));

/** Two spaces between columns. */
const gap = '  ';

const widthsWithin = (natural: ReadonlyArray<number>, columns: number): ReadonlyArray<number> => {
  let excess = natural.reduce((sum, width) => sum + width + gap.length, -gap.length) - columns;
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

/** The text in lines of a width, broken between words, and within longer words. */
const wrapped = (text: string, width: number): ReadonlyArray<string> =>
  text.split('\n').flatMap((line) => wrappedLine(line, width));

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The beginning of a word that fits the width: whole grapheme clusters, at least one. */
const fitting = (word: string, width: number): string => {
  let end = 0;
  for (const { segment } of graphemes.segment(word)) {
    if (end > 0 && stringWidth(word.slice(0, end + segment.length)) > width) break;
    end += segment.length;
  }
  return word.slice(0, end);
};

/**
 * Where to break a word that is longer than a line: after the last punctuation that fits, otherwise at the width.
 */
const breakIn = (word: string, width: number): number => {
  const start = fitting(word, width);
  return Math.max(...['-', '/', '.', '_', ':'].map((mark) => start.lastIndexOf(mark) + 1)) || start.length;
};

const wrappedLine = (text: string, width: number): ReadonlyArray<string> => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    if (line !== '' && stringWidth(`${line} ${rest}`) > width) {
      lines.push(line);
      line = '';
    }
    while (stringWidth(rest) > width && fitting(rest, width) !== rest) {
      const end = breakIn(rest, width);
      lines.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  return [...lines, line];
};

/** The line padded with spaces to the width of its column. */
const padded = (line: string, width: number, align: 'right' | undefined): string => {
  const spaces = ' '.repeat(Math.max(0, width - stringWidth(line)));
  return align === 'right' ? spaces + line : line + spaces;
};

/** The rows as a table. A row has as many lines as its highest cell. */
export const tableOf = <Row>(
  rows: ReadonlyArray<Row>,
  columns: ReadonlyArray<Column<Row>>,
  terminal: Terminal,
): string => {
  const cells = rows.map((row) => columns.map((column) => cellText(row, column)));
  const natural = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index]!))),
  );
  const widths = terminal.columns === undefined ? natural : widthsWithin(natural, terminal.columns);
  const linesOf = (texts: ReadonlyArray<string>, row?: Row): ReadonlyArray<string> => {
    const wrappedCells = texts.map((text, index) => wrapped(text, widths[index]!));
    const height = Math.max(...wrappedCells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      columns
        .map(({ align, style }, index) => {
          const line = wrappedCells[index]![at] ?? '';
          const chosen = row === undefined ? undefined : style?.(row);
          const styled = chosen === undefined || line === '' ? line : terminal.style(chosen, line);
          return padded(styled, widths[index]!, align);
        })
        .join(gap)
        .trimEnd(),
    );
  };
  return [
    ...linesOf(columns.map(({ title }) => title)).map((line) => terminal.style('bold', line)),
    terminal.style('dim', widths.map((width) => '─'.repeat(width)).join(gap)),
    ...cells.flatMap((texts, index) => linesOf(texts, rows[index]!)),
  ].join('\n');
};

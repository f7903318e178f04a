/** Tables for users: they fit the terminal and lose no text. */
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { nameText, shellWord } from '../../src/cli/terminal/name-text.ts';
import { tableOf } from '../../src/cli/terminal/table.ts';
import type { Terminal } from '../../src/cli/terminal/terminal.ts';
import { moment, spoken } from '../../src/cli/terminal/wording.ts';
import { csvLines } from '../../src/contract/csv.ts';
import { shownText } from '../../src/contract/shown-text.ts';

const terminal = (columns: number | undefined): Terminal => ({
  out: () => {},
  note: () => {},
  overwrite: () => {},
  interactive: false,
  columns,
  style: (_, text) => text,
});

const columnsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    title: `C${index}`,
    cell: (row: ReadonlyArray<string>) => row[index]!,
  }));

describe('a table', () => {
  it('fits the terminal and breaks long identifiers at punctuation', () => {
    const rows = [['tiktok/video-history', 'backup us-video-history-singapore-2019', 'x']];

    const lines = tableOf(rows, columnsOf(3), terminal(34)).split('\n');

    expect(lines.every((line) => line.length <= 34)).toBe(true);
    expect(lines.slice(2)).toEqual([
      'tiktok/video-   backup          x',
      'history         us-video-',
      '                history-',
      '                singapore-2019',
    ]);
  });

  it('loses no text, however narrow', () => {
    const word = fc.stringMatching(/^[a-z0-9/._:-]{1,40}$/);
    const cell = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 10, max: 80 }),
        (rows, width) => {
          const shown = tableOf(rows, columnsOf(1), terminal(width)).split('\n').slice(2);
          expect(shown.every((line) => line.length <= width)).toBe(true);
          expect(shown.join('').replaceAll(' ', '')).toBe(rows.flat().join('').replaceAll(' ', ''));
        },
      ),
    );
  });

  it('keeps its columns aligned with CJK, combining marks and emoji', () => {
    const rows = [
      ['東京データセンター', '1'],
      ['Ame\u0301lie', '2'],
      ['👩‍👩‍👧 home', '3'],
      ['plain', '4'],
    ];

    const lines = tableOf(rows, columnsOf(2), terminal(undefined)).split('\n');

    expect(lines).toEqual([
      'C0                  C1',
      '──────────────────  ──',
      '東京データセンター  1',
      'Ame\u0301lie              2',
      '👩‍👩‍👧 home             3',
      'plain               4',
    ]);
  });

  it('breaks text without spaces between characters, and never within one', () => {
    const lines = tableOf([['東京データセンター'], ['e\u0301'.repeat(12)]], columnsOf(1), terminal(11)).split(
      '\n',
    );

    expect(lines.slice(2)).toEqual(['東京データ', 'センター', 'e\u0301'.repeat(11), 'e\u0301']);
    expect(lines.every((line) => stringWidth(line) <= 11)).toBe(true);
  });

  it.each([
    ['that move the cursor', 'a\u001b[2Jb\rc', 'a[U+001B][2Jb[U+000D]c'],
    ['that turn the direction of text', 'acme\u202Egro.', 'acme[U+202E]gro.'],
    ['that nobody sees', 'ac\u200Bme', 'ac[U+200B]me'],
  ])('names characters %s, as the console does', (_, name, shown) => {
    expect(shownText(name)).toBe(shown);
    expect(tableOf([[name]], columnsOf(1), terminal(undefined)).split('\n')[2]).toBe(shown);
  });

  it('keeps the joiners of Persian and of emoji, and text that looks like a formula', () => {
    const names = ['می\u200Cخواهم', '👩\u200D💻', '=cmd()'];
    const rows = names.map((name) => [name]);
    expect(tableOf(rows, columnsOf(1), terminal(undefined)).split('\n').slice(2)).toEqual(names);
    // A spreadsheet would run it; the console and the command line write the same apostrophe.
    expect(csvLines(['name'], [['=cmd()']])).toEqual(['name', "'=cmd()"]);
  });
});

describe('a time', () => {
  it('is written without needless zeros', () => {
    expect(moment('2022-06-17T00:00:00.000Z')).toBe('2022-06-17');
    expect(moment('2022-06-17T12:00:00.000Z')).toBe('2022-06-17 12:00');
    expect(moment('2022-06-17T12:00:10.000Z')).toBe('2022-06-17 12:00:10');
    expect(moment('2022-06-17T12:00:00.050Z')).toBe('2022-06-17 12:00:00.05');
    expect(moment('2022-06-17T00:00:00.001Z')).toBe('2022-06-17 00:00:00.001');
    expect(spoken('2022-06-07T00:00:00.000Z')).toBe('7 June 2022');
    expect(spoken('2022-06-17T12:30:00.000Z')).toBe('17 June 2022, 12:30 UTC');
  });
});

describe('names in sentences', () => {
  it('are marked if they mix scripts, and quoted if they have several words', () => {
    expect(nameText('pаypal')).toBe('pаypal [Latin and Cyrillic]');
    expect(nameText('Jörg Müller')).toBe('"Jörg Müller"');
    expect(nameText('宮本かな')).toBe('宮本かな');
    expect(nameText('анна-2')).toBe('анна-2');
  });

  it('are one word of a shell', () => {
    expect(['ana', 'a b', "o'Neill", '$HOME', '-x', 'a/b@c'].map(shellWord)).toEqual([
      'ana',
      "'a b'",
      "'o'\\''Neill'",
      "'$HOME'",
      '-- -x',
      'a/b@c',
    ]);
  });
});

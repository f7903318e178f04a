/**
 * CSV, as the command line and the console write it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvField, csvLines } from '../../src/contract/csv.ts';

/** Reads CSV as RFC 4180 defines it. */
const readCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: string[][] = [];
  let row: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
};

describe('A CSV file', () => {
  it('is read back as the written fields, whatever text they contain', () => {
    const text = fc.string({ unit: 'binary' }).filter((each) => !/^[=+\-@\t\r\n]/.test(each));
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      );
    fc.assert(
      fc.property(table, ([columns, ...rows]) => {
        const file = csvLines(columns!, rows)
          .map((line) => `${line}\r\n`)
          .join('');
        expect(readCsv(file)).toEqual([columns, ...rows]);
      }),
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1+cmd', "'-1+cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['\n=1', '"\'\n=1"'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    [['=1', '2'], "'=1 2"],
  ])('has no field that a spreadsheet would run: %j', (value, field) => {
    expect(csvField(value)).toBe(field);
  });

  it.each([
    [-77.5, '-77.5'],
    [true, 'true'],
    [null, ''],
    [undefined, ''],
    [['1', '2'], '1 2'],
    [[], ''],
    [{ site: 'a' }, '"{""site"":""a""}"'],
    [[{ a: 1 }], '"[{""a"":1}]"'],
  ])('writes %j as %s', (value, field) => {
    expect(csvField(value)).toBe(field);
  });
});

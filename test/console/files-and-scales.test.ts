/** Tables and their files, foreign text and links, and the marks of the time scale. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetsOf, rowsBetween } from '../../console/src/parts/row-offsets.ts';
import { csvOf, jsonOf } from '../../console/src/parts/table-files.ts';
import { webAddressOf } from '../../console/src/parts/web-address.ts';
import { place, ticksOf } from '../../console/src/timeline/scale.ts';
import { shownJson, shownText } from '../../src/contract/shown-text.ts';

const clocks = { validAt: '2022-06-30T00:00:00.000Z', knownAt: '2026-11-23T10:00:00.000Z', position: '58' };

describe('A file of a table', () => {
  it('has the clocks, the position and the assurance in every row', () => {
    const columns = [{ key: 'site', value: ({ site }: { site: string }) => site }];
    const from = { clocks, minAssurance: 'observed' };
    expect(csvOf(columns, [{ site: 'a,"b"\nc' }], from)).toBe(
      'site,validAt,knownAt,position,minAssurance\r\n"a,""b""\nc",2022-06-30T00:00:00.000Z,2026-11-23T10:00:00.000Z,58,observed\r\n',
    );
    expect(JSON.parse(jsonOf(columns, [{ site: 'x' }], from))).toEqual({
      clocks: { ...clocks, minAssurance: 'observed' },
      data: [{ site: 'x' }],
    });
  });
});

describe('Text by others', () => {
  it('is shown unchanged, except for invisible characters, which are named', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => shownText(text) === text));
    expect(shownText('مركز البيانات')).toBe('مركز البيانات');
    expect(shownText('می\u200Cخواهم')).toBe('می\u200Cخواهم');
    expect(shownText('\u202Eexe.gpj')).toBe('[U+202E]exe.gpj');
  });

  it('means the same in JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(shownJson({ text }))).toEqual({ text });
      }),
    );
  });
});

describe('Evidence', () => {
  it.each([
    ['https://example.org/a', 'https://example.org/a'],
    ['HTTP://example.org', 'HTTP://example.org'],
    ['mailto:audit@example.org', 'mailto:audit@example.org'],
    ['doi:10.1000/182', 'https://doi.org/10.1000/182'],
    ['urn:doi:10.1000/182', 'https://doi.org/10.1000/182'],
    ['urn:example:report', undefined],
    ['javascript:alert(1)', undefined],
    ['data:text/html,<script>', undefined],
    ['x:https://example.org', undefined],
  ])('%s leads to %s', (uri, address) => {
    expect(webAddressOf(uri)).toBe(address);
  });
});

describe('A long table', () => {
  it('renders the visible rows, whatever their heights, and leaves space for the others', () => {
    const heights = fc.array(fc.integer({ min: 10, max: 300 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(heights, fc.nat(120_000), fc.integer({ min: 1, max: 2_000 }), (each, top, height) => {
        const keys = each.map((_, index) => String(index));
        const offsets = offsetsOf(keys, new Map(keys.map((key, index) => [key, each[index]!])), 30);
        expect(offsets.at(-1)).toBe(each.reduce((sum, one) => sum + one, 0));
        const { start, end } = rowsBetween(offsets, top, top + height);
        keys.forEach((_, index) => {
          const visible = offsets[index]! < top + height && offsets[index + 1]! > top;
          if (visible) expect(start <= index && index < end).toBe(true);
        });
        expect(end - start).toBeLessThanOrEqual(height / 10 + 2 + 24);
      }),
    );
  });
});

describe('A time scale', () => {
  it.each([
    ['2017-06-01', '2023-02-01', '2018 2019 2020 2021 2022 2023'],
    ['2021-11-15', '2022-04-15', 'Dec 2021, 2022, Feb, Mar, Apr'],
    ['2022-05-20', '2022-07-05', '22 May 2022, 29, 5 Jun, 12, 19, 26, 3 Jul'],
    ['2022-06-28', '2022-07-04', '28 Jun 2022, 29, 30, Jul 2022, 2, 3, 4'],
    ['2022-06-29T15:00Z', '2022-06-30T10:00Z', '15:00 29 Jun, 18:00, 21:00, 30 Jun, 03:00, 06:00, 09:00'],
  ])('from %s to %s is marked: %s', (from, to, labels) => {
    const ticks = ticksOf({ from: Date.parse(from), to: Date.parse(to) }, 8);
    expect(ticks.map(({ label }) => label).join(labels.includes(',') ? ', ' : ' ')).toBe(labels);
  });

  it('has marks in order, within the visible period, and no more of them than fit', () => {
    const instant = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(
        instant,
        fc.integer({ min: 21_600_000, max: 3_000_000_000_000 }),
        fc.integer({ min: 2, max: 40 }),
        (from, length, count) => {
          const window = { from, to: from + length };
          const ticks = ticksOf(window, count);
          expect(ticks.length).toBeLessThanOrEqual(count + 2);
          const places = ticks.map(({ at }) => place(window, at));
          expect(
            places.every((x, index) => x >= 0 && x <= 1 && (index === 0 || x > places[index - 1]!)),
          ).toBe(true);
        },
      ),
    );
  });
});

/** Keys on the time scale, names on the map, and the reason of an adoption. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReason, withReason } from '../../console/src/findings/reason.ts';
import { labelBox, labelSides } from '../../console/src/map/label-places.ts';
import { stepOf } from '../../console/src/timeline/movement.ts';

const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);

describe('A key on the time scale', () => {
  it.each([
    ['ArrowRight', false, '2022-06-30', '2022-07-01'],
    ['ArrowLeft', false, '2022-07-01', '2022-06-30'],
    ['ArrowRight', true, '2022-01-31', '2022-02-28'],
    ['ArrowLeft', true, '2024-03-31', '2024-02-29'],
    ['ArrowRight', true, '2022-12-15', '2023-01-15'],
    ['PageUp', false, '2024-02-29', '2025-02-28'],
    ['n', false, '2022-06-30', '2022-08-01'],
    ['p', false, '2022-06-30', '2022-05-01'],
    ['Home', false, '2022-06-30', '2022-05-01'],
    ['End', false, '2022-06-30', '2022-08-01'],
  ])('%s (with Shift: %s) leads from %s to %s', (key, shiftKey, from, to) => {
    const changes = [day('2022-05-01'), day('2022-06-30'), day('2022-08-01')];
    expect(stepOf({ key, shiftKey }, day(from), changes)).toBe(day(to));
  });

  it('has no effect if there is no change, or if it is not a key of the scale', () => {
    expect(stepOf({ key: 'n', shiftKey: false }, day('2022-06-30'), [])).toBeUndefined();
    expect(stepOf({ key: 'x', shiftKey: false }, day('2022-06-30'), [])).toBeUndefined();
  });
});

describe('Names on the map', () => {
  const frame = { left: 0, top: 0, right: 400, bottom: 200 };
  const mark = (x: number, y: number, ...lines: string[]) => ({ x, y, radius: 6, lines });

  it('are to the right of their marks, if nothing is in the way', () => {
    expect(labelSides([mark(50, 50, 'Ashburn'), mark(50, 150, 'Dublin')], frame)).toEqual(['right', 'right']);
  });

  it('are to the left at the right edge, where they would be cut off', () => {
    expect(labelSides([mark(390, 100, 'Singapore')], frame)).toEqual(['left']);
  });

  it('do not overlap if two marks are close, nor cover the other mark', () => {
    const marks = [mark(200, 100, 'Servers in China'), mark(222, 102, 'CN'), mark(202, 124, 'Hamar')];
    const sides = labelSides(marks, frame);
    const boxes = marks.map((each, index) => labelBox(each, sides[index]!));
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect({ sides, apart }).toEqual({ sides, apart: true });
      }
    }
  });
});

describe('The reason of an adoption', () => {
  const cedar = '// Nobody from abroad.\nforbid(principal, action, resource);\n';

  it('is a comment above the rules, and is read back from there', () => {
    const text = withReason(cedar, 'The board decided so.\nOn 17 June.');
    expect(text).toBe(`// Reason: The board decided so.\n// On 17 June.\n\n${cedar}`);
    expect(readReason(text)).toEqual({ reason: 'The board decided so.\nOn 17 June.', cedar });
    expect(readReason(cedar)).toEqual({ reason: undefined, cedar });
  });

  it('is never anything but a comment, whatever is written', () => {
    const sign = fc.constantFrom(...'a/ "};\r\n\v\f\t\u0085\u2028\u2029\u0000');
    fc.assert(
      fc.property(fc.string({ unit: sign, minLength: 1 }), (reason) => {
        const text = withReason(cedar, reason);
        expect(text.endsWith(`\n\n${cedar}`)).toBe(true);
        const above = text.slice(0, -cedar.length - 2);
        // Everything that any reader of text treats as the end of a line.
        expect(above.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).every((line) => line.startsWith('//'))).toBe(
          true,
        );
        expect(readReason(text).cedar).toBe(cedar);
      }),
      { numRuns: 2_000 },
    );
  });
});

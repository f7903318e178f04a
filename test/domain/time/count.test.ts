/** A count, compared with counting at each instant. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Count } from '../../../src/domain/time/count.ts';
import { contains } from '../../../src/domain/time/interval.ts';
import { StepFunction } from '../../../src/domain/time/step-function.ts';

const added = fc.array(
  fc
    .record({
      from: fc.integer({ min: 0, max: 9 }),
      length: fc.integer({ min: 1, max: 4 }),
      by: fc.constantFrom(-1, 1, 1, 2, 3),
    })
    .map(({ from, length, by }) => ({ from, to: from + length, by })),
  { maxLength: 6 },
);

test('given additions to two counts, their sum at each instant is the sum of both', () => {
  fc.assert(
    fc.property(added, added, (one, other) => {
      const counts = [one, other].map((list) => {
        const count = new Count();
        for (const { by, ...interval } of list) count.add(interval, by);
        return count;
      });
      const sum = Count.sumOf(counts).overTime();
      for (let at = -1; at < 16; at++) {
        const expected = [...one, ...other]
          .filter((each) => contains(each, at))
          .reduce((total, { by }) => total + by, 0);
        expect(sum.at(at)).toBe(expected);
      }
    }),
  );
});

test('given people who arrived one after another and left together, each counts from their arrival on', () => {
  const count = new Count();
  count.addArrivals(new StepFunction(Float64Array.of(1, 3), Float64Array.of(1, 3)), 5);
  expect(count.overTime().pieces()).toEqual([
    { from: 1, to: 3, value: 1 },
    { from: 3, to: 5, value: 3 },
  ]);
});

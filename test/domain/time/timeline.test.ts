/** The algebra of timelines, compared with evaluating each instant separately. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../src/domain/time/interval.ts';
import {
  complement,
  cover,
  holdsAt,
  intersect,
  subtract,
  type Timeline,
  union,
} from '../../../src/domain/time/timeline.ts';

const instants = Array.from({ length: 24 }, (_, index) => index - 2);
const interval: fc.Arbitrary<Interval> = fc
  .record({ from: fc.integer({ min: 0, max: 20 }), length: fc.integer({ min: 0, max: 6 }) })
  .map(({ from, length }) => ({ from, to: from + length }));
const intervals = fc.array(interval, { maxLength: 8 });
const within = (list: ReadonlyArray<Interval>, at: number): boolean =>
  list.some(({ from, to }) => from <= at && at < to);

/** Disjoint, in order, none empty, no two adjacent. */
const isCanonical = (timeline: Timeline): boolean =>
  timeline.every(({ from, to }, index) => from < to && (index === 0 || timeline[index - 1]!.to < from));

describe('a timeline', () => {
  it.each([
    ['cover', (a: Timeline, _: Timeline) => a, (a: boolean, _: boolean) => a],
    ['union', union, (a: boolean, b: boolean) => a || b],
    ['intersect', intersect, (a: boolean, b: boolean) => a && b],
    ['subtract', subtract, (a: boolean, b: boolean) => a && !b],
    ['complement', (a: Timeline) => complement(a), (a: boolean) => !a],
  ] as const)('of %s holds exactly at the right instants, in canonical form', (_, operation, expected) => {
    fc.assert(
      fc.property(intervals, intervals, (one, other) => {
        const result = operation(cover(one), cover(other));
        expect(isCanonical(result)).toBe(true);
        for (const at of instants)
          expect(holdsAt(result, at)).toBe(expected(within(one, at), within(other, at)));
      }),
    );
  });
});

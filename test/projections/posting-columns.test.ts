/**
 * Posting lists as files keep them.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PostingColumns, packPostings } from '../../src/projections/engine/posting-columns.ts';

/** Groups of subjects with the time and position of each, in folding order. */
const groups = fc
  .uniqueArray(
    fc.record({
      time: fc.integer({ min: -5, max: 5 }),
      position: fc.nat({ max: 20 }),
      subjects: fc.array(fc.maxSafeInteger().map(Math.abs), { minLength: 1, maxLength: 5 }),
    }),
    { selector: ({ time, position }) => `${time} ${position}` },
  )
  .map((all) => all.sort((a, b) => a.time - b.time || a.position - b.position));

const postingsOf = (all: ReadonlyArray<{ time: number; position: number; subjects: number[] }>) =>
  all.flatMap(({ time, position, subjects }) =>
    subjects.map((subject) => [time, position, subject] as const),
  );

describe('a packed posting list', () => {
  it('unpacks to the postings that it was made of', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const postings = Float64Array.from(postingsOf(all).flat());
        expect(new PostingColumns(packPostings(postings)).unpacked()).toEqual(postings);
      }),
    );
  });

  it('counts how many postings come before a place', () => {
    fc.assert(
      fc.property(groups, fc.integer({ min: -6, max: 6 }), fc.nat({ max: 21 }), (all, time, position) => {
        const postings = postingsOf(all);
        const list = new PostingColumns(packPostings(Float64Array.from(postings.flat())));
        const before = postings.filter(([t, p]) => t < time || (t === time && p < position));
        expect(list.before({ time, position })).toBe(before.length);
      }),
    );
  });

  it('given events of many people, has eight bytes for each of them, and a little for the event', () => {
    const postings = Float64Array.from({ length: 3 * 10_000 }, (_, at) => (at % 3 === 2 ? at : 1));
    const { places, subjects } = packPostings(postings);
    expect([places.length, subjects.length]).toEqual([4, 10_000]);
  });
});

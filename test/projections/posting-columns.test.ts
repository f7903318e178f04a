/**
 * Posting lists as files keep them.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mergedPostings,
  PostingColumns,
  packPostings,
} from '../../src/projections/engine/posting-columns.ts';
import { byTime } from '../../src/projections/engine/posting-list.ts';

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
  it('merged with others, is as if all postings were packed in order of time', () => {
    fc.assert(
      fc.property(fc.array(groups, { maxLength: 4 }), fc.boolean(), (parts, areInSequence) => {
        // Runs are in log order: no position is in two of them.
        const apart = parts.map((part, run) =>
          part.map(({ time, position, subjects }) => ({
            time: areInSequence ? time + 10 * run : time,
            position: position + 100 * run,
            subjects,
          })),
        );
        const lists = apart.map(
          (part) => new PostingColumns(packPostings(Float64Array.from(postingsOf(part).flat()))),
        );
        const all = byTime(Float64Array.from(apart.flatMap(postingsOf).flat()));
        expect(mergedPostings(lists)).toEqual(packPostings(all));
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

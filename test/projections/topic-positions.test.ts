/**
 * The positions remembered for topics, beside a search of everything that is recorded.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopicPositions } from '../../src/projections/engine/topic-positions.ts';

const topics = [1, 2, 3];

const steps = fc.array(
  fc.record({
    /** The topics of the next events. */
    recorded: fc.array(fc.subarray(topics), { maxLength: 4 }),
    /** So many events at once have these topics, once more than are remembered. */
    many: fc.option(fc.constantFrom(...topics), { freq: 8 }),
    topic: fc.constantFrom(...topics),
    after: fc.nat({ max: 30 }),
    upTo: fc.nat({ max: 30 }),
    limit: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 3 })),
  }),
  { maxLength: 20 },
);

describe('positions under topics', () => {
  it.each([
    ['all are remembered', 1_000_000],
    ['there is hardly room', 300],
  ])('when %s, are those recorded, asked in between and at earlier positions too', (_, bytes) => {
    fc.assert(
      fc.property(steps, (all) => {
        const recorded: (readonly number[])[] = [];
        const positions = new TopicPositions(bytes, (topic, after, found) => {
          for (let at = after; at < recorded.length; at++)
            if (recorded[at]!.includes(topic) && !found(at + 1)) return;
        });
        for (const { recorded: added, many, topic, after, upTo, limit } of all) {
          recorded.push(...added);
          if (many !== null) recorded.push(...Array.from({ length: 1_001 }, () => [many]));
          const expected = recorded
            .flatMap((of, at) => (of.includes(topic) ? [at + 1] : []))
            .filter((position) => position > after && position <= upTo)
            .slice(0, limit);
          expect(positions.between(topic, after, upTo, limit, recorded.length)).toEqual(expected);
        }
      }),
    );
  });

  it('given a topic that was looked up, are found without another search until more is recorded', () => {
    let searches = 0;
    const recorded = [3, 5];
    const positions = new TopicPositions(1_000_000, (_, after, found) => {
      searches++;
      for (const position of recorded) if (position > after) found(position);
    });
    for (const upTo of [5, 4, 5]) positions.between(1, 0, upTo, 10, 5);
    expect(searches).toBe(1);
    recorded.push(7);
    expect(positions.between(1, 0, 7, 10, 7)).toEqual([3, 5, 7]);
    expect(searches).toBe(2);
  });

  it('given a topic of too many events to remember, are searched for once by each question', () => {
    let searches = 0;
    const recorded = Array.from({ length: 1_001 }, (_, at) => at + 1);
    const positions = new TopicPositions(1_000_000, (_, after, found) => {
      searches++;
      for (const position of recorded) if (position > after && !found(position)) return;
    });
    // The first question notices that there are too many.
    positions.between(1, 0, 1_001, 1, 1_001);
    searches = 0;
    for (const after of [0, 500, 999]) {
      expect(positions.between(1, after, 1_001, 1, 1_001)).toEqual([after + 1]);
    }
    recorded.push(1_002);
    expect(positions.between(1, 1_000, 1_002, 2, 1_002)).toEqual([1_001, 1_002]);
    expect(searches).toBe(4);
  });
});

/** Who is new among the people whom events name, beside a plain search of the events before. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Newcomers, rangesToldMax } from '../../src/projections/engine/newcomers.ts';
import { NumberRanges } from '../../src/projections/engine/number-ranges.ts';

/** What happens in a ledger: people are admitted, and events that name some of those admitted are appended and told. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ admits: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      appends: fc.array(fc.nat(), { maxLength: 3 }),
      isTold: fc.constantFrom(true, true, true, false),
      isExact: fc.constantFrom(true, true, false),
    }),
  },
  { weight: 3, arbitrary: fc.record({ counts: fc.nat({ max: 4 }), tells: fc.boolean() }) },
);

it('an event is said to name newcomers alone only if no event up to a position names one of its people', () => {
  const seen = { new: 0, others: 0 };
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40, size: 'max' }), (all) => {
      const newcomers = new Newcomers();
      const log: (readonly number[])[] = [];
      let entries = 0;
      let untold: number[] = [];
      let counted = 0;
      const tell = (): void => {
        newcomers.told({ ranges: Float64Array.from(untold), heads: [{ head: log.length, entries }] });
        untold = [];
      };
      for (const each of all) {
        if ('admits' in each) entries += each.admits;
        else if ('counts' in each) {
          if (each.tells) tell();
          const upTo = Math.max(counted, log.length - each.counts);
          const isNew = newcomers.after(upTo);
          const before = new Set(log.slice(0, upTo).flat());
          for (const [index, named] of log.entries()) {
            const says = index >= upTo && isNew(index + 1);
            if (says) expect(named.some((person) => before.has(person))).toBe(false);
            if (named.length > 0) seen[says ? 'new' : 'others']++;
          }
          counted = upTo;
        } else {
          // The latest people are named most.
          const named =
            entries === 0 ? [] : each.appends.map((back) => entries - (back % Math.min(entries, 6)));
          log.push(named);
          const [least, greatest] = each.isExact
            ? [Math.min(Number.POSITIVE_INFINITY, ...named), Math.max(0, ...named)]
            : [0, entries];
          if (each.isTold) untold.push(log.length, log.length, least, greatest);
        }
      }
    }),
    { numRuns: 2_000 },
  );
  expect(seen.new).toBeGreaterThan(300);
  expect(seen.others).toBeGreaterThan(1_000);
});

it('events of new people are known as such when they were told out of order, together, or beside those of others', () => {
  const newcomers = new Newcomers();
  newcomers.told({ ranges: new Float64Array(0), heads: [{ head: 10, entries: 100 }] });
  // The people 101 to 105 were admitted before 106 to 110, and recorded later.
  const ranges = Float64Array.of(12, 12, 101, 105, 11, 11, 106, 110, 13, 14, 111, 120);
  newcomers.told({ ranges, heads: [{ head: 14, entries: 130 }] });
  const newAfter = (position: number): ReadonlyArray<number> => {
    const isNew = newcomers.after(position);
    return [11, 12, 13, 14, 15].filter((each) => isNew(each));
  };
  expect(newAfter(10)).toEqual([11, 12, 13, 14]);
  expect(newAfter(11)).toEqual([12, 13, 14]);
  // What follows in a range names people of the same numbers.
  expect(newAfter(13)).toEqual([]);
});

it('people who may be named in an event of another process are not new', () => {
  const newcomers = new Newcomers();
  newcomers.told({ ranges: new Float64Array(0), heads: [{ head: 10, entries: 100 }] });
  // Position 11 is of another process. By then there were up to 103 people.
  newcomers.told({ ranges: new Float64Array(0), heads: [{ head: 11, entries: 103 }] });
  newcomers.told({
    ranges: Float64Array.of(12, 12, 103, 103, 13, 13, 104, 104),
    heads: [{ head: 13, entries: 104 }],
  });
  const isNew = newcomers.after(11);
  expect([12, 13].filter(isNew)).toEqual([13]);
});

it('ranges have the numbers that were added, and others only once there are very many', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: -1, max: 4 }))), (added) => {
      const ranges = new NumberRanges();
      const numbers = new Set<number>();
      for (const [first, length] of added) {
        ranges.add(first, first + length);
        for (let number = first; number <= first + length; number++) numbers.add(number);
      }
      for (let first = 0; first < 26; first++)
        for (let last = first - 1; last < 26; last++) {
          const has = [...numbers].some((number) => number >= first && number <= last);
          expect(ranges.hasAny(first, last)).toBe(has);
        }
    }),
  );
  const many = new NumberRanges();
  for (let number = 0; number < 10_000; number += 2) many.add(number, number);
  expect(Array.from({ length: 5_000 }, (_, place) => many.hasAny(place * 2, place * 2))).not.toContain(false);
  expect(many.hasAny(9_997, 9_997)).toBe(false);
  expect(many.hasAny(1, 1)).toBe(true);
});

it('events that were told long ago are not known to name newcomers, however many were told since', () => {
  const newcomers = new Newcomers();
  newcomers.told({ ranges: new Float64Array(0), heads: [{ head: 0, entries: 0 }] });
  const many = rangesToldMax + 5;
  const rows = Array.from({ length: many }, (_, at) => [at + 1, at + 1, at + 1, at + 1]);
  newcomers.told({ ranges: Float64Array.from(rows.flat()), heads: [{ head: many, entries: many }] });
  const isNew = newcomers.after(0);
  expect([1, 5, 6, many].filter(isNew)).toEqual([6, many]);
});

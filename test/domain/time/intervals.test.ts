/** Intervals, values over time and spans, compared with evaluating each instant separately. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstNotBefore } from '../../../src/domain/time/binary-search.ts';
import { beginning, never } from '../../../src/domain/time/instant.ts';
import {
  boundsOf,
  coalesce,
  contains,
  cut,
  firstEndingAfter,
  type Interval,
  intervalAt,
  overlaps,
} from '../../../src/domain/time/interval.ts';
import {
  gapsBetween,
  mergeSpans,
  positions,
  type Span,
  SpanBuilder,
  sameSpans,
  spansWhile,
} from '../../../src/domain/time/span.ts';
import { holdsAt } from '../../../src/domain/time/timeline.ts';
import { fill, joinEqual, type Piece, untilNext, valueAt, when } from '../../../src/domain/time/varying.ts';

const instants = Array.from({ length: 32 }, (_, index) => index - 2);

const interval: fc.Arbitrary<Interval> = fc
  .record({ from: fc.integer({ min: 0, max: 20 }), length: fc.integer({ min: 0, max: 6 }) })
  .map(({ from, length }) => ({ from, to: from + length }));

/** Disjoint intervals in order, some adjacent, each with a value. */
const varying: fc.Arbitrary<ReadonlyArray<Piece<number>>> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 0, max: 2 }),
      length: fc.integer({ min: 1, max: 4 }),
      value: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 6 },
  )
  .map((list) => {
    let at = 0;
    return list.map(({ gap, length, value }) => {
      const from = at + gap;
      at = from + length;
      return { from, to: at, value };
    });
  });

/** The ends of a span serve as its opening and closing events, so that they can be checked. */
const spanOf = ({ from, to }: Interval): Span => ({ from, to, opened: [from], closed: [to] });
const spans = varying.map((pieces) => pieces.filter((_, index) => index % 2 === 0).map(spanOf));
/** Spans of one thing never meet, otherwise they would be one. */
const apart = spans.map((list) =>
  list.filter(({ from }, index) => index === 0 || list[index - 1]!.to < from),
);

const naive = <A>(pieces: ReadonlyArray<Piece<A>>, at: number): A | undefined =>
  pieces.find(({ from, to }) => from <= at && at < to)?.value;
const within = (list: ReadonlyArray<Interval>, at: number): boolean =>
  list.some(({ from, to }) => from <= at && at < to);

describe('a binary search', () => {
  it('finds the first index that is not before the target', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 })),
        fc.integer({ min: 0, max: 10 }),
        (list, sought) => {
          const sorted = list.sort((a, b) => a - b);
          expect(firstNotBefore(sorted.length, (index) => sorted[index]! < sought)).toBe(
            sorted.filter((each) => each < sought).length,
          );
        },
      ),
    );
  });
});

describe('intervals in order', () => {
  it('are found by an instant that they contain, or after which they end', () => {
    fc.assert(
      fc.property(varying, (pieces) => {
        for (const at of [...instants, beginning, never]) {
          expect(intervalAt(pieces, at)).toBe(pieces.find((piece) => contains(piece, at)));
          expect(firstEndingAfter(pieces, at)).toBe(pieces.filter(({ to }) => to <= at).length);
        }
      }),
    );
  });

  it('are cut with another interval: the common part stays, with its value', () => {
    fc.assert(
      fc.property(varying, interval, (pieces, other) => {
        const parts = cut(pieces, other);
        for (const at of instants)
          expect(naive(parts, at)).toBe(contains(other, at) ? naive(pieces, at) : undefined);
        expect(parts.every(({ from, to }) => from < to)).toBe(true);
        if (other.from < other.to)
          expect(parts.length).toBe(pieces.filter((piece) => overlaps(piece, other)).length);
      }),
    );
  });
});

describe('intervals in any order', () => {
  it('are merged if they overlap or meet, and every part is kept once', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 8 }), (list) => {
        const whole = coalesce(list);
        for (const at of instants) expect(within(whole, at)).toBe(within(list, at));
        whole.forEach(({ from }, index) => {
          if (index > 0) expect(whole[index - 1]!.to).toBeLessThan(from);
        });
        const kept = whole.flatMap(({ parts }) => parts);
        expect(new Set(kept)).toEqual(new Set(list.filter(({ from, to }) => from < to)));
        for (const { from, to, parts } of whole)
          expect([from, to]).toEqual([
            Math.min(...parts.map((part) => part.from)),
            Math.max(...parts.map((part) => part.to)),
          ]);
      }),
    );
  });

  it('have as bounds every instant at which one of them begins or ends', () => {
    expect(
      boundsOf([
        { from: 3, to: 5 },
        { from: beginning, to: 5 },
        { from: 1, to: never },
      ]),
    ).toEqual([beginning, 1, 3, 5, never]);
  });
});

describe('a value that varies', () => {
  it('is found at each instant, and holds where it satisfies a predicate', () => {
    fc.assert(
      fc.property(varying, (pieces) => {
        const ones = when(pieces, (value) => value === 1);
        ones.forEach(({ from }, index) => {
          if (index > 0) expect(ones[index - 1]!.to).toBeLessThan(from);
        });
        for (const at of instants) {
          expect(valueAt(pieces, at)).toBe(naive(pieces, at));
          expect(holdsAt(ones, at)).toBe(naive(pieces, at) === 1);
        }
      }),
    );
  });

  it('is the same when pieces that meet with equal values are joined', () => {
    fc.assert(
      fc.property(varying, (pieces) => {
        const joined = joinEqual(pieces);
        for (const at of instants) expect(naive(joined, at)).toBe(naive(pieces, at));
        joined.forEach(({ from, value }, index) => {
          const before = joined[index - 1];
          expect(before?.to === from && before.value === value).toBe(false);
        });
      }),
    );
  });

  it('fills an interval with another value in the gaps', () => {
    fc.assert(
      fc.property(varying, interval, (pieces, other) => {
        const filled = fill(pieces, other, null);
        for (const at of instants)
          expect(naive(filled, at)).toBe(contains(other, at) ? (naive(pieces, at) ?? null) : undefined);
      }),
    );
  });

  it('lasts until it changes; of several changes at one instant the last counts', () => {
    expect(
      untilNext([
        { from: 1, value: 'a' },
        { from: 3, value: 'b' },
        { from: 3, value: 'c' },
      ]),
    ).toEqual([
      { from: 1, to: 3, value: 'a' },
      { from: 3, to: never, value: 'c' },
    ]);
  });
});

describe('spans', () => {
  it('are built from beginnings and ends: none is empty, and none is interrupted for no time', () => {
    const turns = fc.array(fc.record({ step: fc.integer({ min: 0, max: 2 }), opens: fc.boolean() }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(turns, (list) => {
        const builder = new SpanBuilder();
        const lastAt = new Map<number, boolean>();
        let at = 0;
        list.forEach(({ step, opens }, position) => {
          at += step;
          if (opens) builder.open(at, [position]);
          else builder.close(at, position);
          lastAt.set(at, opens);
        });
        const built = builder.spans();
        let holds = false;
        for (const instant of instants) {
          holds = lastAt.get(instant) ?? holds;
          expect(holdsAt(built, instant)).toBe(holds);
        }
        built.forEach(({ from, to }, index) => {
          expect(from).toBeLessThan(to);
          if (index > 0) expect(built[index - 1]!.to).toBeLessThan(from);
        });
      }),
    );
  });

  it('with several causes are merged; everything that began or ended together opened or closed the whole', () => {
    const of = (from: number, to: number, opened: number, closed: number): Span => ({
      from,
      to,
      opened: [opened],
      closed: [closed],
    });
    expect(mergeSpans([[of(1, 4, 7, 9), of(8, 9, 3, 4)], [of(1, 3, 2, 5)], [of(4, 6, 1, 8)]])).toEqual([
      { from: 1, to: 6, opened: [2, 7], closed: [8] },
      { from: 8, to: 9, opened: [3], closed: [4] },
    ]);
    expect(positions([3, 1], [2, 3])).toEqual([1, 2, 3]);
  });

  it('and the gaps between them cover all of time, and are opened and closed by each other', () => {
    fc.assert(
      fc.property(apart, (list) => {
        const gaps = gapsBetween(list);
        for (const at of instants) expect(holdsAt(gaps, at)).toBe(!holdsAt(list, at));
        for (const { from, to, opened, closed } of gaps) {
          expect(opened).toEqual(from === beginning ? [] : [from]);
          expect(closed).toEqual(to === never ? [] : [to]);
        }
        if (list.length > 0) expect(sameSpans(gapsBetween(gaps), list)).toBe(true);
      }),
    );
  });

  it('hold while a condition does, and are opened and closed by what decided it', () => {
    fc.assert(
      fc.property(apart, apart, (list, condition) => {
        const both = spansWhile(list, condition);
        for (const at of instants) expect(within(both, at)).toBe(within(list, at) && within(condition, at));
        for (const { from, to, closed } of both) {
          expect(closed).toEqual([to]);
          expect(within(list, from - 1) && within(condition, from - 1)).toBe(false);
        }
      }),
    );
  });
});

/**
 * The presences of own holdings, beside merging a list of spans.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { OwnSpans } from '../../../src/domain/policy/own-spans.ts';
import { never } from '../../../src/domain/time/instant.ts';
import { mergeSpans, type Span } from '../../../src/domain/time/span.ts';

const presence: fc.Arbitrary<Span> = fc
  .record({
    from: fc.integer({ min: -3, max: 9 }),
    length: fc.integer({ min: 1, max: 5 }),
    lasts: fc.constantFrom(false, false, true),
    opened: fc.integer({ min: 1, max: 9 }),
    closed: fc.integer({ min: 1, max: 9 }),
  })
  .map(({ from, length, lasts, opened, closed }) => ({
    from,
    to: lasts ? never : from + length,
    opened: [opened],
    closed: lasts ? [] : [closed],
  }));

it('given presences added and taken out in turns, the spans are those of the remaining presences, and a copy keeps its own', () => {
  const turn = fc.record({
    added: fc.array(presence, { maxLength: 6 }),
    takenOut: fc.array(fc.nat(), { maxLength: 4 }),
  });
  let merged = 0;
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 5 }), (turns) => {
      let own = new OwnSpans();
      const left: Span[] = [];
      for (const { added, takenOut } of turns) {
        const before = own.copy();
        const spansBefore = before.spans();
        for (const each of added) {
          own.add(each);
          left.push(each);
        }
        for (const nth of takenOut) {
          const [out] = left.splice(left.length === 0 ? 0 : nth % left.length, 1);
          if (out !== undefined) own.takeOut(out);
        }
        const spans = mergeSpans([[], ...left.map((each) => [each])]);
        if (spans.length < left.length) merged++;
        expect(own.spans()).toEqual(spans);
        expect(before.spans()).toEqual(spansBefore);
        own = OwnSpans.of(own.column());
        expect(own.spans()).toEqual(spans);
      }
    }),
    { numRuns: 300 },
  );
  expect(merged).toBeGreaterThan(100);
});

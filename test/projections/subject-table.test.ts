/**
 * The table of subjects, beside a plain map.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubjectTable } from '../../src/projections/engine/subject-table.ts';

/** Hashes of 53 bits; many share their lower 32 bits or lie at the ends of the table. */
const keys = fc.oneof(
  fc.maxSafeInteger().map(Math.abs),
  fc
    .tuple(fc.nat({ max: 2 ** 21 - 1 }), fc.constantFrom(0, 1, 7, 2 ** 32 - 1))
    .map(([high, low]) => high * 2 ** 32 + low),
);
const entries = fc.array(fc.tuple(keys, fc.integer({ min: -1, max: 5_000 })), { maxLength: 4_000 });

describe('the table of subjects', () => {
  it('holds what a map holds, as it grows', () => {
    fc.assert(
      fc.property(entries, fc.array(keys), fc.nat({ max: 5_000 }), (given, others, reserved) => {
        const table = new SubjectTable();
        const map = new Map<number, number>();
        table.reserve(reserved);
        for (const [key, value] of given) {
          expect(table.get(key)).toBe(map.get(key));
          table.set(key, value);
          map.set(key, value);
        }
        for (const key of [...map.keys(), ...others]) expect(table.get(key)).toBe(map.get(key));
      }),
      { numRuns: 200 },
    );
  });

  it('given more values than have a code, it holds each of them', () => {
    const table = new SubjectTable();
    for (let each = 0; each < 10_000; each++) table.set(each * 900_719_925_473, each % 5_000);
    for (let each = 0; each < 10_000; each++) expect(table.get(each * 900_719_925_473)).toBe(each % 5_000);
  });
});

/** The filters of sorted runs: what they let pass, and which hashes they stop. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BytesPerNumber,
  FilterInFile,
  RunFilter,
  SoughtHashes,
} from '../../src/sorted-runs/run-filter.ts';

const hash = fc.integer({ min: 0, max: 2 ** 32 - 1 });

const filterOf = (hashes: ReadonlyArray<number>, bytesPerNumber: BytesPerNumber = 2): RunFilter => {
  const filter = RunFilter.of(hashes.length, bytesPerNumber);
  for (const each of hashes) filter.add(each);
  return filter;
};

describe('the filter of a run', () => {
  test('given hashes that were added, all of them pass, whether looked up alone or together', () => {
    fc.assert(
      fc.property(
        fc.array(hash, { minLength: 1, maxLength: 600 }),
        fc.array(hash, { maxLength: 600 }),
        fc.constantFrom<BytesPerNumber>(1, 2),
        (added, others, bytes) => {
          const filter = filterOf(added, bytes);
          const sorted = Uint32Array.from([...added, ...others]).sort();
          const passing = new Set([...filter.passing(new SoughtHashes(sorted))].map((at) => sorted[at]!));
          for (const each of added) expect(passing.has(each)).toBe(true);
          for (const each of sorted) expect(passing.has(each)).toBe(filter.mayHave(each));
        },
      ),
    );
  });

  test('given a filter that stays in its file, it lets the same hashes pass, and reads its slots in order', () => {
    fc.assert(
      fc.property(
        fc.array(hash, { minLength: 1, maxLength: 600 }),
        fc.array(hash, { maxLength: 600 }),
        fc.integer({ min: 1, max: 90 }),
        (added, others, slotWords) => {
          const filter = filterOf(added);
          const reads: number[] = [];
          const inFile = new FilterInFile(added.length, slotWords, (slot) => {
            reads.push(slot);
            return filter.words.subarray(slot * slotWords, (slot + 1) * slotWords);
          });
          const sorted = Uint32Array.from([...added, ...others]).sort();
          const passing = [...inFile.passing(new SoughtHashes(sorted))];
          expect(passing).toEqual([...filter.passing(new SoughtHashes(sorted))]);
          expect(reads.every((slot, place) => place === 0 || slot >= reads[place - 1]!)).toBe(true);
          for (const each of sorted) expect(inFile.mayHave(each)).toBe(filter.mayHave(each));
        },
      ),
    );
  });

  test.each([
    { bytes: 2, oneIn: 1_200 },
    { bytes: 1, oneIn: 40 },
  ] as const)('given $bytes bytes a number, about one in $oneIn absent hashes passes', ({ bytes, oneIn }) => {
    // Multiples of an odd number visit every number of 32 bits once.
    const numbered = (from: number, count: number): ReadonlyArray<number> =>
      Array.from({ length: count }, (_, at) => Math.imul(from + at, 0x9e3779b1) >>> 0);
    const filter = filterOf(numbered(1, 100_000), bytes);
    const absent = Uint32Array.from(numbered(100_001, 1_000_000)).sort();
    const passed = filter.passing(new SoughtHashes(absent)).length;
    expect(passed).toBeLessThan((1.2 * 1_000_000) / oneIn);
    expect(passed).toBeGreaterThan((0.6 * 1_000_000) / oneIn);
  });
});

/**
 * When sorted runs are merged: few runs to search, and few writes of each item, whatever the sizes of batches.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeable, mergeWindow, runItemsMax } from '../../src/sorted-runs/sorted-runs.ts';

/** A run that counts as full. */
const full = (7 / 8) * runItemsMax;

interface Run {
  readonly items: number;
  /** How often its items were written, at most. */
  readonly writes: number;
}

/** The runs after some batches, and what each merge made of which runs. */
const merged = (batches: ReadonlyArray<number>) => {
  const runs: Run[] = [];
  const merges: { readonly of: ReadonlyArray<Run>; readonly items: number }[] = [];
  let written = 0;
  for (const batch of batches) {
    runs.push({ items: batch, writes: 1 });
    written += batch;
    for (;;) {
      const count = mergeable(runs.slice(-mergeWindow).map(({ items }) => items));
      if (count === 0) break;
      const of = runs.splice(-count);
      const items = of.reduce((sum, run) => sum + run.items, 0);
      merges.push({ of, items });
      written += items;
      runs.push({ items, writes: 1 + Math.max(...of.map(({ writes }) => writes)) });
    }
  }
  return { runs, merges, written, items: batches.reduce((sum, batch) => sum + batch, 0) };
};

/** Batches of up to an eighth of a run: small, large, or mixed. */
const batches = fc
  .integer({ min: 0, max: 18 })
  .chain((bits) =>
    fc.array(fc.oneof(fc.integer({ min: 1, max: 2 ** bits }), fc.constant(2 ** bits)), {
      minLength: 1,
      maxLength: 200,
    }),
  )
  .map((some) => Array.from({ length: 10 }, () => some).flat());

describe('merging runs', () => {
  test('given any batches, all runs but the last ones are full', () => {
    fc.assert(
      fc.property(batches, (given) => {
        const { runs } = merged(given);
        const lastFull = runs.findLastIndex(({ items }) => items >= full);
        expect(runs.slice(0, lastFull + 1).every(({ items }) => items >= full)).toBe(true);
        expect(runs.length - 1 - lastFull).toBeLessThan(mergeWindow);
      }),
    );
  });

  test('given any batches, each merge at least doubles its largest run and makes one that fits', () => {
    fc.assert(
      fc.property(batches, (given) => {
        for (const { of, items } of merged(given).merges) {
          expect(items).toBeLessThanOrEqual(runItemsMax);
          for (const run of of) expect(run.items).toBeLessThanOrEqual(items / 2);
        }
      }),
    );
  });

  test.each([
    { batch: 100, of: 10_000_000, writes: 7.8, last: 21 },
    { batch: 10_000, of: 100_000_000, writes: 4.2, last: 16 },
    { batch: 160_000, of: 100_000_000, writes: 2, last: 11 },
  ])('given batches of $batch up to $of, items are written about $writes times', (each) => {
    const { runs, written, items } = merged(Array.from({ length: each.of / each.batch }, () => each.batch));
    expect(written / items).toBeLessThan(each.writes + 0.1);
    expect(runs.length).toBeLessThanOrEqual(items / full + each.last);
  });
});

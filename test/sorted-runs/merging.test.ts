/**
 * When sorted runs are merged: few runs to search, and few writes of each item, whatever the sizes of batches. And what a
 * merge makes of them.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergedBlocks } from '../../src/sorted-runs/merging.ts';
import {
  entryOf,
  firstAtLeast,
  mergeable,
  mergeableBefore,
  mergeWindow,
  runItemsMax,
} from '../../src/sorted-runs/sorted-runs.ts';

/** A run that counts as full. */
const full = (7 / 8) * runItemsMax;

interface Run {
  readonly items: number;
  /** Whether it was made because there was no room for the next run. */
  readonly isClosed: boolean;
}

interface Merge {
  readonly of: ReadonlyArray<Run>;
  readonly made: Run;
}

/** The runs after some batches, and what each merge made of which runs. */
const merged = (batches: ReadonlyArray<number>) => {
  const runs: Run[] = [];
  const merges: Merge[] = [];
  let written = 0;
  const sizes = (): ReadonlyArray<number> => runs.slice(-mergeWindow).map(({ items }) => items);
  const merge = (count: number, isClosed: boolean): boolean => {
    if (count === 0) return false;
    const of = runs.splice(-count);
    const made = { items: of.reduce((sum, run) => sum + run.items, 0), isClosed };
    merges.push({ of, made });
    written += made.items;
    runs.push(made);
    return true;
  };
  for (const batch of batches) {
    merge(mergeableBefore(sizes(), batch), true);
    runs.push({ items: batch, isClosed: false });
    written += batch;
    while (merge(mergeable(sizes()), false)) {
      // Repeats until there is nothing to merge.
    }
  }
  return { runs, merges, written, items: batches.reduce((sum, batch) => sum + batch, 0) };
};

/** Batches of up to a size, as a power of two: small, large, mixed, or all of one size. */
const batchesUpTo = (bitsMax: number) =>
  fc
    .integer({ min: 0, max: bitsMax })
    .chain((bits) =>
      fc.oneof(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 2 ** bits }), fc.constant(2 ** bits)), {
          minLength: 1,
          maxLength: 200,
        }),
        fc.array(
          fc.integer({ min: 0, max: bits }).chain((some) => fc.integer({ min: 1, max: 2 ** some })),
          { minLength: 1, maxLength: 200 },
        ),
        fc.integer({ min: 1, max: 2 ** bits }).map((batch) => Array.from({ length: 100 }, () => batch)),
      ),
    )
    .map((some) => Array.from({ length: 10 }, () => some).flat());

describe('merging runs', () => {
  test('given batches of up to an eighth of a run, all runs but the last ones are full', () => {
    fc.assert(
      fc.property(batchesUpTo(18), (given) => {
        const { runs } = merged(given);
        const lastFull = runs.findLastIndex(({ items }) => items >= full);
        expect(runs.slice(0, lastFull + 1).every(({ items }) => items >= full)).toBe(true);
        expect(runs.length - 1 - lastFull).toBeLessThan(mergeWindow);
      }),
    );
  });

  test('given any batches, there are at most twice as many runs as full ones would be, besides the last ones', () => {
    fc.assert(
      fc.property(batchesUpTo(21), (given) => {
        const { runs, items } = merged(given);
        expect(runs.length).toBeLessThan((2 * items) / full + mergeWindow);
      }),
    );
  });

  test('given any batches, each merge fits, and at least doubles its largest run unless no other merge follows', () => {
    fc.assert(
      fc.property(batchesUpTo(21), (given) => {
        for (const { of, made } of merged(given).merges) {
          expect(made.items).toBeLessThanOrEqual(runItemsMax);
          for (const { items, isClosed } of of) {
            expect(isClosed).toBe(false);
            if (!made.isClosed) expect(items).toBeLessThanOrEqual(made.items / 2);
          }
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

  test.each([
    { batch: 300_000, together: 6 },
    { batch: 355_000, together: 5 },
    { batch: 430_000, together: 4 },
    { batch: 456_522, together: 4 },
    { batch: 600_000, together: 3 },
    { batch: 1_000_000, together: 2 },
    { batch: 1_100_000, together: 1 },
  ])('given batches of $batch, of which $together fit into a run, so many are in each run', (each) => {
    const { runs, written, items } = merged(Array.from({ length: 301 }, () => each.batch));
    expect(runs.length).toBeLessThan(301 / each.together + each.together);
    expect(written / items).toBeLessThanOrEqual(2);
  });
});

/** Entries in a block. */
const blockEntries = 10;

/** The items of a run, each under some of the hashes up to one of them: many or few share a hash. */
const someRun = fc
  .integer({ min: 0, max: 32 })
  .chain((bits) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 2 ** bits - 1 }), { maxLength: 3 }), { maxLength: 300 }),
  );

/** The sorted entries of a run whose first item has this number in the merged run. */
const entriesOf = (items: ReadonlyArray<ReadonlyArray<number>>, first = 0): ReadonlyArray<number> =>
  items.flatMap((hashes, item) => hashes.map((hash) => entryOf(hash, first + item))).sort((a, b) => a - b);

const mergeInBlocks = (runs: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>) => {
  const blocks: number[][] = [];
  const blocksRead: number[] = runs.map(() => 0);
  let aheadMost = 0;
  let first = 0;
  const sources = runs.map((items, run) => {
    const entries = entriesOf(items);
    const offset = first;
    first += items.length;
    return {
      blocks: Math.ceil(entries.length / blockEntries),
      offset,
      read: (block: number, to: Float64Array, at: number): number => {
        expect(block).toBe(blocksRead[run]!++);
        const read = entries.slice(block * blockEntries, (block + 1) * blockEntries);
        to.set(read, at);
        return read.length;
      },
    };
  });
  for (const block of mergedBlocks(sources, blockEntries)) {
    blocks.push([...block]);
    aheadMost = Math.max(aheadMost, blocksRead.reduce((sum, read) => sum + read, 0) - blocks.length);
  }
  return { blocks, aheadMost };
};

describe('what a merge makes of runs', () => {
  test('given any runs, it has all of their entries in order and once, in full blocks and a last one', () => {
    fc.assert(
      fc.property(fc.array(someRun, { maxLength: 10 }), (runs) => {
        const { blocks } = mergeInBlocks(runs);
        let first = 0;
        const expected = new Set<number>();
        for (const items of runs) {
          for (const entry of entriesOf(items, first)) expected.add(entry);
          first += items.length;
        }
        expect(blocks.flat()).toEqual([...expected].sort((a, b) => a - b));
        for (const [place, block] of blocks.entries())
          if (place < blocks.length - 1) expect(block).toHaveLength(blockEntries);
          else expect(block.length).toBeGreaterThan(0);
      }),
    );
  });

  test('given entries that are removed while runs are merged, it has all others, in order and once', () => {
    const manyHashes = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 700, maxLength: 700 });
    const isRemoved = fc.infiniteStream(fc.boolean());
    fc.assert(
      fc.property(fc.array(manyHashes, { minLength: 2, maxLength: 2 }), isRemoved, (hashes, removals) => {
        const left = hashes.map((some) => Float64Array.from(entriesOf(some.map((hash) => [hash]))));
        const nextBlock = left.map(() => 0);
        const offsets = [0, 700];
        const sources = left.map((entries, run) => ({
          blocks: 70,
          offset: offsets[run]!,
          read: (block: number, to: Float64Array, at: number): number => {
            nextBlock[run] = block + 1;
            to.set(entries.slice(block * blockEntries, (block + 1) * blockEntries), at);
            return blockEntries;
          },
        }));
        const all = (): ReadonlyArray<number> =>
          left.flatMap((entries, run) => [...entries].map((entry) => entry + offsets[run]!));
        const before = new Set(all());
        const blocks: number[] = [];
        for (const block of mergedBlocks(sources, blockEntries)) {
          blocks.push(...block);
          for (const [run, entries] of left.entries()) {
            const unread = nextBlock[run]! * blockEntries;
            // Many of those around the first one that is not read yet.
            for (const removed of entries.slice(Math.max(0, unread - 25), unread + 5)) {
              if (!removals.next().value) continue;
              const [from, to] = [firstAtLeast(entries, removed), firstAtLeast(entries, removed + 1)];
              entries.fill(entries[from - 1] ?? entries[to]!, from, to);
            }
          }
        }
        expect(blocks).toEqual([...new Set(blocks)].sort((a, b) => a - b));
        expect(blocks.filter((entry) => !before.has(entry))).toEqual([]);
        const merged = new Set(blocks);
        expect(all().filter((entry) => !merged.has(entry))).toEqual([]);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test('given runs of any size, few of their blocks are in memory at a time', () => {
    const runs = [50_000, 100, 20_000, 1, 3_000].map((items) =>
      Array.from({ length: items }, (_, item) => [(item * 2_654_435_761) % 2 ** 32]),
    );
    const { blocks, aheadMost } = mergeInBlocks(runs);
    expect(blocks.length).toBeGreaterThan(7_000);
    expect(aheadMost).toBeLessThan(50);
  });
});

/** Groups of runs: they find each hash in the runs that have it, and no other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GroupInMaking } from '../../src/people/vault/group-making.ts';
import { groupedRuns, type RunGroup } from '../../src/people/vault/run-group.ts';
import { entryOf, inBlocks } from '../../src/sorted-runs/sorted-runs.ts';

/** Hashes that are spread over everything, share a bucket with others, or are the last ones. */
const hash = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.integer({ min: 3 * 2 ** 13 - 4, max: 3 * 2 ** 13 + 40 }),
  fc.integer({ min: 2 ** 32 - 5, max: 2 ** 32 - 1 }),
);
const runs = fc.array(fc.array(hash, { maxLength: 40 }), { minLength: groupedRuns, maxLength: groupedRuns });

const made = (hashesOfRuns: ReadonlyArray<ReadonlyArray<number>>): RunGroup => {
  const making = new GroupInMaking(
    hashesOfRuns.map((hashes) => {
      const numbers = Float64Array.from(hashes, (each, at) => entryOf(each, at)).sort();
      return { size: numbers.length, blocks: () => inBlocks(numbers, 7)[Symbol.iterator]() };
    }),
  );
  while (making.proceed()) {
    // Each call lists a part.
  }
  return making.group;
};

/** Which runs have each of the hashes. */
const runsWith = (group: RunGroup, hashes: ReadonlyArray<number>) => {
  const found = hashes.map((each) => {
    const alone: number[] = [];
    group.find(each, (run) => alone.push(run));
    return alone;
  });
  const together: number[][] = hashes.map(() => []);
  group.findAll(Uint32Array.from(hashes), (at, run) => together[at]!.push(run));
  expect(together).toEqual(found);
  return found;
};

const expected = (hashesOfRuns: ReadonlyArray<ReadonlyArray<number>>, hashes: ReadonlyArray<number>) =>
  hashes.map((each) => [...hashesOfRuns.keys()].filter((run) => hashesOfRuns[run]!.includes(each)));

describe('a group of runs', () => {
  test('given any hashes, it finds them in the runs that have them, and in no other', () => {
    fc.assert(
      fc.property(runs, fc.array(hash, { maxLength: 200 }), (hashesOfRuns, others) => {
        const asked = [...hashesOfRuns.flat(), ...others].sort((a, b) => a - b);
        expect(runsWith(made(hashesOfRuns), asked)).toEqual(expected(hashesOfRuns, asked));
      }),
    );
  });

  test('given removed hashes, they are nowhere in its memory, and all others are found', () => {
    fc.assert(
      fc.property(runs, fc.infiniteStream(fc.boolean()), (hashesOfRuns, chance) => {
        const group = made(hashesOfRuns);
        const left = hashesOfRuns.map((hashes, run) => {
          const removed = new Set(hashes.filter(() => chance.next().value));
          for (const each of removed) group.remove(each, run);
          return hashes.filter((each) => !removed.has(each));
        });
        const asked = hashesOfRuns.flat().sort((a, b) => a - b);
        expect(runsWith(group, asked)).toEqual(expected(left, asked));
        if (left.flat().length === 0) expect(group.list.every((each) => each === 0)).toBe(true);
      }),
    );
  });

  test('given very many hashes in one bucket, it finds each', () => {
    const crowd = Array.from({ length: 3_000 }, (_, at) => 5 * 2 ** 13 + 2 * at);
    const hashesOfRuns = Array.from({ length: groupedRuns }, (_, run) =>
      crowd.filter((_, at) => at % groupedRuns === run),
    );
    const asked = Array.from({ length: 6_100 }, (_, at) => 5 * 2 ** 13 - 10 + at);
    expect(runsWith(made(hashesOfRuns), asked)).toEqual(expected(hashesOfRuns, asked));
  });
});

/** Groups of runs: they find each hash in the runs that have it, and no other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GroupInMaking } from '../../src/people/vault/group-making.ts';
import { groupedRuns, RunGroup } from '../../src/people/vault/run-group.ts';
import { entryOf, firstAtLeast, hashOf, inBlocks } from '../../src/sorted-runs/sorted-runs.ts';

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

  test('given hashes that are removed from its runs while it is made, it lists none of them, and all others are found', () => {
    fc.assert(
      fc.property(runs, fc.infiniteStream(fc.integer({ min: 0, max: 1_023 })), (hashesOfRuns, parts) => {
        const numbers = hashesOfRuns.map((hashes) =>
          Float64Array.from(hashes, (each, at) => entryOf(each, at)).sort(),
        );
        const making = new GroupInMaking(
          numbers.map((ofRun) => ({
            size: ofRun.length,
            // Each block is read when it is needed, as from a file.
            *blocks() {
              for (let start = 0; start < ofRun.length; start += 3) yield ofRun.slice(start, start + 3);
            },
          })),
        );
        const left = hashesOfRuns.map((hashes) => new Set(hashes));
        const removedAt = numbers.map((ofRun) => Array.from(ofRun, () => parts.next().value));
        let part = 0;
        do {
          for (const [run, ofRun] of numbers.entries())
            for (const [place, number] of ofRun.entries()) {
              const removed = hashOf(number);
              if (removedAt[run]![place] !== part || left[run]!.size < 2 || place % 3 === 1) continue;
              const [from, to] = [
                firstAtLeast(ofRun, entryOf(removed, 0)),
                firstAtLeast(ofRun, entryOf(removed + 1, 0)),
              ];
              ofRun.fill(ofRun[from - 1] ?? ofRun[to]!, from, to);
              making.remove(removed, run);
              left[run]!.delete(removed);
            }
          part++;
        } while (making.proceed());
        const asked = hashesOfRuns.flat().sort((a, b) => a - b);
        expect(runsWith(making.group, asked)).toEqual(
          expected(
            left.map((some) => [...some]),
            asked,
          ),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('given a removal of which another thread sees any of the writes to the list, or all of them and any starts of buckets, all other hashes are found', () => {
    const few = fc.oneof(
      fc.integer({ min: 3 * 2 ** 13, max: 3 * 2 ** 13 + 2 }),
      fc.integer({ min: 6 * 2 ** 13 + 9, max: 6 * 2 ** 13 + 10 }),
      fc.constant(2 ** 32 - 1),
    );
    const dense = fc.array(fc.array(few, { maxLength: 3 }), {
      minLength: groupedRuns,
      maxLength: groupedRuns,
    });
    fc.assert(
      fc.property(dense, (hashesOfRuns) => {
        const writer = made(hashesOfRuns);
        const seen = new RunGroup(writer.words.slice());
        const left = hashesOfRuns.map((hashes) => new Set(hashes));
        const areFound = (): boolean =>
          left.every((hashes, run) =>
            [...hashes].every((hash) => {
              let isFound = false;
              seen.find(hash, (each) => {
                isFound ||= each === run;
              });
              return isFound;
            }),
          );
        /** Expects every hash that is left to be found, whichever of these writes are seen, and in the end all of them. */
        const expectAll = (to: Uint16Array | Uint32Array, from: Uint16Array | Uint32Array): void => {
          const written = [...from.entries()].filter(([at, value]) => to[at] !== value);
          const before = written.map(([at]) => to[at]!);
          const ways = 2 ** Math.min(6, written.length);
          for (let way = 0; way < ways; way++) {
            for (const [which, [at, value]] of written.entries())
              to[at] = (way >> (which % 6)) % 2 === 1 ? value : before[which]!;
            expect(areFound(), `${way} of ${written}`).toBe(true);
          }
        };
        // All copies of a hash, one after the other: so there are several in the end.
        for (const hash of new Set(hashesOfRuns.flat()))
          for (const [run, hashes] of left.entries()) {
            if (!hashes.delete(hash)) continue;
            writer.remove(hash, run);
            expectAll(seen.list, writer.list);
            expectAll(seen.starts.subarray(0, 8), writer.starts.subarray(0, 8));
            expectAll(seen.starts.subarray(-2), writer.starts.subarray(-2));
          }
      }),
      { numRuns: 50 },
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

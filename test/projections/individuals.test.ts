/**
 * Who has to be followed one by one, beside a plain count of what is recorded of each.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Individuals } from '../../src/projections/engine/individuals.ts';
import { Newcomers } from '../../src/projections/engine/newcomers.ts';
import { PostingColumns, packPostings } from '../../src/projections/engine/posting-columns.ts';
import {
  correctedEnrolmentsIn,
  enrolmentsIn,
  ownDataMoved,
} from '../../src/projections/engine/posting-list.ts';
import { repeatedHashes } from '../../src/projections/engine/repeated-hashes.ts';
import type { RunReader } from '../../src/projections/engine/run-reader.ts';
import { entryOf } from '../../src/sorted-runs/sorted-runs.ts';

/** Hashes of subjects, some of which share their lower 32 bits. */
const subjects = [
  1,
  2,
  3,
  2 ** 32 + 1,
  2 ** 32 + 2,
  5 * 2 ** 32 + 9,
  77,
  2 ** 53 - 1,
  2 ** 52 + 1,
  2 ** 53 - 2 ** 21,
];
const keys = [enrolmentsIn(1), enrolmentsIn(2), enrolmentsIn(3), ownDataMoved, correctedEnrolmentsIn(1)];

/** What is recorded at the positions 1 to n: a list, and whom it names. */
const recordings = fc.array(
  fc.record({
    key: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...keys.slice(0, 3)) }, fc.constantFrom(...keys)),
    named: fc.uniqueArray(fc.constantFrom(...subjects), { minLength: 1, maxLength: 4 }),
  }),
  { maxLength: 12 },
);
type Recording = { readonly key: number; readonly named: ReadonlyArray<number> };

/** The runs of what is recorded, as many positions to each as there are. */
const runsOf = (recorded: ReadonlyArray<Recording>, width: number, entries: number): RunReader => {
  const runs: { readonly last: number; readonly of: ReadonlyArray<Recording & { position: number }> }[] = [];
  for (let first = 0; first < recorded.length; first += width) {
    const of = recorded
      .slice(first, first + width)
      .map((each, at) => ({ ...each, position: first + at + 1 }));
    runs.push({ last: of.at(-1)!.position, of });
  }
  const reader: Pick<
    RunReader,
    'lastPosition' | 'entries' | 'positions' | 'repeatedHashes' | 'postingsBetween'
  > = {
    lastPosition: () => recorded.length,
    entries: () => entries,
    positions: (low, after, upTo, limit) =>
      recorded
        .flatMap(({ named }, at) => (named.some((each) => each >>> 0 === low >>> 0) ? [at + 1] : []))
        .filter((position) => position > after && position <= upTo)
        .slice(0, limit),
    repeatedHashes: () =>
      repeatedHashes(
        runs.map(({ of }) => [
          Float64Array.from(
            new Set(of.flatMap(({ named }, at) => named.map((each) => entryOf(each, at)))),
          ).sort(),
        ]),
      ),
    *postingsBetween({ after, upTo, isWanted = () => true, at }) {
      for (const { last, of } of runs) {
        if (last <= after || of[0]!.position > upTo) continue;
        for (const key of keys.filter(isWanted)) {
          const rows = of.filter((each) => each.key === key);
          if (!rows.some(({ position }) => at?.has(position) ?? true)) continue;
          const numbers = rows.flatMap(({ named, position }) => named.flatMap((each) => [0, position, each]));
          yield {
            key,
            postings: new PostingColumns(packPostings(Float64Array.from(numbers))),
            lastPosition: last,
          };
        }
      }
    },
  };
  return reader as RunReader;
};

/** Those who are in more than one recording, or in one that is no enrolment. */
const expected = (recorded: ReadonlyArray<Recording>): ReadonlySet<number> =>
  new Set(
    subjects.filter((subject) => {
      const of = recorded.filter(({ named }) => named.includes(subject));
      return of.length > 1 || of.some(({ key }) => key <= 0);
    }),
  );

/** The entries of the vault: numbered as people are first named. */
const firstNamed = (all: ReadonlyArray<Recording>): ReadonlyMap<number, number> =>
  new Map([...new Set(all.flatMap(({ named }) => named))].map((subject, at) => [subject, at + 1]));

/** What is told of the enrolments between two positions: exact for those of newcomers alone. */
const entriesBetween = (
  all: ReadonlyArray<Recording>,
  entriesOf: ReadonlyMap<number, number>,
  after: number,
  upTo: number,
) => {
  const before = (position: number) => new Set(all.slice(0, position).flatMap(({ named }) => named));
  const ranges: number[] = [];
  for (let position = after + 1; position <= Math.min(upTo, all.length); position++) {
    const { key, named } = all[position - 1]!;
    const earlier = before(position - 1);
    const entries = named.map((subject) => entriesOf.get(subject)!);
    if (key > 0 && named.every((subject) => !earlier.has(subject)))
      ranges.push(position, position, Math.min(...entries), Math.max(...entries));
    else ranges.push(position, position, 0, before(position).size);
  }
  return { ranges: Float64Array.from(ranges), heads: [{ head: upTo, entries: before(upTo).size }] };
};

describe('individuals', () => {
  it.each([
    ['looked up one by one', 1_000_000, false],
    ['found in one pass over the posting lists', 0, false],
    ['looked up one by one, but for newcomers', 1_000_000, true],
    ['found in one pass, but for newcomers', 0, true],
  ])(
    'when what is recorded is taken in step by step, also by further processes, and those repeated are %s, are those of whom more than an enrolment is recorded',
    (_, entries, areTold) => {
      fc.assert(
        fc.property(
          recordings,
          fc.array(fc.record({ stop: fc.nat({ max: 12 }), isEnd: fc.boolean() })),
          fc.integer({ min: 1, max: 4 }),
          (all, stops, width) => {
            let runs = runsOf([], width, entries);
            const reader = {
              lastPosition: () => runs.lastPosition(),
              entries: () => runs.entries(),
              positions: (...given) => runs.positions(...given),
              repeatedHashes: () => runs.repeatedHashes(),
              postingsBetween: (which) => runs.postingsBetween(which),
            } as RunReader;
            let individuals = new Individuals(reader);
            const entriesOf = firstNamed(all);
            let told = 0;
            const end = { stop: all.length, isEnd: false };
            for (const { stop, isEnd } of [...stops.sort((a, b) => a.stop - b.stop), end]) {
              const recorded = all.slice(0, stop);
              runs = runsOf(recorded, width, entries);
              const wanted = expected(recorded);
              if (areTold) individuals.newcomers.told(entriesBetween(all, entriesOf, told, stop));
              told = Math.max(told, recorded.length);
              expect(individuals.all().toSorted((a, b) => a - b)).toEqual([...wanted].sort((a, b) => a - b));
              for (const subject of subjects)
                expect(individuals.has(subject), `${subject}`).toBe(wanted.has(subject));
              for (const key of keys.filter((each) => each >= 0)) {
                const ever = [...wanted].filter((subject) =>
                  recorded.some(
                    (each) => each.named.includes(subject) && (each.key === key || each.key === -key),
                  ),
                );
                expect([...individuals.in(key)].sort((a, b) => a - b)).toEqual(ever.sort((a, b) => a - b));
              }
              if (!isEnd) continue;
              const known = structuredClone(individuals.toPlain());
              const { newcomers } = individuals;
              individuals = new Individuals(reader);
              individuals.lookFor(() => known);
              individuals.newcomers = newcomers;
            }
          },
        ),
        { numRuns: 500 },
      );
    },
  );
});

/** Individuals who know what was recorded at first, and are told that everybody after that is new. */
const afterFirst = (all: ReadonlyArray<Recording>, first: number, reader: RunReader): Individuals => {
  const individuals = new Individuals(reader);
  individuals.lookFor(() => ({ upTo: first, byPopulation: [], inOrder: new Float64Array(0) }));
  individuals.newcomers = new Newcomers();
  individuals.newcomers.told({ ranges: new Float64Array(0), heads: [{ head: first, entries: first }] });
  const rows = all.slice(first).flatMap((_, at) => {
    const position = first + at + 1;
    return [position, position, position, position];
  });
  individuals.newcomers.told({
    ranges: Float64Array.from(rows),
    heads: [{ head: all.length, entries: all.length }],
  });
  return individuals;
};

describe('newcomers', () => {
  it('are not looked for among those recorded before, and others are', () => {
    const all = [1, 2, 3, 77].map((each) => ({ key: enrolmentsIn(1), named: [each] }));
    const runs = runsOf(all, 1, 0);
    const read: number[] = [];
    const postingsBetween: RunReader['postingsBetween'] = function* (which) {
      if (which.upTo > 0) read.push(which.after);
      yield* runs.postingsBetween(which);
    };
    const reader = { ...runs, postingsBetween } as RunReader;
    expect(afterFirst(all, 2, reader).all()).toEqual([]);
    expect(read).not.toContain(0);
    const untold = afterFirst(all, 2, reader);
    untold.newcomers = new Newcomers();
    expect(untold.all()).toEqual([]);
    expect(read).toContain(0);
  });

  it('with the hash of somebody else are individuals of both populations once more is recorded of either', () => {
    const all = [
      { key: enrolmentsIn(1), named: [77] },
      { key: enrolmentsIn(2), named: [77] },
      { key: ownDataMoved, named: [77] },
    ];
    for (const entries of [0, 1_000_000]) {
      let runs = runsOf(all.slice(0, 2), 1, entries);
      const reader = {
        lastPosition: () => runs.lastPosition(),
        entries: () => entries,
        positions: (...given) => runs.positions(...given),
        postingsBetween: (which) => runs.postingsBetween(which),
      } as RunReader;
      const individuals = afterFirst(all, 1, reader);
      expect(individuals.all()).toEqual([]);
      runs = runsOf(all, 1, entries);
      expect(individuals.all()).toEqual([77]);
      for (const key of [enrolmentsIn(1), enrolmentsIn(2), ownDataMoved])
        expect(individuals.in(key)).toEqual([77]);
    }
  });
});

describe('looking up a few', () => {
  it('reads all posting lists instead where they may be named at very many positions', () => {
    const all = [1, 2, 1].map((each) => ({ key: enrolmentsIn(1), named: [each] }));
    const runs = runsOf(all, 1, 1_000_000);
    for (const found of [10, 100_001]) {
      const chosen: boolean[] = [];
      const reader = {
        ...runs,
        // Many other people have the same lower bits.
        positions: (_, __, ___, limit) =>
          Array.from({ length: Math.min(limit!, found) }, (_, at) => 1 + at * 3),
        postingsBetween: (which) => {
          if (which.after === 0) chosen.push(which.at !== undefined);
          return runs.postingsBetween(which);
        },
      } as RunReader;
      const individuals = new Individuals(reader);
      individuals.lookFor(() => ({ upTo: 2, byPopulation: [], inOrder: new Float64Array(0) }));
      expect(individuals.all()).toEqual([1]);
      expect(chosen).toEqual([found === 10]);
    }
  });
});

describe('repeated hashes', () => {
  it('are those that have more than one entry in the runs', () => {
    const hashes = fc.array(
      fc.oneof(
        fc.nat({ max: 20 }),
        fc.integer({ min: 2 ** 22 - 3, max: 2 ** 22 + 3 }),
        fc.constant(2 ** 32 - 1),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.array(hashes, { maxLength: 5 }), fc.integer({ min: 1, max: 5 }), (runs, width) => {
        const blocksOf = (run: ReadonlyArray<number>): Float64Array[] => {
          const entries = Float64Array.from(run, (hash, at) => entryOf(hash, at)).sort();
          return Array.from({ length: Math.ceil(entries.length / width) }, (_, block) =>
            entries.subarray(block * width, (block + 1) * width),
          );
        };
        const all = runs.flat();
        const repeated = new Set(all.filter((hash) => all.filter((each) => each === hash).length > 1));
        expect(new Set(repeatedHashes(runs.map(blocksOf)))).toEqual(repeated);
      }),
    );
  });
});

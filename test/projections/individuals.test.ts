/**
 * Who has to be followed one by one, beside a plain count of what is recorded of each.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Individuals } from '../../src/projections/engine/individuals.ts';
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

describe('individuals', () => {
  it.each([
    ['looked up one by one', 1_000_000],
    ['found in one pass over the posting lists', 0],
  ])(
    'when what is recorded is taken in step by step, also by further processes, and those repeated are %s, are those of whom more than an enrolment is recorded',
    (_, entries) => {
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
            const end = { stop: all.length, isEnd: false };
            for (const { stop, isEnd } of [...stops.sort((a, b) => a.stop - b.stop), end]) {
              const recorded = all.slice(0, stop);
              runs = runsOf(recorded, width, entries);
              const wanted = expected(recorded);
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
              individuals = new Individuals(reader);
              individuals.lookFor(() => known);
            }
          },
        ),
        { numRuns: 500 },
      );
    },
  );
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

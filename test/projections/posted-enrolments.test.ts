/**
 * The enrolments in a population, beside a plain list of them.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldingOrder } from '../../src/domain/recording/folding-order.ts';
import { PostedEnrolments } from '../../src/projections/engine/posted-enrolments.ts';
import { PostingPlaces, packPostings } from '../../src/projections/engine/posting-columns.ts';
import { byTime } from '../../src/projections/engine/posting-list.ts';
import type { PostingsOfRun } from '../../src/projections/engine/run-reader.ts';
import { withoutIndividuals } from '../../src/questions/enrolment-cohorts.ts';

/** The enrolments at the positions 1 to n: the time of each, and how many people it names. */
const enrolments = fc
  .array(fc.record({ time: fc.integer({ min: -5, max: 5 }), count: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 40,
  })
  .map((all) => all.map((each, at) => ({ ...each, position: at + 1 })));
type Enrolled = { readonly time: number; readonly position: number; readonly count: number };

/** The runs that hold them, each of at most so many events. */
const runsOf = (all: ReadonlyArray<Enrolled>, width: number): ReadonlyArray<PostingsOfRun> =>
  Array.from({ length: Math.ceil(all.length / width) }, (_, run) => {
    const some = all.slice(run * width, (run + 1) * width);
    const postings = some.flatMap(({ time, position, count }) =>
      Array.from({ length: count }, (_, subject) => [time, position, subject]).flat(),
    );
    return {
      postings: new PostingPlaces(packPostings(byTime(Float64Array.from(postings))).places),
      lastPosition: some.at(-1)!.position,
    };
  });

const listed = ({ times, positions, counts }: ReturnType<PostedEnrolments['enrolments']>) =>
  Array.from(times, (time, at) => ({ time, position: positions[at]!, count: counts[at]! }));

describe('the enrolments in a population', () => {
  it('are those recorded up to a position, in folding order, however they are divided into runs', () => {
    fc.assert(
      fc.property(
        enrolments,
        fc.integer({ min: 1, max: 10 }),
        fc.nat({ max: 41 }),
        fc.integer({ min: -6, max: 6 }),
        (all, width, upTo, time) => {
          const list = new PostedEnrolments({ postings: () => runsOf(all, width) }, 1, upTo);
          const known = all.filter(({ position }) => position <= upTo).sort(foldingOrder);
          expect(listed(list.enrolments())).toEqual(known);
          const place = { time, position: 20 };
          const before = known.filter((each) => foldingOrder(each, place) < 0);
          expect(list.before(place)).toBe(before.reduce((sum, { count }) => sum + count, 0));
        },
      ),
    );
  });

  it('without those of individuals, are all others', () => {
    const someOf = (all: ReadonlyArray<Enrolled>) =>
      fc.tuple(
        fc.constant(all),
        fc.tuple(...all.map(({ count }) => fc.nat({ max: count }))) as fc.Arbitrary<number[]>,
      );
    fc.assert(
      fc.property(enrolments.chain(someOf), ([all, taken]) => {
        const list = new PostedEnrolments({ postings: () => runsOf(all, 7) }, 1, all.length);
        const individuals = all.flatMap((each, at) => Array.from({ length: taken[at]! }, () => each));
        const others = withoutIndividuals(list.enrolments(), individuals.sort(foldingOrder));
        expect(listed(others)).toEqual(
          all
            .map((each, at) => ({ ...each, count: each.count - taken[at]! }))
            .filter(({ count }) => count > 0)
            .sort(foldingOrder),
        );
      }),
    );
  });
});

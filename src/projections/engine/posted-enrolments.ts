/** Reads the enrolments in a population from its posting list: all of them, or how many come before a place. */

import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import type { EnrolmentList, Enrolments } from '../event-index.ts';
import { countBefore, enrolmentsIn, postingWidth } from './posting-list.ts';
import type { RunReader } from './run-reader.ts';

/** Merges both in folding order. */
const merged = (a: Enrolments, b: Enrolments): Enrolments => {
  if (a.times.length === 0) return b;
  const length = a.times.length + b.times.length;
  const [times, positions] = [new Float64Array(length), new Float64Array(length)];
  let [i, j] = [0, 0];
  for (let at = 0; at < length; at++) {
    const isFirst =
      j === b.times.length ||
      (i < a.times.length &&
        (a.times[i]! < b.times[j]! || (a.times[i] === b.times[j] && a.positions[i]! <= b.positions[j]!)));
    times[at] = isFirst ? a.times[i]! : b.times[j]!;
    positions[at] = isFirst ? a.positions[i++]! : b.positions[j++]!;
  }
  return { times, positions };
};

/** Enrolments in a population, as recorded up to a position. */
export class PostedEnrolments implements EnrolmentList {
  private readonly parts: ReadonlyArray<Float64Array>;

  /** @param population the id of the population. */
  constructor(runs: RunReader, population: number, upTo: number) {
    this.parts = runs.postings(enrolmentsIn(population)).flatMap(({ postings, lastPosition }) => {
      if (lastPosition <= upTo) return [postings];
      const known: number[] = [];
      for (let at = 0; at < postings.length; at += postingWidth) {
        if (postings[at + 1]! <= upTo)
          for (let field = 0; field < postingWidth; field++) known.push(postings[at + field]!);
      }
      return [Float64Array.from(known)];
    });
  }

  /** All enrolments, in folding order. */
  enrolments(): Enrolments {
    const columns = this.parts.map((part): Enrolments => {
      const length = part.length / postingWidth;
      const [times, positions] = [new Float64Array(length), new Float64Array(length)];
      for (let at = 0; at < length; at++) {
        times[at] = part[at * postingWidth]!;
        positions[at] = part[at * postingWidth + 1]!;
      }
      return { times, positions };
    });
    // The shortest first, so that the longest are copied least often.
    columns.sort((a, b) => a.times.length - b.times.length);
    return columns.reduce(merged, { times: new Float64Array(0), positions: new Float64Array(0) });
  }

  /** How many enrolments come before a place. */
  before(place: FoldingPlace): number {
    return this.parts.reduce((sum, part) => sum + countBefore(part, place), 0);
  }
}

/** Reads the enrolments in a population from its posting list: all of them, or how many come before a place. */

import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import type { EnrolmentList, Enrolments } from '../event-index.ts';
import type { PostingColumns } from './posting-columns.ts';
import { concatenated, enrolmentsIn } from './posting-list.ts';
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

/** Those of a list that stand at a position or before. */
interface Known {
  readonly postings: PostingColumns;
  /** The last position, where the list has later ones too. */
  readonly upTo: number;
}

/** Enrolments in a population, as recorded up to a position. */
export class PostedEnrolments implements EnrolmentList {
  private readonly parts: ReadonlyArray<Known>;

  /** @param population the id of the population. */
  constructor(runs: RunReader, population: number, upTo: number) {
    this.parts = runs.postings(enrolmentsIn(population)).map(({ postings, lastPosition }) => ({
      postings,
      upTo: lastPosition <= upTo ? Number.POSITIVE_INFINITY : upTo,
    }));
  }

  /** All enrolments, in folding order. */
  enrolments(): Enrolments {
    const columns = this.parts.map(enrolmentsOf).filter(({ times }) => times.length > 0);
    columns.sort((a, b) => a.times[0]! - b.times[0]! || a.positions[0]! - b.positions[0]!);
    if (columns.every((each, place) => place === 0 || isAfter(each, columns[place - 1]!)))
      return {
        times: concatenated(columns.map(({ times }) => times)),
        positions: concatenated(columns.map(({ positions }) => positions)),
      };
    // The shortest first, so that the longest are copied least often.
    columns.sort((a, b) => a.times.length - b.times.length);
    return columns.reduce(merged, { times: new Float64Array(0), positions: new Float64Array(0) });
  }

  /** How many enrolments come before a place. */
  before(place: FoldingPlace): number {
    return this.parts.reduce((sum, part) => sum + countBefore(part, place), 0);
  }
}

/** Whether all of one come after all of another: most runs are recorded in the order of time. */
const isAfter = (later: Enrolments, earlier: Enrolments): boolean => {
  const last = earlier.times.length - 1;
  const [from, to] = [later.times[0]!, earlier.times[last]!];
  return from > to || (from === to && later.positions[0]! > earlier.positions[last]!);
};

const enrolmentsOf = ({ postings, upTo }: Known): Enrolments => {
  const length = postings.subjects.length;
  const [times, positions] = [new Float64Array(length), new Float64Array(length)];
  let filled = 0;
  for (let group = 0; group < postings.groups; group++) {
    const position = postings.positions[group]!;
    if (position > upTo) continue;
    const end = filled + postings.startOf(group + 1) - postings.startOf(group);
    times.fill(postings.times[group]!, filled, end);
    positions.fill(position, filled, end);
    filled = end;
  }
  return { times: times.subarray(0, filled), positions: positions.subarray(0, filled) };
};

const countBefore = ({ postings, upTo }: Known, place: FoldingPlace): number => {
  if (upTo === Number.POSITIVE_INFINITY) return postings.before(place);
  let count = 0;
  const groups = postings.groupsBefore(place.time, place.position);
  for (let group = 0; group < groups; group++)
    if (postings.positions[group]! <= upTo) count += postings.startOf(group + 1) - postings.startOf(group);
  return count;
};

/** Reads the enrolments in a population from its posting list: all of them, or how many come before a place. */

import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import type { EnrolmentList, Enrolments } from '../event-index.ts';
import type { PostingPlaces } from './posting-columns.ts';
import { concatenated, enrolmentsIn } from './posting-list.ts';
import type { RunReader } from './run-reader.ts';

/** The places in parts, one part after the other. */
const inSequence = (parts: ReadonlyArray<Enrolments>): Enrolments => ({
  times: concatenated(parts.map(({ times }) => times)),
  positions: concatenated(parts.map(({ positions }) => positions)),
  counts: concatenated(parts.map(({ counts }) => counts)),
});

/** The same places in folding order. */
const inOrder = ({ times, positions, counts }: Enrolments): Enrolments => {
  const order = Uint32Array.from(times, (_, index) => index);
  order.sort((a, b) => times[a]! - times[b]! || positions[a]! - positions[b]!);
  const of = (column: Float64Array): Float64Array => Float64Array.from(order, (index) => column[index]!);
  return { times: of(times), positions: of(positions), counts: of(counts) };
};

type Columns = [times: Float64Array, positions: Float64Array, counts: Float64Array];

/** Those of a list that stand at a position or before. */
interface Known {
  readonly postings: PostingPlaces;
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
    const parts = this.parts.map(enrolmentsOf).filter(({ times }) => times.length > 0);
    parts.sort((a, b) => a.times[0]! - b.times[0]! || a.positions[0]! - b.positions[0]!);
    const all = inSequence(parts);
    const isInOrder = parts.every((part, place) => place === 0 || isAfter(part, parts[place - 1]!));
    return isInOrder ? all : inOrder(all);
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
  const { groups } = postings;
  const [times, positions, counts] = [0, 1, 2].map(() => new Float64Array(groups)) as Columns;
  let filled = 0;
  for (let group = 0; group < groups; group++) {
    if (postings.positions[group]! > upTo) continue;
    times[filled] = postings.times[group]!;
    positions[filled] = postings.positions[group]!;
    counts[filled++] = postings.startOf(group + 1) - postings.startOf(group);
  }
  const part = (column: Float64Array): Float64Array => column.subarray(0, filled);
  return { times: part(times), positions: part(positions), counts: part(counts) };
};

const countBefore = ({ postings, upTo }: Known, place: FoldingPlace): number => {
  if (upTo === Number.POSITIVE_INFINITY) return postings.before(place);
  let count = 0;
  const groups = postings.groupsBefore(place.time, place.position);
  for (let group = 0; group < groups; group++)
    if (postings.positions[group]! <= upTo) count += postings.startOf(group + 1) - postings.startOf(group);
  return count;
};

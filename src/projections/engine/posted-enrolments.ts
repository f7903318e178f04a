/** Reads the enrolments in a population from its posting list: all of them, or how many come before a place. */

import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import type { EnrolmentList, Enrolments } from '../event-index.ts';
import type { PostingPlaces } from './posting-columns.ts';
import { enrolmentsIn } from './posting-list.ts';
import type { RunReader } from './run-reader.ts';

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
  constructor(runs: Pick<RunReader, 'postings'>, population: number, upTo: number) {
    this.parts = runs.postings(enrolmentsIn(population)).map(({ postings, lastPosition }) => ({
      postings,
      upTo: lastPosition <= upTo ? Number.POSITIVE_INFINITY : upTo,
    }));
  }

  /** All enrolments, in folding order: 20 bytes for each place. */
  enrolments(): Enrolments {
    const places = this.parts.reduce((sum, part) => sum + placesIn(part), 0);
    const [times, positions] = [new Float64Array(places), new Float64Array(places)];
    const counts = new Uint32Array(places);
    const parts = new PartsInOrder(this.parts.map((part) => new Cursor(part)));
    for (let filled = 0; filled < places; filled++) {
      const first = parts.first();
      times[filled] = first.time;
      positions[filled] = first.position;
      counts[filled] = first.count();
      parts.next();
    }
    return { times, positions, counts };
  }

  /** How many enrolments come before a place. */
  before(place: FoldingPlace): number {
    return this.parts.reduce((sum, part) => sum + countBefore(part, place), 0);
  }
}

/** How many places a part has. */
const placesIn = ({ postings, upTo }: Known): number => {
  if (upTo === Number.POSITIVE_INFINITY) return postings.groups;
  let places = 0;
  for (const position of postings.positions) if (position <= upTo) places++;
  return places;
};

/** A place in a part, each of which is in folding order. */
class Cursor {
  private readonly part: Known;
  private at = -1;
  time = 0;
  position = 0;

  constructor(part: Known) {
    this.part = part;
    this.next();
  }

  /** Goes to the next place; after the last one, to the end of time. */
  next(): void {
    const { postings, upTo } = this.part;
    do this.at++;
    while (this.at < postings.groups && postings.positions[this.at]! > upTo);
    const isAtEnd = this.at >= postings.groups;
    this.time = isAtEnd ? Number.POSITIVE_INFINITY : postings.times[this.at]!;
    this.position = isAtEnd ? Number.POSITIVE_INFINITY : postings.positions[this.at]!;
  }

  /** How many are enrolled there. */
  count(): number {
    const { postings } = this.part;
    return postings.startOf(this.at + 1) - postings.startOf(this.at);
  }

  isBefore({ time, position }: Cursor): boolean {
    return this.time < time || (this.time === time && this.position < position);
  }
}

/** Several parts as one in folding order: a heap, whose first part has the first place. */
class PartsInOrder {
  private readonly heap: Cursor[];

  constructor(parts: ReadonlyArray<Cursor>) {
    // In order, so a heap.
    this.heap = parts.toSorted((a, b) => (a.isBefore(b) ? -1 : 1));
  }

  first(): Cursor {
    return this.heap[0]!;
  }

  /** Goes on to the next place. */
  next(): void {
    const { heap } = this;
    const moved = heap[0]!;
    moved.next();
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.isBefore(heap[child]!)) child++;
      if (!heap[child]!.isBefore(moved)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  }
}

const countBefore = ({ postings, upTo }: Known, place: FoldingPlace): number => {
  if (upTo === Number.POSITIVE_INFINITY) return postings.before(place);
  let count = 0;
  const groups = postings.groupsBefore(place.time, place.position);
  for (let group = 0; group < groups; group++)
    if (postings.positions[group]! <= upTo) count += postings.startOf(group + 1) - postings.startOf(group);
  return count;
};

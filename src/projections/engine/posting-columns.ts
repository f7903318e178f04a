/**
 * Posting lists as files keep them: an event that names ten thousand people has its time and position once, and then the
 * hash of each of them.
 *
 * The numbers of the places are how many groups there are, the time of each, the position of each, and where each ends among
 * the subjects (left out where each is of one). The subjects are kept apart: most questions read the places alone, which take
 * a thousandth of the memory where an event names thousands.
 */
import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import { postingWidth } from './posting-list.ts';

/** A posting list, packed. */
export interface PackedPostings {
  readonly places: Float64Array;
  readonly subjects: Float64Array;
}

/** Packs postings, which are in the order of their time. */
export const packPostings = (postings: Float64Array): PackedPostings => {
  const length = postings.length / postingWidth;
  const starts: number[] = [];
  for (let at = 0; at < postings.length; at += postingWidth) {
    const before = at - postingWidth;
    if (at === 0 || postings[at] !== postings[before] || postings[at + 1] !== postings[before + 1])
      starts.push(at / postingWidth);
  }
  const groups = starts.length;
  const isOfSingles = groups === length;
  const places = new Float64Array(1 + groups * (isOfSingles ? 2 : 3));
  places[0] = groups;
  for (const [group, start] of starts.entries()) {
    places[1 + group] = postings[start * postingWidth]!;
    places[1 + groups + group] = postings[start * postingWidth + 1]!;
    if (!isOfSingles) places[1 + 2 * groups + group] = starts[group + 1] ?? length;
  }
  const subjects = new Float64Array(length);
  for (let each = 0; each < length; each++) subjects[each] = postings[each * postingWidth + 2]!;
  return { places, subjects };
};

/** The times and positions of a posting list, read from how files keep them. */
export class PostingPlaces {
  /** Of each group: the time, and the position of the event. */
  readonly times: Float64Array;
  readonly positions: Float64Array;
  private readonly ends: Float64Array | undefined;
  readonly byteLength: number;

  constructor(packed: Float64Array) {
    const groups = packed[0] ?? 0;
    this.byteLength = packed.byteLength;
    this.times = packed.subarray(1, 1 + groups);
    this.positions = packed.subarray(1 + groups, 1 + 2 * groups);
    this.ends = packed.length === 1 + 2 * groups ? undefined : packed.subarray(1 + 2 * groups);
  }

  get groups(): number {
    return this.times.length;
  }

  /** Where a group begins among the subjects; where they end, for the number of groups. */
  startOf(group: number): number {
    if (this.ends === undefined) return group;
    return group === 0 ? 0 : this.ends[group - 1]!;
  }

  /** How many postings come before a place: logarithmic. */
  before({ time, position }: FoldingPlace): number {
    return this.startOf(this.groupsBefore(time, position));
  }

  /** How many groups come before a place. */
  groupsBefore(time: number, position: number): number {
    const { times, positions } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]! < time || (times[middle] === time && positions[middle]! < position))
        low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A posting list with its subjects. */
export class PostingColumns extends PostingPlaces {
  /** The hashes of all subjects, group by group. */
  readonly subjects: Float64Array;

  constructor({ places, subjects }: PackedPostings) {
    super(places);
    this.subjects = subjects;
  }

  /** The postings one by one, as they are merged. */
  unpacked(): Float64Array {
    const postings = new Float64Array(this.subjects.length * postingWidth);
    for (let group = 0; group < this.groups; group++) {
      for (let each = this.startOf(group); each < this.startOf(group + 1); each++) {
        postings[each * postingWidth] = this.times[group]!;
        postings[each * postingWidth + 1] = this.positions[group]!;
        postings[each * postingWidth + 2] = this.subjects[each]!;
      }
    }
    return postings;
  }
}

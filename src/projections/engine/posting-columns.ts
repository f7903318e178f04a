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
}

/** Whether each list ends before the next one begins, or at the same time. */
const areInSequence = (lists: ReadonlyArray<PostingColumns>): boolean =>
  lists.every(({ times }, place) => place === 0 || lists[place - 1]!.times.at(-1)! <= times[0]!);

/** The groups of lists in order of time, as the index of the list and the group: equal ones in the order of the lists. */
const groupsByTime = (lists: ReadonlyArray<PostingColumns>): Float64Array => {
  const groups = new Float64Array(lists.reduce((sum, list) => sum + list.groups, 0));
  let filled = 0;
  for (const [place, list] of lists.entries())
    for (let group = 0; group < list.groups; group++) groups[filled++] = place * groupsRange + group;
  if (areInSequence(lists)) return groups;
  const timeOf = (at: number): number => lists[Math.floor(at / groupsRange)]!.times[at % groupsRange]!;
  return groups.sort((a, b) => timeOf(a) - timeOf(b) || a - b);
};
const groupsRange = 2 ** 32;

/** Merges lists, each of which is in order of time: the postings of equal times in the order of the lists. */
export const mergedPostings = (given: ReadonlyArray<PostingColumns>): PackedPostings => {
  const lists = given.filter((list) => list.groups > 0);
  const order = groupsByTime(lists);
  const groups = order.length;
  const subjects = new Float64Array(lists.reduce((sum, list) => sum + list.subjects.length, 0));
  const isOfSingles = groups === subjects.length;
  const places = new Float64Array(1 + groups * (isOfSingles ? 2 : 3));
  places[0] = groups;
  let filled = 0;
  for (let group = 0; group < groups; group++) {
    const list = lists[Math.floor(order[group]! / groupsRange)]!;
    const from = order[group]! % groupsRange;
    places[1 + group] = list.times[from]!;
    places[1 + groups + group] = list.positions[from]!;
    const [start, end] = [list.startOf(from), list.startOf(from + 1)];
    if (end === start + 1) subjects[filled] = list.subjects[start]!;
    else subjects.set(list.subjects.subarray(start, end), filled);
    filled += end - start;
    if (!isOfSingles) places[1 + 2 * groups + group] = filled;
  }
  return { places, subjects };
};

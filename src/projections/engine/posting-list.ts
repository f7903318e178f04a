/**
 * Posting lists: whom the events name, and when, in the order of valid time. A posting is three numbers: the time, the
 * position, and the hash of the subject (0 where the list is not about subjects).
 *
 * A list has a number for its key. Files keep it in the column `population` of the table `roll`, for most lists are the
 * enrolments in one population.
 */

import type { FoldingPlace } from '../../domain/recording/folding-order.ts';
import { sortedByFirst } from '../../sorted-runs/sorted-runs.ts';
import { topic } from '../topics.ts';

/** The numbers of one posting. */
export const postingWidth = 3;

/** Which list. */
export type ListKey = number;

/** Enrolments in a population, as recorded: the id of a population is a positive number. */
export const enrolmentsIn = (population: number): ListKey => population;
/** Subjects that a corrected enrolment in the population names, before or after its correction. */
export const correctedEnrolmentsIn = (population: number): ListKey => -population;
/** Subjects whose own data may have been moved by something other than an enrolment. */
export const ownDataMoved: ListKey = 0;
/** Movements, copies and backups, as recorded and as corrected. */
export const allMovements: ListKey = Number.MIN_SAFE_INTEGER;

/** The least key of a list of vouches, and the number of such keys: one for each hash of 32 bits. */
const leastOfVouches = allMovements + 1;
const listsOfVouches = 2 ** 32;
/**
 * What a source vouched (R22), in the order of up to when, as recorded and as corrected. Two sources may share a list:
 * their hashes are the same.
 */
export const vouchesOf = (source: string): ListKey => leastOfVouches + (topic('source', source) >>> 0);
/** Whether the postings of the list name subjects. */
export const isAboutSubjects = (key: ListKey): boolean => key >= leastOfVouches + listsOfVouches;

/** Whether the list is one of enrolments as recorded. */
export const isOfEnrolments = (key: ListKey): boolean => key > 0;
/** The population whose enrolments the list is about; `ownDataMoved` for that list. */
export const populationOf = (key: ListKey): number => Math.abs(key);

/** Postings in the order of their time, given in log order or as several such orders after one another. */
export const byTime = (postings: Float64Array): Float64Array => {
  let least = Number.POSITIVE_INFINITY;
  let isSorted = true;
  for (let at = 0; at < postings.length; at += postingWidth) {
    if (postings[at]! < least) least = postings[at]!;
    if (at > 0 && postings[at]! < postings[at - postingWidth]!) isSorted = false;
  }
  if (isSorted) return postings;
  // Sorting takes numbers that are not negative, and times before 1970 are.
  const fromLeast = postings.map((number, at) => (at % postingWidth === 0 ? number - least : number));
  return sortedByFirst(fromLeast, postingWidth).map((number, at) =>
    at % postingWidth === 0 ? number + least : number,
  );
};

/** The parts, one after the other. */
export const concatenated = (parts: ReadonlyArray<Float64Array>): Float64Array => {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
};

/** How many of the postings, in the order of their time, come before a place: logarithmic. */
export const countBefore = (postings: Float64Array, { time, position }: FoldingPlace): number => {
  // Written out, not with `firstNotBefore`: every count of people stands on it.
  let low = 0;
  let high = postings.length / postingWidth;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * postingWidth;
    if (postings[at]! < time || (postings[at] === time && postings[at + 1]! < position)) low = middle + 1;
    else high = middle;
  }
  return low;
};

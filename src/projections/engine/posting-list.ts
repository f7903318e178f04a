/**
 * Posting lists: which subjects events name, and when, in order of valid time. A posting has three numbers: the
 * time, the position, and the hash of the subject (0 if the list is not about subjects). Files keep them in columns:
 * see `posting-columns.ts`.
 *
 * A number is the key of a list. Files store it in the column `population` of the table `roll`, since most lists
 * are the enrolments in one population.
 */
import { sortedByFirst } from '../../sorted-runs/sorted-runs.ts';
import { topic } from '../topics.ts';

/** The number of columns of a posting. */
export const postingWidth = 3;

/** The key of a list. */
export type ListKey = number;

/** The recorded enrolments in a population; its id is a positive number. */
export const enrolmentsIn = (population: number): ListKey => population;
/** Subjects in a corrected enrolment in the population, before or after the correction. */
export const correctedEnrolmentsIn = (population: number): ListKey => -population;
/** Subjects whose own data an event other than an enrolment may have moved. */
export const ownDataMoved: ListKey = 0;
/** Movements, copies and backups, as recorded and as corrected. */
export const allMovements: ListKey = Number.MIN_SAFE_INTEGER;

/** The smallest key of a list of vouches, and the number of such keys: one for each hash of 32 bits. */
const leastOfVouches = allMovements + 1;
const listsOfVouches = 2 ** 32;
/**
 * The vouches of a source (R22), as recorded and as corrected, by the instants up to which they vouch. Two sources
 * with the same hash share a list.
 */
export const vouchesOf = (source: string): ListKey => leastOfVouches + (topic('source', source) >>> 0);
/** Whether the postings of the list name subjects. */
export const isAboutSubjects = (key: ListKey): boolean => key >= leastOfVouches + listsOfVouches;

/** Whether the list consists of recorded enrolments. */
export const isOfEnrolments = (key: ListKey): boolean => key > 0;
/** The population whose enrolments the list contains; `ownDataMoved` for that list. */
export const populationOf = (key: ListKey): number => Math.abs(key);

/** Postings in order of time, from log order or from several sorted lists in sequence. */
export const byTime = (postings: Float64Array): Float64Array => {
  let least = Number.POSITIVE_INFINITY;
  let isSorted = true;
  for (let at = 0; at < postings.length; at += postingWidth) {
    if (postings[at]! < least) least = postings[at]!;
    if (at > 0 && postings[at]! < postings[at - postingWidth]!) isSorted = false;
  }
  if (isSorted) return postings;
  // The sort requires non-negative numbers, and times before 1970 are negative.
  const fromLeast = postings.map((number, at) => (at % postingWidth === 0 ? number - least : number));
  return sortedByFirst(fromLeast, postingWidth).map((number, at) =>
    at % postingWidth === 0 ? number + least : number,
  );
};

/** The parts in sequence. */
export const concatenated = (parts: ReadonlyArray<Float64Array>): Float64Array => {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
};

/**
 * The name that was most likely meant by one that is misspelt.
 */
import { distance } from 'fastest-levenshtein';

const misspeltLengthMax = 64;

/** The name among `known` that is closest to the given one, if any is close. */
export const closest = (given: string, known: ReadonlyArray<string>): string | undefined => {
  if (given.length > misspeltLengthMax) return undefined;
  let best: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of known) {
    const edits = distance(given.toLowerCase(), name.toLowerCase());
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
};

/** The end of a message about a misspelt name: empty if no known name is close. */
export const didYouMean = (given: string, known: ReadonlyArray<string>): string => {
  const best = closest(given, known);
  return best === undefined ? '' : `; did you mean "${best}"?`;
};

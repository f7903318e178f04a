/**
 * Stretches, the parts of the log that are sealed: aligned ranges of 64 events, and of 16 times as many for each
 * further level (V12).
 *
 * Stretches are the leaves of a second log, in the order in which they end; of several that end together, the
 * shortest comes first.
 */

/** Events in the smallest stretch. */
export const smallestStretchEvents = 64;
/** How many stretches form the next larger one. */
const fanOut = 16;

/**
 * The events after position `start` up to position `size`, which is the size of the log when the stretch is sealed.
 */
export interface Stretch {
  readonly start: number;
  readonly size: number;
}

/** Events in a stretch of a level; level 0 has the smallest. */
const eventsAt = (level: number): number => smallestStretchEvents * fanOut ** level;

/** The stretches that end at a size of the log, the shortest first. */
export const stretchesEndingAt = (size: number): ReadonlyArray<Stretch> => {
  const stretches: Stretch[] = [];
  for (let level = 0; size > 0 && size % eventsAt(level) === 0; level++)
    stretches.push({ start: size - eventsAt(level), size });
  return stretches;
};

/** The stretches of which a larger one consists; none for the smallest. */
export const partsOf = ({ start, size }: Stretch): ReadonlyArray<Stretch> => {
  const events = (size - start) / fanOut;
  return events < smallestStretchEvents
    ? []
    : Array.from({ length: fanOut }, (_, part) => ({
        start: start + part * events,
        size: start + (part + 1) * events,
      }));
};

/** The last size up to a given one at which a stretch ends. */
export const lastSealedSize = (size: number): number => size - (size % smallestStretchEvents);

/** How many stretches are complete in a log of a size. */
export const stretchesUpTo = (size: number): number => {
  let count = 0;
  for (let level = 0; eventsAt(level) <= size; level++) count += Math.floor(size / eventsAt(level));
  return count;
};

/** The size of the log at which this many stretches are complete. */
export const sizeOfStretches = (count: number): number => {
  let [below, enough] = [0, count];
  while (enough - below > 1) {
    const half = Math.floor((below + enough) / 2);
    if (stretchesUpTo(half * smallestStretchEvents) < count) below = half;
    else enough = half;
  }
  return enough * smallestStretchEvents;
};

/** The index of a stretch among the leaves of the second log; undefined for other ranges. */
export const placeOf = ({ start, size }: Stretch): number | undefined => {
  const among = stretchesEndingAt(size).findIndex((each) => each.start === start);
  return among === -1 ? undefined : stretchesUpTo(size - 1) + among;
};

/**
 * The fewest stretches that cover the log from its beginning up to the last seal.
 *
 * @param sealedSize the last size at which a stretch was sealed.
 */
export const coverOf = (sealedSize: number): ReadonlyArray<Stretch> => {
  const cover: Stretch[] = [];
  for (let end = lastSealedSize(sealedSize); end > 0; ) {
    const largest = stretchesEndingAt(end).at(-1)!;
    cover.unshift(largest);
    end = largest.start;
  }
  return cover;
};

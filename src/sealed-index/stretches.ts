/**
 * Which stretches of the log are sealed: aligned ones of 64 events, and of 16 times as many each time (V12).
 *
 * Stretches are the leaves of a second log, in the order in which they end; of those that end together, the shortest first.
 */

/** Events in the smallest stretch. */
export const smallestStretchEvents = 64;
/** How many stretches make the next larger one. */
const fanOut = 16;

/** The events after position `start` up to position `size`: `size` is that of the log when the stretch is sealed. */
export interface Stretch {
  readonly start: number;
  readonly size: number;
}

/** Events in a stretch of a level; those of level 0 are the smallest. */
const eventsAt = (level: number): number => smallestStretchEvents * fanOut ** level;

/** The stretches that end at a size of the log, the shortest first. */
export const stretchesEndingAt = (size: number): ReadonlyArray<Stretch> => {
  const stretches: Stretch[] = [];
  for (let level = 0; size > 0 && size % eventsAt(level) === 0; level++)
    stretches.push({ start: size - eventsAt(level), size });
  return stretches;
};

/** The stretches that a larger one is made of; none for the smallest. */
export const partsOf = ({ start, size }: Stretch): ReadonlyArray<Stretch> => {
  const events = (size - start) / fanOut;
  return events < smallestStretchEvents
    ? []
    : Array.from({ length: fanOut }, (_, part) => ({
        start: start + part * events,
        size: start + (part + 1) * events,
      }));
};

/** The last size up to one at which stretches end. */
export const lastSealedSize = (size: number): number => size - (size % smallestStretchEvents);

/** How many stretches have ended once the log has a size. */
export const stretchesUpTo = (size: number): number => {
  let count = 0;
  for (let level = 0; eventsAt(level) <= size; level++) count += Math.floor(size / eventsAt(level));
  return count;
};

/** The place of a stretch among the leaves of the second log; none if it is not one of these stretches. */
export const placeOf = ({ start, size }: Stretch): number | undefined => {
  const among = stretchesEndingAt(size).findIndex((each) => each.start === start);
  return among === -1 ? undefined : stretchesUpTo(size - 1) + among;
};

/**
 * The fewest stretches that cover the log from its beginning up to the last seal at or before a size.
 *
 * @param sealedSize the last size at which stretches were sealed.
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

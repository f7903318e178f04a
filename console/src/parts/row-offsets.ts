/**
 * Where the rows of a long table are.
 */

/** Rows that are rendered above and below the visible ones. */
const rowsBeyond = 12;

/** Where each row begins, in pixels, and where the last one ends. */
export const offsetsOf = (
  keys: ReadonlyArray<string>,
  heights: ReadonlyMap<string, number>,
  estimatePx: number,
): ReadonlyArray<number> => {
  const offsets = [0];
  for (const key of keys) offsets.push(offsets.at(-1)! + (heights.get(key) ?? estimatePx));
  return offsets;
};

/** The rows between two heights of a table: half-open, with some beyond at both ends. */
export const rowsBetween = (
  offsets: ReadonlyArray<number>,
  topPx: number,
  bottomPx: number,
): { readonly start: number; readonly end: number } => {
  const first = offsets.findLastIndex((offset) => offset <= topPx);
  const after = offsets.findIndex((offset) => offset >= bottomPx);
  const count = offsets.length - 1;
  return {
    start: Math.max(0, first - rowsBeyond),
    end: Math.min(count, (after === -1 ? count : after) + rowsBeyond),
  };
};

/** The positions of the rows in a long table. */

/** Rows to render above and below the visible ones. */
const rowsBeyond = 12;

/** The offset of each row, in pixels, and the end of the last one. */
export const offsetsOf = (
  keys: ReadonlyArray<string>,
  heights: ReadonlyMap<string, number>,
  estimatePx: number,
): ReadonlyArray<number> => {
  const offsets = [0];
  for (const key of keys) offsets.push(offsets.at(-1)! + (heights.get(key) ?? estimatePx));
  return offsets;
};

/** The rows between two offsets in a table: half-open, with some beyond at both ends. */
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

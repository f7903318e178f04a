/**
 * The binary search that all sorted lists use.
 */

/**
 * The first index from 0 up to `length` that is not before what is sought; `length` if all are.
 *
 * @param isBefore true for the indices up to some index, false from there on.
 */
export const firstNotBefore = (length: number, isBefore: (index: number) => boolean): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};

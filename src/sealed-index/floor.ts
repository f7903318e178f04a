/** Binary search in sorted keys. */
import type { IndexKey } from './index-key.ts';

/** The index of the last of `count` sorted keys that is not after `key`; -1 if there is none. */
export const floorOf = (count: number, keyAt: (place: number) => IndexKey, key: string): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyAt(middle) <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

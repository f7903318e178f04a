/**
 * Sorted runs: an index that is written sequentially and only once, in whatever order its keys occur.
 *
 * Entries that are added together form one run: sorted and split into blocks. Small runs are merged into larger
 * ones (mostly `mergedRuns` of a size at a time), and the last ones before they have no room for the next, so that there
 * are never many. A run indexes items, such as events or
 * people, numbered from 0. An entry is one number: a 32-bit hash above the 21-bit number of an item. The caller
 * decides where blocks are stored.
 */

/** The maximum number of items in a run: what 21 bits can count. */
export const runItemsMax = 2 ** 21;
/** A run with this part of the most items is full: it is never merged again. */
const fullPart = 7 / 8;
/** How many runs of similar size are merged into one: two to this power. */
const mergedRunsBits = 3;
const mergedRuns = 2 ** mergedRunsBits;
/** How many of the last runs are considered for a merge. */
export const mergeWindow = 8 * mergedRuns;

/** The entries with a hash: one more than the largest number of an item. */
export const offsetRange = 2 ** 21;

/** The entry of an item with a hash, of which the lowest 32 bits count; `offset` is the number of the item. */
export const entryOf = (hash: number, offset: number): number => (hash >>> 0) * offsetRange + offset;

/** The hash of an entry. */
export const hashOf = (entry: number): number => Math.floor(entry / offsetRange);

/** The index of the first number that is at least `least`; the length if there is none. */
export const firstAtLeast = (sorted: ArrayLike<number>, least: number): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
};

const digitBits = 11;
const digits = 2 ** digitBits;
/** Below this many records, a radix sort is no faster than a comparison sort. */
const fewRecords = 2_000;

/**
 * Sorts records of `width` numbers by their first numbers, with a stable radix sort. First numbers are non-negative
 * integers; only their multiples of `unit`, a power of two, are compared.
 *
 * @param beside memory for as many numbers as the records have, or more, which it uses besides theirs.
 */
export const sortedByFirst = (
  records: Float64Array,
  width: number,
  unit = 1,
  beside: Float64Array = new Float64Array(records.length),
): Float64Array => {
  let most = 0;
  for (let at = 0; at < records.length; at += width) if (records[at]! > most) most = records[at]!;
  let from: Float64Array = records;
  let to: Float64Array = beside.subarray(0, records.length);
  for (let place = unit; place <= most; place *= digits) {
    sortByDigit(from, to, width, 1 / place);
    [from, to] = [to, from];
  }
  return from;
};

/**
 * Writes records to `to`, sorted by one digit of their first numbers, with equal ones in order.
 *
 * @param scale a power of two; multiplied with a number, the digit is the lowest one of the integer part.
 */
const sortByDigit = (from: Float64Array, to: Float64Array, width: number, scale: number): void => {
  const starts = new Uint32Array(digits + 1);
  for (let at = 0; at < from.length; at += width) starts[(((from[at]! * scale) >>> 0) & (digits - 1)) + 1]!++;
  for (let digit = 1; digit < digits; digit++) starts[digit + 1]! += starts[digit]!;
  if (width === 1) {
    // Most of what is sorted are entries: without the loop over fields, this takes half the time.
    for (let at = 0; at < from.length; at++) {
      const entry = from[at]!;
      to[starts[((entry * scale) >>> 0) & (digits - 1)]!++] = entry;
    }
    return;
  }
  for (let at = 0; at < from.length; at += width) {
    const start = starts[((from[at]! * scale) >>> 0) & (digits - 1)]!++ * width;
    for (let field = 0; field < width; field++) to[start + field] = from[at + field]!;
  }
};

/** Sorts entries and removes repetitions. Entries with the same hash must be in the order of their items. */
export const sortedEntries = (entries: Float64Array): Float64Array =>
  distinct(entries.length < fewRecords ? entries.sort() : sortedByFirst(entries, 1, offsetRange));

/** Removes repetitions. Overwrites its argument. */
export const distinct = (sorted: Float64Array): Float64Array => {
  let kept = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[index - 1]) sorted[kept++] = sorted[index]!;
  }
  return sorted.subarray(0, kept);
};

/** Merges both, without repetition. */
export const mergedSorted = (one: Float64Array, other: Float64Array): Float64Array => {
  if (other.length === 0) return one;
  const all = new Float64Array(one.length + other.length);
  for (let at = 0, i = 0, j = 0; at < all.length; at++)
    all[at] = j === other.length || (i < one.length && one[i]! <= other[j]!) ? one[i++]! : other[j++]!;
  return distinct(all);
};

/** Numbers in full blocks and a last one, without copying them. */
export const inBlocks = (numbers: Float64Array, blockNumbers: number): ReadonlyArray<Float64Array> =>
  Array.from({ length: Math.ceil(numbers.length / blockNumbers) }, (_, place) =>
    numbers.subarray(place * blockNumbers, (place + 1) * blockNumbers),
  );

/** Numbers as bytes, without copying them. */
export const toBlob = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Bytes as numbers, without copying them if they are aligned. */
export const fromBlob = (blob: unknown): Float64Array => {
  const bytes = blob as Uint8Array;
  return bytes.byteOffset % 8 === 0
    ? new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
    : new Float64Array(bytes.slice().buffer);
};

/** The size of a run: the power of `mergedRuns` that its number of items has reached. */
const sizeOf = (items: number): number => Math.floor((31 - Math.clz32(items)) / mergedRunsBits);

/**
 * How many of the last runs to merge, given the number of items of each in order, and the most that a run may have; 0 for none.
 *
 * Runs are merged if there are `mergedRuns` of at most some size. The largest of them has at most half of the items, so
 * that each rewriting of an item at least doubles its run. What is more than half of a run is not written until there is no
 * room for more: see `mergeableBefore`.
 */
export const mergeable = (items: ReadonlyArray<number>, most = runItemsMax): number => {
  if (items.length < 2) return 0;
  const largestSize = Math.max(...items.map(sizeOf));
  for (let size = sizeOf(items.at(-1)!); size <= largestSize; size++) {
    const { count, together, largest } = lastOf(items, most, (each) => sizeOf(each) <= size);
    if (count >= mergedRuns && together <= (fullPart * most) / 2 && largest <= together / 2) return count;
  }
  return 0;
};

/**
 * How many of the last runs to merge before another one of `next` items is added; 0 for none.
 *
 * The last runs that fit into one are merged once there is no room among them for the next one. From then on, none of them
 * fits together with all that follow it, so this happens to an item once. So two runs in a row are more than one run can
 * hold, or one of them is full, except among the last ones: there are at most twice as many runs as if all were full,
 * whatever the sizes of batches. Where no batch has more than an eighth of a run, all but the last ones are full.
 */
export const mergeableBefore = (items: ReadonlyArray<number>, next: number, most = runItemsMax): number => {
  const { count, together } = lastOf(items, most, (each) => each < fullPart * most);
  const hasRoom = together + next <= most && next < fullPart * most;
  return hasRoom || count < 2 ? 0 : count;
};

/**
 * How many of the first runs are never merged again: they are full, or too large to fit into one run with all that follow.
 *
 * @param items the number of items of each run in order.
 */
export const settledRuns = (items: ReadonlyArray<number>, most = runItemsMax): number => {
  let together = 0;
  for (let at = items.length - 1; at >= 0; at--) {
    together += items[at]!;
    if (items[at]! >= fullPart * most || together > most) return at + 1;
  }
  return 0;
};

/** The last runs that satisfy the predicate, as many as fit into one run. */
const lastOf = (items: ReadonlyArray<number>, most: number, isWanted: (items: number) => boolean) => {
  let [count, together, largest] = [0, 0, 0];
  for (let at = items.length - 1; at >= 0 && isWanted(items[at]!); at--, count++) {
    if (together + items[at]! > most) break;
    together += items[at]!;
    largest = Math.max(largest, items[at]!);
  }
  return { count, together, largest };
};

/**
 * Finds the items of one run with a hash, in order, as offsets from the first item.
 *
 * @param fences the first entry of each block.
 * @param block reads a block by its index in the run.
 * @param found called with each offset; `false` ends the search.
 * @param from the smallest offset to find.
 */
export const offsetsUnder = (
  hash: number,
  fences: ArrayLike<number>,
  block: (place: number) => Float64Array,
  found: (offset: number) => unknown,
  from = 0,
): void => {
  const zeroth = entryOf(hash, 0);
  const least = zeroth + from;
  const most = zeroth + offsetRange - 1;
  for (let place = Math.max(0, firstAtLeast(fences, least) - 1); place < fences.length; place++) {
    if (fences[place]! > most) break;
    const entries = block(place);
    for (let at = firstAtLeast(entries, least); at < entries.length && entries[at]! <= most; at++)
      if (found(entries[at]! - zeroth) === false) return;
  }
};

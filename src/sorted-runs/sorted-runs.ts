/**
 * Sorted runs: an index that is written once and in order, whatever the order in which its keys turn up.
 *
 * What is added together becomes one run: its entries, sorted, in blocks. Small runs are merged into larger ones, so
 * that there are never many (a log-structured merge of as many runs of a size as `mergedRuns`). What a run counts
 * through, such as events or people, are its items; an entry is one number: a 32-bit hash above 21 bits that count
 * items from the first of the run. Where blocks are kept is for those who use this to say.
 */

/** Items in one run, at the most: what 21 bits can count. */
export const runItemsMax = 2 ** 21;
/** So many runs of a size are merged into one. */
const mergedRuns = 8;
/** Of so many runs it is seen whether they are to be merged. */
export const lookedAtRuns = 8 * mergedRuns;

const offsetRange = 2 ** 21;

/** The entry of an item under a hash, of which the lowest 32 bits count; `offset` is from the first item of the run. */
export const entryOf = (hash: number, offset: number): number => (hash >>> 0) * offsetRange + offset;

/** The hash of an entry. */
export const hashOf = (entry: number): number => Math.floor(entry / offsetRange);

/** The index of the first number that is at least so much. */
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
/** Fewer records than this are sorted no faster digit by digit. */
const fewRecords = 2_000;

/**
 * Sorts records of some numbers each by the first of them: whole numbers that are not negative, of which `unit` (a power
 * of two) and more counts. Equal ones stay in their order. Digit by digit, in a fraction of the time of comparing.
 */
export const sortedByFirst = (records: Float64Array, width: number, unit = 1): Float64Array => {
  let most = 0;
  for (let at = 0; at < records.length; at += width) if (records[at]! > most) most = records[at]!;
  let from: Float64Array = records;
  let to: Float64Array = new Float64Array(records.length);
  for (let place = unit; place <= most; place *= digits) {
    const starts = new Uint32Array(digits + 1);
    for (let at = 0; at < from.length; at += width)
      starts[(((from[at]! / place) >>> 0) & (digits - 1)) + 1]!++;
    for (let digit = 1; digit < digits; digit++) starts[digit + 1]! += starts[digit]!;
    for (let at = 0; at < from.length; at += width) {
      const digit = ((from[at]! / place) >>> 0) & (digits - 1);
      const start = starts[digit]!++ * width;
      for (let field = 0; field < width; field++) to[start + field] = from[at + field]!;
    }
    [from, to] = [to, from];
  }
  return from;
};

/** Entries sorted, each once, given in such an order that those of one hash are in the order of their items. */
export const sortedEntries = (entries: Float64Array): Float64Array =>
  distinct(entries.length < fewRecords ? entries.sort() : sortedByFirst(entries, 1, offsetRange));

/** Each number once; overwrites what it is given. */
export const distinct = (sorted: Float64Array): Float64Array => {
  let kept = 0;
  for (let index = 0; index < sorted.length; index++) {
    if (index === 0 || sorted[index] !== sorted[index - 1]) sorted[kept++] = sorted[index]!;
  }
  return sorted.subarray(0, kept);
};

/** The numbers of both, each once. */
export const mergedSorted = (one: Float64Array, other: Float64Array): Float64Array => {
  if (other.length === 0) return one;
  const all = new Float64Array(one.length + other.length);
  for (let at = 0, i = 0, j = 0; at < all.length; at++)
    all[at] = j === other.length || (i < one.length && one[i]! <= other[j]!) ? one[i++]! : other[j++]!;
  return distinct(all);
};

/** Numbers as bytes, without copying them. */
export const toBlob = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** Bytes as numbers, without copying them where they are aligned. */
export const fromBlob = (blob: unknown): Float64Array => {
  const bytes = blob as Uint8Array;
  return bytes.byteOffset % 8 === 0
    ? new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
    : new Float64Array(bytes.slice().buffer);
};

/**
 * How many of the last runs are to be merged, by the items of each, in order: so many that none is larger than some
 * power of `mergedRuns`, and the largest is no more than half of them, so that what is written again has at least
 * doubled. 0 if none are.
 */
export const mergeable = (items: ReadonlyArray<number>): number => {
  if (items.length < mergedRuns) return 0;
  const sizes = items.map((count) => Math.floor(Math.log(count) / Math.log(mergedRuns)));
  const largestSize = Math.max(...sizes);
  for (let most = sizes.at(-1)!; most <= largestSize; most++) {
    const group = items.slice(sizes.findLastIndex((size) => size > most) + 1);
    const together = group.reduce((sum, count) => sum + count, 0);
    if (group.length >= mergedRuns && together <= runItemsMax && Math.max(...group) <= together / 2)
      return group.length;
  }
  return 0;
};

/** Entries of runs on their way to becoming one. */
export class Merger {
  private readonly parts: Float64Array[] = [];

  /** Takes a block of a run whose first item is the `offset`th of them all. */
  add(block: Float64Array, offset: number): void {
    // Offsets are the low bits of an entry, so they shift by adding.
    this.parts.push(block.map((entry) => entry + offset));
  }

  /** All entries, sorted. */
  sorted(): Float64Array {
    const entries = new Float64Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let filled = 0;
    for (const part of this.parts) {
      entries.set(part, filled);
      filled += part.length;
    }
    return entries.length < fewRecords ? entries.sort() : sortedByFirst(entries, 1, offsetRange);
  }
}

/**
 * Finds the items of one run under a hash, in order, each as its offset from the first.
 *
 * @param fences the first entry of each block.
 * @param block reads a block by its place in the run.
 */
export const offsetsUnder = (
  hash: number,
  fences: ArrayLike<number>,
  block: (place: number) => Float64Array,
  found: (offset: number) => void,
): void => {
  const least = entryOf(hash, 0);
  const most = least + offsetRange - 1;
  for (let place = Math.max(0, firstAtLeast(fences, least) - 1); place < fences.length; place++) {
    if (fences[place]! > most) break;
    const entries = block(place);
    for (let at = firstAtLeast(entries, least); at < entries.length && entries[at]! <= most; at++)
      found(entries[at]! - least);
  }
};

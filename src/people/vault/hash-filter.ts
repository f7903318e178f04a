/**
 * Tells most hashes that nobody has without a look at the index: a bitmap, one bit for each group of hashes.
 */

/** Bits for each number of the index. */
const bitsPerNumberMin = 8;
const bitsMin = 2 ** 20;
/** One bit for each hash: 512 MiB, beyond 67 million people. */
const bitsMax = 2 ** 32;

export class HashFilter {
  /** Beyond this many numbers the filter lets too many hashes through, and should be made anew. */
  readonly numbersMax: number;
  private readonly bits: Uint32Array;
  private readonly shift: number;

  /** @param numbers how many numbers the index has; the filter has room for twice as many. */
  constructor(numbers: number) {
    let count = bitsMin;
    while (count < bitsMax && count < 2 * numbers * bitsPerNumberMin) count *= 2;
    this.numbersMax = count === bitsMax ? Number.POSITIVE_INFINITY : count / bitsPerNumberMin;
    this.bits = new Uint32Array(count / 32);
    this.shift = 32 - Math.log2(count);
  }

  add(hash: number): void {
    const group = hash >>> this.shift;
    this.bits[group >>> 5]! |= 1 << (group & 31);
  }

  /** False only if the hash was never added. */
  mayHave(hash: number): boolean {
    const group = hash >>> this.shift;
    return (this.bits[group >>> 5]! & (1 << (group & 31))) !== 0;
  }
}

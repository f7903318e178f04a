/**
 * Tells most hashes that a run of the index does not have without a look at its blocks: a Bloom filter whose bits for one
 * hash lie in one word, so that a look takes one place of memory. It lets about one of eighty other hashes through.
 */

/** Bits for each number of a run. */
const bitsPerNumber = 12;
const wordBits = 32;

/** Spreads the bits of a hash: the finish of Murmur3, with other constants than those that made the hash. */
const spread = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

export class RunFilter {
  readonly words: Uint32Array;

  /** @param words of a filter that was kept, as many as `wordsFor` says. */
  constructor(words: Uint32Array) {
    this.words = words;
  }

  /** How many words the filter of so many numbers has. */
  static wordsFor(numbers: number): number {
    return Math.ceil((numbers * bitsPerNumber) / wordBits);
  }

  /** An empty filter for so many numbers. */
  static of(numbers: number): RunFilter {
    return new RunFilter(new Uint32Array(RunFilter.wordsFor(numbers)));
  }

  private wordOf(spreadHash: number): number {
    return Math.floor((spreadHash / 2 ** wordBits) * this.words.length);
  }

  /** Four bits of a word. */
  private static bitsOf(hash: number): number {
    const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca77);
    return (
      (1 << (mixed >>> 27)) |
      (1 << ((mixed >>> 22) & 31)) |
      (1 << ((mixed >>> 17) & 31)) |
      (1 << ((mixed >>> 12) & 31))
    );
  }

  add(hash: number): void {
    this.words[this.wordOf(spread(hash))]! |= RunFilter.bitsOf(hash);
  }

  /** False only if the hash was never added. */
  mayHave(hash: number): boolean {
    const bits = RunFilter.bitsOf(hash);
    return (this.words[this.wordOf(spread(hash))]! & bits) === bits;
  }
}

/**
 * Detects most hashes that a run does not contain, without reading its blocks. It is a Bloom filter whose bits for
 * one hash are in one word, so that a lookup reads one place in memory. About one in eighty absent hashes passes.
 */

/** Bits for each number of a run. */
const bitsPerNumber = 12;
const wordBits = 32;

/** Spreads the bits of a hash with the finalizer of Murmur3, with other constants than those of the hash itself. */
const spread = (hash: number): number => {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

/** A blocked Bloom filter over hashes of 32 bits. */
export class RunFilter {
  readonly words: Uint32Array;

  /** @param words the words of a stored filter; `wordsFor` gives their number. */
  constructor(words: Uint32Array) {
    this.words = words;
  }

  /** The number of words in the filter for some numbers. */
  static wordsFor(numbers: number): number {
    return Math.ceil((numbers * bitsPerNumber) / wordBits);
  }

  /** An empty filter for some numbers. */
  static of(numbers: number): RunFilter {
    return new RunFilter(new Uint32Array(RunFilter.wordsFor(numbers)));
  }

  private wordOf(spreadHash: number): number {
    return Math.floor((spreadHash / 2 ** wordBits) * this.words.length);
  }

  /** The four bits of a hash in its word. */
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

  /** Returns false only if the hash was never added. */
  mayHave(hash: number): boolean {
    const bits = RunFilter.bitsOf(hash);
    return (this.words[this.wordOf(spread(hash))]! & bits) === bits;
  }
}

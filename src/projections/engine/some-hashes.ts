/**
 * Some hashes, with two bytes of memory for each: a Bloom filter whose bits for one hash are in one word, so that a lookup
 * reads memory once. About one in 100 of the other hashes passes too.
 */

const bitsOfHash = 16;
const wordBits = 32;

export class SomeHashes {
  private readonly words: Int32Array;
  private readonly wordsOfHash: number;

  /**
   * @param most as many as will be added at most.
   * @param range the hashes are whole numbers below it, a power of two.
   */
  constructor(most: number, range: number) {
    this.words = new Int32Array(Math.max(1, Math.ceil((most * bitsOfHash) / wordBits)));
    this.wordsOfHash = this.words.length / range;
  }

  add(hash: number): void {
    this.words[(hash * this.wordsOfHash) >>> 0]! |= bitsOf(hash);
  }

  /** Returns false only if the hash was never added. */
  may(hash: number): boolean {
    const bits = bitsOf(hash);
    return (this.words[(hash * this.wordsOfHash) >>> 0]! & bits) === bits;
  }

  /** Those from one place in a list up to another that may have been added. */
  among(hashes: Float64Array, from: number, to: number): ReadonlyArray<number> {
    const some: number[] = [];
    for (let at = from; at < to; at++) if (this.may(hashes[at]!)) some.push(hashes[at]!);
    return some;
  }
}

/** Four bits of a word. The leading bits of the hash choose the word, so these depend on its last ones. */
const bitsOf = (hash: number): number => {
  const mixed = Math.imul(hash >>> 0, 0x9e3779b1);
  return (
    (1 << (mixed >>> 27)) |
    (1 << ((mixed >>> 22) & 31)) |
    (1 << ((mixed >>> 17) & 31)) |
    (1 << ((mixed >>> 12) & 31))
  );
};

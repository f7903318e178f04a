/**
 * Some hashes of 32 bits, with two bytes of memory for each: a Bloom filter whose bits for one hash are in one block of 64
 * bytes. About one in 500 of the other hashes passes too.
 *
 * The leading bits of a hash choose its block, so hashes in order are looked up from the filter's beginning to its end. A
 * bitmap of their last bits, which fits into a cache of the processor, tells most others at once where there are few.
 */

const bitsOfHash = 16;
const wordBits = 32;
const blockWords = 16;
const hashRange = 2 ** 32;
const endings = 2 ** 20;

/** Mixes the bits of a hash. */
const mixed = (hash: number, constant: number): number => {
  const once = Math.imul(hash ^ (hash >>> 16), constant);
  return once ^ (once >>> 15);
};

export class SomeHashes {
  private readonly endings = new Uint32Array(endings / wordBits);
  private readonly words: Uint32Array;
  private readonly blocks: number;

  /** @param most as many as will be added at most. */
  constructor(most: number) {
    this.blocks = Math.max(1, Math.ceil((most * bitsOfHash) / (wordBits * blockWords)));
    this.words = new Uint32Array(this.blocks * blockWords);
  }

  private blockOf(hash: number): number {
    return Math.floor((hash / hashRange) * this.blocks) * blockWords;
  }

  add(hash: number): void {
    this.endings[(hash & (endings - 1)) >>> 5]! |= 1 << (hash & 31);
    const block = this.blockOf(hash);
    for (let bits = mixed(hash, 0x9e3779b1), bit = 0; bit < 3; bit++, bits >>>= 9)
      this.words[block + ((bits >>> 5) & 15)]! |= 1 << (bits & 31);
    for (let bits = mixed(hash, 0x85ebca6b), bit = 0; bit < 3; bit++, bits >>>= 9)
      this.words[block + ((bits >>> 5) & 15)]! |= 1 << (bits & 31);
  }

  /** Returns false only if the hash was never added. */
  may(hash: number): boolean {
    if ((this.endings[(hash & (endings - 1)) >>> 5]! & (1 << (hash & 31))) === 0) return false;
    const block = this.blockOf(hash);
    for (let bits = mixed(hash, 0x9e3779b1), bit = 0; bit < 3; bit++, bits >>>= 9)
      if ((this.words[block + ((bits >>> 5) & 15)]! & (1 << (bits & 31))) === 0) return false;
    for (let bits = mixed(hash, 0x85ebca6b), bit = 0; bit < 3; bit++, bits >>>= 9)
      if ((this.words[block + ((bits >>> 5) & 15)]! & (1 << (bits & 31))) === 0) return false;
    return true;
  }
}

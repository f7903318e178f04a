/**
 * Detects most hashes that a run does not contain, without reading its blocks. It is a Bloom filter whose bits for
 * one hash are in one block of 64 bytes, so that a lookup reads one line of the processor's cache. With two bytes for each
 * number, about one in 1,200 absent hashes passes; with one byte, about one in 40.
 *
 * The leading bits of a hash choose its block, so sorted hashes visit blocks in order. Building a filter from sorted
 * hashes, and looking up many, reads memory from its beginning to its end, which is much faster than reading it everywhere.
 */
import { entryOf, firstAtLeast, hashOf } from './sorted-runs.ts';

// What lookups use is not exported: V8 would read an exported constant anew for each hash, which doubles the time.

const wordBits = 32;
/** Words of a block: 512 bits. */
const blockWords = 16;
/** Bits of a block are numbered with this many bits. */
const bitNumberBits = 9;
/** For one hash, three bits are set from each of some mixtures of its bits: of three with two bytes for each number. */
const bitsOfMixture = 3;

/** How many bytes a filter has for each number of a run. */
export type BytesPerNumber = 1 | 2;
/** How many mixtures of a hash it uses. */
const mixturesOf = (bytes: BytesPerNumber): number => bytes + 1;

/** Mixes the bits of a hash with a finalizer of the kind of Murmur3, with other constants than those of the hash. */
const mixtureOf = (hash: number, which: number): number => {
  const started = hash + Math.imul(which, 0x9e3779b1);
  let mixed = Math.imul(started ^ (started >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
};

/** How many hashes are looked up side by side: their blocks fit into the processor's smallest cache. */
const hashesAtOnce = 128;

/** Hashes to look up in several filters. */
export class SoughtHashes {
  /** In ascending order. */
  readonly hashes: Uint32Array;
  readonly firstMixtures: Uint32Array;
  // What filters in memory need while they look them up.
  readonly blocks = new Uint32Array(hashesAtOnce);
  readonly candidates = new Uint32Array(hashesAtOnce + 1);
  /** The indexes that the last filter let pass. */
  readonly passed: Uint32Array;
  /** What was read ahead. Without a use, the reads would be optimised away. */
  read = 0;

  constructor(hashes: Uint32Array) {
    this.hashes = hashes;
    this.firstMixtures = Uint32Array.from(hashes, (hash) => mixtureOf(hash, 0));
    this.passed = new Uint32Array(hashes.length);
  }
}

/** The bit of a block that the lowest bits of a mixture number: 0 or 1. */
const bitAt = (words: Uint32Array, block: number, mixed: number): number =>
  (words[block + ((mixed >>> 5) & (blockWords - 1))]! >>> (mixed & 31)) & 1;

/** Whether the block at a word has the bits of a hash. */
const blockHas = (words: Uint32Array, block: number, hash: number, mixtures: number): boolean => {
  for (let which = 0; which < mixtures; which++) {
    let mixed = mixtureOf(hash, which);
    for (let bit = 0; bit < bitsOfMixture; bit++, mixed >>>= bitNumberBits)
      if (bitAt(words, block, mixed) === 0) return false;
  }
  return true;
};

/** The first word of the block of a hash in a filter with so many blocks. */
const blockOf = (hash: number, blocks: number): number =>
  Math.floor((hash / 2 ** wordBits) * blocks) * blockWords;

/** What looks up hashes in a filter. */
export interface Filter {
  /** Returns false only if the hash was never added. */
  mayHave(hash: number): boolean;
  /** Returns the indexes of the hashes for which `mayHave` is true. The next call overwrites them. */
  passing(sought: SoughtHashes): Uint32Array;
}

/** A filter of two bytes for each number that stays in its file: each lookup reads the words that it needs. */
export class FilterInFile implements Filter {
  private readonly blocks: number;
  private readonly mixtures = mixturesOf(2);
  private readonly slotWords: number;
  private readonly read: (slot: number) => Uint32Array;

  /**
   * @param numbers how many numbers are in the filter.
   * @param slotWords how many words are in a slot.
   * @param read reads a slot, numbered from 0.
   */
  constructor(numbers: number, slotWords: number, read: (slot: number) => Uint32Array) {
    this.blocks = RunFilter.wordsFor(numbers) / blockWords;
    this.slotWords = slotWords;
    this.read = read;
  }

  /** Reads blocks in ascending order, and each slot once. */
  private blocksInOrder(): (firstWord: number) => Uint32Array {
    let last = -1;
    let words: Uint32Array = new Uint32Array(0);
    let lastFirstWord = -1;
    const block = new Uint32Array(blockWords);
    return (firstWord) => {
      if (firstWord === lastFirstWord) return block;
      lastFirstWord = firstWord;
      for (let filled = 0; filled < blockWords; ) {
        const slot = Math.floor((firstWord + filled) / this.slotWords);
        if (slot !== last) [last, words] = [slot, this.read(slot)];
        const start = firstWord + filled - slot * this.slotWords;
        const part = words.subarray(start, Math.min(this.slotWords, start + blockWords - filled));
        block.set(part, filled);
        filled += part.length;
      }
      return block;
    };
  }

  mayHave(hash: number): boolean {
    return blockHas(this.blocksInOrder()(blockOf(hash, this.blocks)), 0, hash, this.mixtures);
  }

  passing({ hashes, passed }: SoughtHashes): Uint32Array {
    const block = this.blocksInOrder();
    let count = 0;
    for (const [at, hash] of hashes.entries())
      if (blockHas(block(blockOf(hash, this.blocks)), 0, hash, this.mixtures)) passed[count++] = at;
    return passed.subarray(0, count);
  }
}

/** A blocked Bloom filter over hashes of 32 bits, in memory. */
export class RunFilter implements Filter {
  readonly words: Uint32Array;
  private readonly blocks: number;
  private readonly mixtures: number;

  /**
   * @param words the words of a stored filter; `wordsFor` gives their number.
   * @param bytesPerNumber as when it was made.
   */
  constructor(words: Uint32Array, bytesPerNumber: BytesPerNumber = 2) {
    this.words = words;
    this.blocks = words.length / blockWords;
    this.mixtures = mixturesOf(bytesPerNumber);
  }

  /** The number of words in the filter for some numbers. */
  static wordsFor(numbers: number, bytesPerNumber: BytesPerNumber = 2): number {
    return Math.ceil((numbers * bytesPerNumber) / (4 * blockWords)) * blockWords;
  }

  /**
   * An empty filter for some numbers. Other threads can use its words too. Only the memory of growable buffers starts at the
   * start of a page; elsewhere most blocks would be in two lines of the cache, and a lookup would take three times as long.
   */
  static of(numbers: number, bytesPerNumber: BytesPerNumber = 2): RunFilter {
    const words = RunFilter.wordsFor(numbers, bytesPerNumber);
    const bytes = words * Uint32Array.BYTES_PER_ELEMENT;
    const memory = new SharedArrayBuffer(bytes, { maxByteLength: bytes });
    return new RunFilter(new Uint32Array(memory, 0, words), bytesPerNumber);
  }

  /** The first word of the block of a hash. */
  private blockOf(hash: number): number {
    return blockOf(hash, this.blocks);
  }

  add(hash: number): void {
    const block = this.blockOf(hash);
    for (let which = 0; which < this.mixtures; which++) {
      let mixed = mixtureOf(hash, which);
      for (let bit = 0; bit < bitsOfMixture; bit++, mixed >>>= bitNumberBits)
        this.words[block + ((mixed >>> 5) & (blockWords - 1))]! |= 1 << (mixed & 31);
    }
  }

  /** Adds the hashes of numbers of a run. */
  addAll(numbers: Float64Array): void {
    for (let at = 0; at < numbers.length; at++) this.add(hashOf(numbers[at]!));
  }

  /** Makes the block of a hash again that was removed from the numbers of the run, which are in order. */
  makeBlockAgain(hash: number, numbers: Float64Array): void {
    const block = this.blockOf(hash);
    this.words.fill(0, block, block + blockWords);
    const isInBlock = (at: number): boolean => this.blockOf(hashOf(numbers[at]!)) === block;
    let at = firstAtLeast(numbers, entryOf(hash, 0));
    while (at > 0 && isInBlock(at - 1)) at--;
    for (; at < numbers.length && isInBlock(at); at++) this.add(hashOf(numbers[at]!));
  }

  mayHave(hash: number): boolean {
    return blockHas(this.words, this.blockOf(hash), hash, this.mixtures);
  }

  passing(sought: SoughtHashes): Uint32Array {
    let passed = 0;
    for (let start = 0; start < sought.hashes.length; start += hashesAtOnce)
      passed = this.passingOf(sought, start, Math.min(sought.hashes.length, start + hashesAtOnce), passed);
    return sought.passed.subarray(0, passed);
  }

  /** Adds the indexes from `start` to `end` after those that already `passed`; returns how many these are then. */
  private passingOf(sought: SoughtHashes, start: number, end: number, passed: number): number {
    const { hashes, firstMixtures, blocks, candidates } = sought;
    const { words } = this;
    // Nothing waits for these reads, so the processor fetches many blocks side by side.
    let read = 0;
    for (let at = start; at < end; at++) {
      const block = this.blockOf(hashes[at]!);
      blocks[at - start] = block;
      read ^= words[block]!;
    }
    sought.read = read;
    // Without a branch that depends on a bit: half of these would be predicted wrongly.
    let count = 0;
    for (let at = start; at < end; at++) {
      const block = blocks[at - start]!;
      const mixed = firstMixtures[at]!;
      const first = bitAt(words, block, mixed);
      const second = bitAt(words, block, mixed >>> bitNumberBits);
      const third = bitAt(words, block, mixed >>> (2 * bitNumberBits));
      candidates[count] = at;
      count += first & second & third;
    }
    for (let each = 0; each < count; each++) {
      const at = candidates[each]!;
      if (this.mayHave(hashes[at]!)) sought.passed[passed++] = at;
    }
    return passed;
  }
}

/** Words of a part of a filter: with a checksum they fill a page of 16 KiB. */
export const partWords = 4_000;

/** A filter whose parts are read when lookups need them. */
export class FilterInParts {
  private readonly blocks: number;
  private readonly mixtures: number;
  private readonly read: (part: number) => Uint32Array | undefined;

  /**
   * @param parts how many parts it has: those of a `RunFilter` whose words were divided into parts of `partWords`.
   * @param read gives the words of a part, numbered from 0; undefined if there is no room to read it.
   */
  constructor(
    parts: number,
    bytesPerNumber: BytesPerNumber,
    read: (part: number) => Uint32Array | undefined,
  ) {
    this.blocks = (parts * partWords) / blockWords;
    this.mixtures = mixturesOf(bytesPerNumber);
    this.read = read;
  }

  /** Returns false only if the hash was never added. */
  mayHave(hash: number): boolean {
    const word = blockOf(hash, this.blocks);
    const part = Math.floor(word / partWords);
    const words = this.read(part);
    return words === undefined || blockHas(words, word - part * partWords, hash, this.mixtures);
  }
}

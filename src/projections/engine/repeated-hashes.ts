/**
 * Which hashes have more than one entry in some sorted runs, found in one pass over them: what takes memory is one block of
 * each run, and those found.
 */
import { hashOf } from '../../sorted-runs/sorted-runs.ts';

const hashes = 2 ** 32;
/** Hashes that are looked at together: a bit for each of them fits into a cache of the processor. */
const hashesAtOnce = 2 ** 22;
/** Words of these bits that are cleared one by one; beyond that, all are. */
const wordsClearedMax = 4_096;

/** A run, read from its beginning. */
class Cursor {
  private readonly blocks: Iterator<Float64Array>;
  private block: Float64Array = new Float64Array(0);
  private at = 0;
  isAtEnd = false;

  constructor(blocks: Iterable<Float64Array>) {
    this.blocks = blocks[Symbol.iterator]();
  }

  /** Tells each hash before one that was not told yet. */
  tellUpTo(end: number, tell: (hash: number) => void): void {
    while (!this.isAtEnd) {
      while (this.at < this.block.length) {
        const hash = hashOf(this.block[this.at]!);
        if (hash >= end) return;
        tell(hash);
        this.at++;
      }
      const { done, value } = this.blocks.next();
      if (done === true) this.isAtEnd = true;
      else [this.block, this.at] = [value, 0];
    }
  }
}

/**
 * The hashes, of 32 bits, that have more than one entry; some may come more than once.
 *
 * @param runs the blocks of each run, in order.
 */
export const repeatedHashes = (runs: ReadonlyArray<Iterable<Float64Array>>): ReadonlyArray<number> => {
  const cursors = runs.map((blocks) => new Cursor(blocks));
  const bits = new Uint32Array(hashesAtOnce / 32);
  const words = new Uint32Array(wordsClearedMax);
  const repeated: number[] = [];
  for (let first = 0; first < hashes && cursors.some(({ isAtEnd }) => !isAtEnd); first += hashesAtOnce) {
    let taken = 0;
    const see = (hash: number): void => {
      const place = hash - first;
      const bit = 1 << (place & 31);
      if ((bits[place >>> 5]! & bit) !== 0) repeated.push(hash);
      else {
        bits[place >>> 5]! |= bit;
        words[taken++ % words.length] = place >>> 5;
      }
    };
    for (const cursor of cursors) cursor.tellUpTo(first + hashesAtOnce, see);
    // Few words are cleared one by one: a small ledger has hardly any.
    if (taken > words.length) bits.fill(0);
    else for (let at = 0; at < taken; at++) bits[words[at]!] = 0;
  }
  return repeated;
};

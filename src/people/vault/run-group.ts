/**
 * Lists the hashes of several runs together, each with the number of its run, so that a lookup reads one or two lines of the
 * processor's cache instead of one for each run, and finds at once in which of the runs the hash is.
 *
 * All hashes with the same leading bits are in one bucket. A bucket is a part of one sorted list, which has the remaining bits
 * of each hash and then the number of its run: 16 bits in all, as many as a filter takes, but no hash that is absent passes.
 */
import { firstAtLeast } from '../../sorted-runs/sorted-runs.ts';

const runBits = 3;
/** The number of runs in a group. */
export const groupedRuns = 2 ** runBits;
/** The bits of a hash that are in the list; the others number its bucket. Eight full runs have 64 hashes for each bucket. */
const listedBits = 13;
/** How many hashes have the same bucket. */
export const bucketHashes = 2 ** listedBits;
const buckets = 2 ** (32 - listedBits);
/** Words before the list: where each bucket starts in it, where the last one ends, and what fills the line of the cache. */
const startWords = buckets + 16;

/** Buckets with more hashes than chance would put there are searched from their middle. */
const evenHashesMax = 512;
/** How many hashes are looked up side by side. */
const hashesAtOnce = 128;

/** What the list has for a hash in a run. */
const listed = (hash: number, run: number): number => (hash & (bucketHashes - 1)) * groupedRuns + run;

/** Where a hash of a bucket is likely to be in the list, since hashes are spread evenly; anywhere in a very large bucket. */
const likelyPlace = (hash: number, start: number, end: number): number =>
  start + (Math.imul(end - start, hash & (bucketHashes - 1)) >>> listedBits);

/**
 * The hashes of a group of runs, in memory that threads share. One thread removes hashes while others look some up, at any
 * moment and on processors that show writes in another order: each hash that stays is found, whichever of the writes to the
 * list are seen, since every place has either its old content or a copy of a neighbour. Where buckets start is written after
 * all of the list, with `Atomics`; and a lookup reads the start of its bucket once, and only then what is from there on.
 */
export class RunGroup {
  readonly words: Uint32Array;
  /** Where each bucket starts in the list. */
  readonly starts: Uint32Array;
  readonly list: Uint16Array;
  /** What was read ahead. Without a use, the reads would be optimised away. */
  read = 0;

  /** @param words the words of a group; `wordsFor` gives their number. */
  constructor(words: Uint32Array) {
    this.words = words;
    this.starts = words.subarray(0, buckets + 1);
    const list = words.subarray(startWords);
    // With its length: without one, each access to growable memory would ask for it.
    this.list = new Uint16Array(list.buffer, list.byteOffset, 2 * list.length);
  }

  /** The number of words for runs with so many numbers together. There is one more place, because a lookup in an empty last bucket reads it. */
  static wordsFor(numbers: number): number {
    return startWords + (numbers >> 1) + 1;
  }

  /** An empty group for some numbers; see `RunFilter.of`. */
  static of(numbers: number): RunGroup {
    const words = RunGroup.wordsFor(numbers);
    const bytes = words * Uint32Array.BYTES_PER_ELEMENT;
    return new RunGroup(new Uint32Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, words));
  }

  /** Calls `found` for each run that has a hash. */
  find(hash: number, found: (run: number) => void): void {
    const place = this.firstPlace(hash);
    if (this.isListed(hash, place)) this.findFrom(place, hash, found);
  }

  /** Calls `found` for each run that has one of these hashes, with the index of the hash. */
  findAll(hashes: Uint32Array, found: (at: number, run: number) => void): void {
    const { list, starts } = this;
    for (let start = 0; start < hashes.length; start += hashesAtOnce) {
      const end = Math.min(hashes.length, start + hashesAtOnce);
      // Nothing waits for these reads, so the processor fetches many lines side by side.
      let read = 0;
      for (let at = start; at < end; at++) {
        const hash = hashes[at]!;
        const from = starts[hash >>> listedBits]!;
        read ^= list[likelyPlace(hash, from, starts[(hash >>> listedBits) + 1]!)]!;
      }
      this.read = read;
      for (let at = start; at < end; at++) {
        const hash = hashes[at]!;
        const place = this.firstPlace(hash);
        if (this.isListed(hash, place)) this.findFrom(place, hash, (run) => found(at, run));
      }
    }
  }

  /** The first place in the bucket of a hash that does not come before the hash. */
  private firstPlace(hash: number): number {
    const { list, starts } = this;
    const least = listed(hash, 0);
    const start = starts[hash >>> listedBits]!;
    const end = starts[(hash >>> listedBits) + 1]!;
    if (end - start > evenHashesMax) return start + firstAtLeast(list.subarray(start, end), least);
    let place = likelyPlace(hash, start, end);
    while (place < end && list[place]! < least) place++;
    while (place > start && list[place - 1]! >= least) place--;
    return place;
  }

  /** Whether the hash is at a place, in whichever run. */
  private isListed(hash: number, place: number): boolean {
    return place < this.starts[(hash >>> listedBits) + 1]! && this.list[place]! < listed(hash, groupedRuns);
  }

  private findFrom(first: number, hash: number, found: (run: number) => void): void {
    const [least, end] = [listed(hash, 0), this.starts[(hash >>> listedBits) + 1]!];
    let before = -1;
    for (let place = first; place < end; place++) {
      const next = this.list[place]!;
      if (next >= least + groupedRuns) return;
      // While a hash is removed, some of its places may still come after the first copies of the next one.
      if (next < least || next === before) continue;
      found(next - least);
      before = next;
    }
  }

  /** Removes a hash of a run: copies of a neighbour replace it. */
  remove(hash: number, run: number): void {
    const { list, starts } = this;
    const bucket = hash >>> listedBits;
    const removed = listed(hash, run);
    const [start, end] = [starts[bucket]!, starts[bucket + 1]!];
    let from = this.firstPlace(hash);
    while (from < end && list[from]! < removed) from++;
    let to = from;
    while (to < end && list[to] === removed) to++;
    if (from === to) return;
    if (from > start) list.fill(list[from - 1]!, from, to);
    else if (to < end) list.fill(list[to]!, from, to);
    else this.giveAway(bucket, from, to);
  }

  /** Gives all places of a bucket to the next one that has any; those of the last one belong to none. */
  private giveAway(bucket: number, from: number, to: number): void {
    const { list, starts } = this;
    let next = bucket + 1;
    while (next < buckets && starts[next + 1] === to) next++;
    list.fill(next < buckets ? list[to]! : 0, from, to);
    for (let each = next; each > bucket; each--) Atomics.store(starts, each, from);
  }
}

/**
 * One sorted run of the vault's index in slots: its numbers in blocks, then its fences (the first number of each
 * block), then its filter, which alone answers most lookups. The fences are in memory, and the filter if it was read.
 */

import { type Filter, FilterInFile, RunFilter, type SoughtHashes } from '../../sorted-runs/run-filter.ts';
import { distinct, firstAtLeast, offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import { filterVersion, type RunRow } from './run-row.ts';
import { type Slots, slotNumbers, slotsFor } from './slots.ts';

/** The writing connection caches runs of up to this size (2 MiB). There are few, and they are merged soon. */
const keptNumbersMax = 2 ** 18;

/** The words of a filter as numbers, two in each, without copying them. */
const numbersOf = ({ words }: RunFilter): Float64Array =>
  new Float64Array(words.buffer, words.byteOffset, words.length / 2);

/** The words in a slot, two in each number. */
const wordsIn = (content: Float64Array): Uint32Array =>
  new Uint32Array(content.buffer, content.byteOffset, 2 * content.length);

/** The slots of a run: of its blocks, of its fences and of its filter. */
const slotsOf = ({ size, slots }: Pick<RunRow, 'size' | 'slots'>) => {
  const blocks = slotsFor(size);
  const fencesEnd = blocks + slotsFor(blocks);
  return {
    ofBlocks: slots.subarray(0, blocks),
    ofFences: slots.subarray(blocks, fencesEnd),
    ofFilter: slots.subarray(fencesEnd),
  };
};

/** Reads blocks with so many numbers. The next one overwrites the last one. */
function* blocksIn(from: Slots, slots: Uint32Array, size: number): Generator<Float64Array> {
  const block = new Float64Array(slotNumbers);
  for (const [place, slot] of slots.entries()) {
    const numbers = block.subarray(0, size - place * slotNumbers);
    from.copy(slot, numbers);
    yield numbers;
  }
}

const fencesIn = (from: Slots, slots: Uint32Array, size: number): Float64Array => {
  const fences: number[] = [];
  for (const block of blocksIn(from, slots, size)) fences.push(block[0]!);
  return Float64Array.from(fences);
};

const filterFor = (from: Slots, slots: Uint32Array, size: number): RunFilter => {
  const filter = RunFilter.of(size);
  for (const block of blocksIn(from, slots, size)) filter.addAll(block);
  return filter;
};

/** A filter that stays in its file. */
const filterInFile = (from: Slots, row: RunRow): FilterInFile => {
  const { ofFilter } = slotsOf(row);
  return new FilterInFile(row.size, 2 * slotNumbers, (place) => wordsIn(from.read(ofFilter[place]!)));
};

/** A run to write: its numbers come in full blocks and a last one, and its filter may be made already. */
export type RunToWrite = [
  first: number,
  entries: number,
  blocks: Iterable<Float64Array>,
  sizeMax: number,
  made?: RunFilter,
];

/** One run of the index, with its fences in memory. */
export class IndexRun {
  readonly row: RunRow;
  private readonly from: Slots;
  private fences: Float64Array;
  private filter: Filter;
  private kept: Float64Array | undefined;

  private constructor(from: Slots, row: RunRow, fences: Float64Array, filter: Filter, kept?: Float64Array) {
    this.from = from;
    this.row = row;
    this.fences = fences;
    this.filter = filter;
    this.kept = kept;
  }

  /**
   * Writes the numbers of the entries from `first` on as a run. If there are fewer numbers than `sizeMax` after all, it takes
   * longer.
   */
  static write(to: Slots, ...[first, entries, blocks, sizeMax, made]: RunToWrite): IndexRun {
    const written: number[] = [];
    const fences = new Float64Array(slotsFor(sizeMax));
    let filter = made ?? RunFilter.of(sizeMax);
    let kept = sizeMax <= keptNumbersMax ? new Float64Array(sizeMax) : undefined;
    let size = 0;
    for (const block of blocks) {
      fences[written.length] = block[0]!;
      if (made === undefined) filter.addAll(block);
      kept?.set(block, size);
      written.push(to.write(block));
      size += block.length;
    }
    if (size < sizeMax) {
      filter = filterFor(to, Uint32Array.from(written), size);
      kept = undefined;
    }
    const fencesWritten = fences.subarray(0, written.length);
    const others = [fencesWritten, numbersOf(filter)].flatMap((part) => to.writeAll(part));
    const row = {
      first,
      entries,
      size,
      slots: Uint32Array.from([...written, ...others]),
      filter: filterVersion,
    };
    return new IndexRun(to, row, fencesWritten, filter, kept);
  }

  /**
   * Reads the fences of a run, and its filter. For a run of an earlier version they are computed from its blocks.
   *
   * @param inMemory whether its filter is read into memory.
   * @param shared the words of its filter, if another thread has them in memory.
   */
  static read(from: Slots, row: RunRow, inMemory: boolean, shared?: Uint32Array): IndexRun {
    const { size } = row;
    const { ofBlocks, ofFences } = slotsOf(row);
    if (row.filter !== filterVersion) {
      const fences = fencesIn(from, ofBlocks, size);
      return new IndexRun(from, row, fences, filterFor(from, ofBlocks, size));
    }
    const fences = new Float64Array(ofBlocks.length);
    from.copyAll(ofFences, fences);
    if (shared?.length === RunFilter.wordsFor(size))
      return new IndexRun(from, row, fences, new RunFilter(shared));
    const run = new IndexRun(from, row, fences, filterInFile(from, row));
    if (inMemory) run.readFilter();
    return run;
  }

  /** The words of its filter, if they are in memory. */
  get words(): Uint32Array | undefined {
    return this.filter instanceof RunFilter ? this.filter.words : undefined;
  }

  /** Uses the words of its filter that another thread has in memory. */
  share(words: Uint32Array): void {
    if (words.length === RunFilter.wordsFor(this.row.size)) this.filter = new RunFilter(words);
  }

  /** Reads its filter from the file from now on. */
  leaveFilterInFile(): void {
    this.filter = filterInFile(this.from, this.row);
  }

  /** Reads its filter into memory. */
  readFilter(): void {
    const filter = RunFilter.of(this.row.size);
    this.from.copyAll(slotsOf(this.row).ofFilter, numbersOf(filter));
    this.filter = filter;
  }

  /** Whether the run is of an earlier version, whose filter cannot be used. */
  get isEarlier(): boolean {
    return this.row.filter !== filterVersion;
  }

  /** The number of its numbers. */
  get size(): number {
    return this.row.size;
  }

  /** Its blocks in order. The next one overwrites the last one. */
  blocks(): Generator<Float64Array> {
    return blocksIn(this.from, slotsOf(this.row).ofBlocks, this.row.size);
  }

  /** The numbers in a block. */
  private block(place: number): Float64Array {
    const { slots, size } = this.row;
    if (this.kept !== undefined) return this.kept.subarray(place * slotNumbers, (place + 1) * slotNumbers);
    return this.from.read(slots[place]!).subarray(0, Math.min(slotNumbers, size - place * slotNumbers));
  }

  /** Copies the numbers of a block to a place. Returns how many these are. */
  copy(place: number, to: Float64Array, at: number): number {
    const length = Math.min(slotNumbers, this.row.size - place * slotNumbers);
    if (this.kept !== undefined) to.set(this.block(place), at);
    else this.from.copy(this.row.slots[place]!, to.subarray(at, at + length));
    return length;
  }

  /** The same, and the block's slot may be written to from then on. */
  take(place: number, to: Float64Array, at: number): number {
    const length = this.copy(place, to, at);
    this.from.freeUp([this.row.slots[place]!]);
    return length;
  }

  /** The slots of its fences and of its filter. */
  get otherSlots(): Uint32Array {
    return this.row.slots.subarray(slotsFor(this.row.size));
  }

  /** Whether its fences and filter follow from its numbers. */
  agrees(): boolean {
    const { ofBlocks, ofFilter } = slotsOf(this.row);
    const fences = fencesIn(this.from, ofBlocks, this.row.size);
    const filter = filterFor(this.from, ofBlocks, this.row.size);
    const stored = this.filter instanceof RunFilter ? this.filter : RunFilter.of(this.row.size);
    if (stored !== this.filter) this.from.copyAll(ofFilter, numbersOf(stored));
    return (
      fences.every((fence, place) => fence === this.fences[place]) &&
      filter.words.every((word, place) => word === stored.words[place])
    );
  }

  /** Calls `found` for the entries with a hash; rarely also for others. */
  under(hash: number, found: (entry: number) => void): void {
    if (this.filter.mayHave(hash)) this.search(hash, found);
  }

  /** The same without asking its filter first. */
  search(hash: number, found: (entry: number) => void): void {
    offsetsUnder(
      hash,
      this.fences,
      (place) => this.block(place),
      (offset) => found(this.row.first + offset),
    );
  }

  /**
   * Calls `found` for the entries with each of these hashes; rarely also for others.
   *
   * @param found called with the index of the hash.
   */
  underAll(sought: SoughtHashes, found: (at: number, entry: number) => void): void {
    for (const at of this.filter.passing(sought))
      this.search(sought.hashes[at]!, (entry) => found(at, entry));
  }

  /** Removes numbers. A neighbouring number replaces each, so that blocks keep their length. */
  remove(removed: ReadonlyArray<number>): void {
    this.kept = undefined;
    for (const number of removed) this.replace(number);
    // A hash that remained in the filter would confirm a guess.
    const { ofBlocks, ofFences, ofFilter } = slotsOf(this.row);
    const filter = filterFor(this.from, ofBlocks, this.row.size);
    if (this.words !== undefined) this.filter = filter;
    this.overwrite(ofFences, this.fences);
    this.overwrite(ofFilter, numbersOf(filter));
  }

  /** Overwrites the slots of numbers, except unchanged ones. */
  private overwrite(slots: Uint32Array, numbers: Float64Array): void {
    for (const [place, slot] of slots.entries()) {
      const block = numbers.subarray(place * slotNumbers, (place + 1) * slotNumbers);
      const before = this.from.read(slot).subarray(0, block.length);
      if (Buffer.compare(bytesIn(block), bytesIn(before)) !== 0) this.from.overwrite(slot, block);
    }
  }

  private replace(number: number): void {
    const { slots } = this.row;
    const start = Math.max(0, firstAtLeast(this.fences, number) - 1);
    const neighbour = this.neighbourOf(number, start);
    if (neighbour === undefined) return;
    for (let place = start; place < this.fences.length && this.fences[place]! <= number; place++) {
      const block = this.block(place).slice();
      const [from, to] = [firstAtLeast(block, number), firstAtLeast(block, number + 1)];
      if (from === to) continue;
      block.fill(neighbour, from, to);
      this.from.overwrite(slots[place]!, block);
      this.fences[place] = block[0]!;
    }
  }

  /** The number before a number, or after it if it is the first. */
  private neighbourOf(number: number, start: number): number | undefined {
    if (this.fences[start]! < number) {
      const block = this.block(start);
      return block[firstAtLeast(block, number) - 1]!;
    }
    for (let place = start; place < this.fences.length; place++) {
      const next = this.block(place).find((other) => other > number);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** Its distinct numbers, to compare them with the entries. */
  content(): Float64Array {
    const numbers = new Float64Array(this.row.size);
    this.from.copyAll(slotsOf(this.row).ofBlocks, numbers);
    return distinct(numbers);
  }
}

const bytesIn = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

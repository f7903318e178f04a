/**
 * One sorted run of the vault's index in slots: its numbers in blocks, then its fences (the first number of each
 * block), then its filter, which alone answers most lookups. The fences are in memory, and the filter if there is room.
 */
import { distinct, firstAtLeast, hashOf, offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import { type Filter, FilterInFile, RunFilter, type SoughtHashes } from './run-filter.ts';
import { filterVersion, type RunRow } from './run-row.ts';
import { type Slots, slotNumbers, slotsFor } from './slots.ts';

/** The writing connection caches runs of up to this size (2 MiB). There are few, and they are merged soon. */
const keptNumbersMax = 2 ** 18;

/** Packs the words of a filter into numbers, two words each. */
const numbersOfWords = (words: Uint32Array): Float64Array => {
  const numbers = new Float64Array(Math.ceil(words.length / 2));
  new Uint32Array(numbers.buffer).set(words);
  return numbers;
};

const filterOf = (numbers: Float64Array): RunFilter => {
  const filter = RunFilter.of(numbers.length);
  for (const number of numbers) filter.add(hashOf(number));
  return filter;
};

const fencesOf = (numbers: Float64Array): Float64Array =>
  Float64Array.from({ length: slotsFor(numbers.length) }, (_, place) => numbers[place * slotNumbers]!);

/** The words in a slot, two in each number. */
const wordsIn = (content: Float64Array): Uint32Array =>
  new Uint32Array(content.buffer, content.byteOffset, 2 * content.length);

/** All words of the filter of a run. */
const storedWords = (from: Slots, { size, slots }: RunRow): Uint32Array => {
  const blocks = slotsFor(size);
  const words = RunFilter.wordsFor(size);
  const packed = from.readAll(slots.subarray(blocks + slotsFor(blocks)), Math.ceil(words / 2));
  return wordsIn(packed).subarray(0, words);
};

/** A filter that stays in its file. */
const filterInFile = (from: Slots, { size, slots }: RunRow): FilterInFile => {
  const blocks = slotsFor(size);
  const first = blocks + slotsFor(blocks);
  return new FilterInFile(size, 2 * slotNumbers, (place) => wordsIn(from.read(slots[first + place]!)));
};

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

  /** Writes the numbers of the entries from `first` on as a run. */
  static write(to: Slots, first: number, entries: number, numbers: Float64Array): IndexRun {
    const [fences, filter] = [fencesOf(numbers), filterOf(numbers)];
    const parts = [numbers, fences, numbersOfWords(filter.words)].map((part) => to.write(part));
    const slots = Uint32Array.from(parts.flatMap((part) => [...part]));
    const kept = numbers.length <= keptNumbersMax ? numbers : undefined;
    const row = { first, entries, size: numbers.length, slots, filter: filterVersion };
    return new IndexRun(to, row, fences, filter, kept);
  }

  /**
   * Reads the fences and the filter of a run. For a run of an earlier version they are computed from its blocks.
   *
   * @param inMemory whether there is room for its filter in memory.
   * @param shared the words of its filter, if another thread has them in memory.
   */
  static read(from: Slots, row: RunRow, inMemory: boolean, shared?: Uint32Array): IndexRun {
    const { slots, size } = row;
    const blocks = slotsFor(size);
    if (row.filter !== filterVersion) {
      const numbers = from.readAll(slots.subarray(0, blocks), size);
      return new IndexRun(from, row, fencesOf(numbers), filterOf(numbers));
    }
    const fenceSlots = slotsFor(blocks);
    const fences = from.readAll(slots.subarray(blocks, blocks + fenceSlots), blocks);
    const words = RunFilter.wordsFor(size);
    if (shared?.length === words) return new IndexRun(from, row, fences, new RunFilter(shared));
    if (!inMemory) return new IndexRun(from, row, fences, filterInFile(from, row));
    const filter = RunFilter.of(size);
    filter.words.set(storedWords(from, row));
    return new IndexRun(from, row, fences, filter);
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

  /** Whether the run is of an earlier version, whose filter cannot be used. */
  get isEarlier(): boolean {
    return this.row.filter !== filterVersion;
  }

  /** The numbers in a block. */
  block(place: number): Float64Array {
    const { slots, size } = this.row;
    if (this.kept !== undefined) return this.kept.subarray(place * slotNumbers, (place + 1) * slotNumbers);
    return this.from.read(slots[place]!).subarray(0, Math.min(slotNumbers, size - place * slotNumbers));
  }

  /** All its numbers. */
  numbers(): Float64Array {
    return this.from.readAll(this.row.slots.subarray(0, slotsFor(this.row.size)), this.row.size);
  }

  /** Whether its fences and filter follow from its numbers. */
  agrees(): boolean {
    const numbers = this.numbers();
    const [fences, { words }] = [fencesOf(numbers), filterOf(numbers)];
    const stored = this.words ?? storedWords(this.from, this.row);
    return (
      fences.every((fence, place) => fence === this.fences[place]) &&
      words.every((word, place) => word === stored[place])
    );
  }

  /** Calls `found` for the entries with a hash; rarely also for others. */
  under(hash: number, found: (entry: number) => void): void {
    if (!this.filter.mayHave(hash)) return;
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
    const { filter, fences } = this;
    const block = (place: number): Float64Array => this.block(place);
    for (const at of filter.passing(sought))
      offsetsUnder(sought.hashes[at]!, fences, block, (offset) => found(at, this.row.first + offset));
  }

  /** Removes numbers. A neighbouring number replaces each, so that blocks keep their length. */
  remove(removed: ReadonlyArray<number>): void {
    this.kept = undefined;
    for (const number of removed) this.replace(number);
    // A hash that remained in the filter would confirm a guess.
    const numbers = this.numbers();
    this.fences = fencesOf(numbers);
    const filter = filterOf(numbers);
    if (this.words !== undefined) this.filter = filter;
    const blocks = slotsFor(this.row.size);
    this.overwrite(blocks, this.fences);
    this.overwrite(blocks + slotsFor(blocks), numbersOfWords(filter.words));
  }

  /** Overwrites the slots of numbers, except unchanged ones. */
  private overwrite(firstPlace: number, numbers: Float64Array): void {
    for (let place = 0; place < slotsFor(numbers.length); place++) {
      const slot = this.row.slots[firstPlace + place]!;
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
    return distinct(this.numbers());
  }
}

const bytesIn = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

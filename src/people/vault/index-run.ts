/**
 * One sorted run of the vault's index as it lies in slots: its numbers in blocks, then the first number of each block
 * (its fences), then its filter. What is asked of most runs is answered by the filter alone; what is kept of a run in
 * memory is the last two.
 */
import { crc32 } from 'node:zlib';
import { distinct, firstAtLeast, hashOf, offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import { RunFilter } from './run-filter.ts';
import { type Slots, slotNumbers, slotsFor } from './slots.ts';

/** Their writer keeps runs of up to this size in memory: 2 MiB. There are few, and they are soon merged. */
const keptNumbersMax = 2 ** 18;

/** What is kept of a run in its row. */
export interface RunRow {
  /** The first entry of the vault that it is over, and how many. */
  readonly first: number;
  readonly entries: number;
  /** How many numbers it has. */
  readonly size: number;
  /** The slots of its blocks, of its fences and of its filter. */
  readonly slots: Uint32Array;
}

const bytesOf = (slots: Uint32Array): Uint8Array =>
  new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength);

/** The row of a run as the file has it, with a checksum. */
export const storedRun = ({ first, entries, size, slots }: RunRow) => {
  const bytes = bytesOf(slots);
  return { first, entries, size, bytes, checksum: crc32(bytes, crc32(`${first} ${entries} ${size}`)) };
};

/** Reads a row; undefined if it is damaged. */
export const runRowIn = (row: Readonly<Record<string, unknown>>): RunRow | undefined => {
  const slots = new Uint32Array(Uint8Array.from(row.slots as Uint8Array).buffer);
  const run = { first: Number(row.first_entry), entries: Number(row.entries), size: Number(row.size), slots };
  return storedRun(run).checksum === row.checksum ? run : undefined;
};

/** Numbers that hold the words of a filter, two to a number. */
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

export class IndexRun {
  readonly row: RunRow;
  private readonly from: Slots;
  private fences: Float64Array;
  private filter: RunFilter;
  private kept: Float64Array | undefined;

  private constructor(
    from: Slots,
    row: RunRow,
    fences: Float64Array,
    filter: RunFilter,
    kept?: Float64Array,
  ) {
    this.from = from;
    this.row = row;
    this.fences = fences;
    this.filter = filter;
    this.kept = kept;
  }

  /** Writes the numbers of entries from one on as a run. */
  static write(to: Slots, first: number, entries: number, numbers: Float64Array): IndexRun {
    const [fences, filter] = [fencesOf(numbers), filterOf(numbers)];
    const parts = [numbers, fences, numbersOfWords(filter.words)].map((part) => to.write(part));
    const slots = Uint32Array.from(parts.flatMap((part) => [...part]));
    const kept = numbers.length <= keptNumbersMax ? numbers : undefined;
    return new IndexRun(to, { first, entries, size: numbers.length, slots }, fences, filter, kept);
  }

  /** Reads the fences and the filter of a run. One of an earlier version has none: they are made of its blocks. */
  static read(from: Slots, row: RunRow): IndexRun {
    const { slots, size } = row;
    const blocks = slotsFor(size);
    if (slots.length === blocks) {
      const numbers = from.readAll(slots, size);
      return new IndexRun(from, row, fencesOf(numbers), filterOf(numbers));
    }
    const fenceSlots = slotsFor(blocks);
    const fences = from.readAll(slots.subarray(blocks, blocks + fenceSlots), blocks);
    const words = RunFilter.wordsFor(size);
    const packed = from.readAll(slots.subarray(blocks + fenceSlots), Math.ceil(words / 2));
    const filter = new RunFilter(new Uint32Array(packed.slice().buffer, 0, words));
    return new IndexRun(from, row, fences, filter);
  }

  /** Whether the run is of an earlier version, without fences and filter of its own. */
  get isBare(): boolean {
    return this.row.slots.length === slotsFor(this.row.size);
  }

  /** Whether its slots are as many as it needs. */
  static isWhole({ size, slots }: RunRow): boolean {
    const blocks = slotsFor(size);
    const further = slotsFor(blocks) + slotsFor(Math.ceil(RunFilter.wordsFor(size) / 2));
    return slots.length === blocks || slots.length === blocks + further;
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

  /** Whether its fences and its filter are those of its numbers. */
  agrees(): boolean {
    const numbers = this.numbers();
    const [fences, { words }] = [fencesOf(numbers), filterOf(numbers)];
    return (
      fences.every((fence, place) => fence === this.fences[place]) &&
      words.every((word, place) => word === this.filter.words[place])
    );
  }

  /** Tells the entries under a hash, and rarely others. */
  under(hash: number, found: (entry: number) => void): void {
    if (!this.filter.mayHave(hash)) return;
    offsetsUnder(
      hash,
      this.fences,
      (place) => this.block(place),
      (offset) => found(this.row.first + offset),
    );
  }

  /** Removes numbers: a neighbour takes the place of each, so that each block keeps its length. */
  remove(removed: ReadonlyArray<number>): void {
    this.kept = undefined;
    for (const number of removed) this.replace(number);
    if (this.isBare) return;
    // What is left of a hash in the filter would tell a guess.
    const numbers = this.numbers();
    this.fences = fencesOf(numbers);
    const before = numbersOfWords(this.filter.words);
    this.filter = filterOf(numbers);
    const blocks = slotsFor(this.row.size);
    this.overwrite(blocks, this.fences);
    this.overwrite(blocks + slotsFor(blocks), numbersOfWords(this.filter.words), before);
  }

  /** Overwrites the slots that hold numbers, but for those that hold the same as before. */
  private overwrite(firstPlace: number, numbers: Float64Array, before?: Float64Array): void {
    for (let place = 0; place < slotsFor(numbers.length); place++) {
      const [start, end] = [place * slotNumbers, (place + 1) * slotNumbers];
      const block = numbers.subarray(start, end);
      if (before !== undefined && Buffer.compare(bytesIn(block), bytesIn(before.subarray(start, end))) === 0)
        continue;
      this.from.overwrite(this.row.slots[firstPlace + place]!, block);
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

  /** The number before a number, or the one after it where it is the first. */
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

  /** Its numbers, each once, to be compared with the entries. */
  content(): Float64Array {
    return distinct(this.numbers());
  }
}

const bytesIn = (numbers: Float64Array): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/**
 * Merges sorted runs (see `sorted-runs.ts`) from their beginning to their end, a few blocks of each at a time. So a merge
 * takes as little memory however large its runs are.
 */
import { distinct, firstAtLeast, offsetRange, sortedByFirst } from './sorted-runs.ts';

/** A run to be merged with others. */
export interface RunToMerge {
  /** The number of its blocks. */
  readonly blocks: number;
  /** The number of its first item in the merged run. */
  readonly offset: number;
  /**
   * Copies the entries of a block to a place, and returns how many these are. Each block is read once, in order. Between two
   * reads, entries may be replaced by copies of the one before them.
   */
  readonly read: (block: number, to: Float64Array, at: number) => number;
}

/** About how many blocks are in memory at a time. With many more, they exceed the processor's cache. */
const blocksAtOnce = 32;

/** The entries of a run that come next, with their items numbered as in the merged run. */
class Window {
  private readonly run: RunToMerge;
  private readonly blockEntries: number;
  private readonly entries: Float64Array;
  private start = 0;
  private end = 0;
  private blocksRead = 0;
  private lastRead = Number.NEGATIVE_INFINITY;

  constructor(run: RunToMerge, blockEntries: number, blocks: number) {
    this.run = run;
    this.blockEntries = blockEntries;
    this.entries = new Float64Array(blocks * blockEntries);
  }

  /** How many entries it can hold. */
  get room(): number {
    return this.entries.length;
  }

  /** Reads blocks as long as there is room for one. */
  fill(): void {
    const { run, entries, blockEntries } = this;
    entries.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
    while (this.blocksRead < run.blocks && this.end + blockEntries <= entries.length) {
      const from = this.end;
      this.end += run.read(this.blocksRead++, entries, from);
      // Offsets are the low bits of an entry, so they shift by adding.
      for (let at = from; at < this.end; at++) entries[at]! += run.offset;
      // The entry of which these are copies may come before others that are read, since these were replaced later.
      for (let at = from; at < this.end && entries[at]! < this.lastRead; at++) entries[at] = this.lastRead;
      this.lastRead = entries[this.end - 1]!;
    }
  }

  /** The first entry; infinite if there are none. */
  get first(): number {
    return this.start === this.end ? Number.POSITIVE_INFINITY : this.entries[this.start]!;
  }

  /** All entries of the run up to this one are here. */
  get last(): number {
    return this.blocksRead === this.run.blocks ? Number.POSITIVE_INFINITY : this.entries[this.end - 1]!;
  }

  /** Moves the entries up to one of them to a place, less a number. Returns the place behind them. */
  take(most: number, less: number, to: Float64Array, at: number): number {
    const { entries } = this;
    const unread = entries.subarray(this.start, this.end);
    const taken = most < Number.POSITIVE_INFINITY ? firstAtLeast(unread, most + 1) : unread.length;
    for (let each = 0; each < taken; each++) to[at + each] = unread[each]! - less;
    this.start += taken;
    return at + taken;
  }
}

/** The entries of the runs in order, without repetitions, in pieces. The next piece overwrites the last one. */
function* merged(runs: ReadonlyArray<RunToMerge>, blockEntries: number): Generator<Float64Array> {
  const blocks = runs.reduce((sum, run) => sum + run.blocks, 0);
  // Each is as much of its run as the others are of theirs, so that they end at about the same hash.
  const windows = runs.map(
    (run) => new Window(run, blockEntries, 1 + Math.ceil((run.blocks * blocksAtOnce) / blocks)),
  );
  const room = windows.reduce((sum, window) => sum + window.room, 0);
  const [taken, sorting] = [new Float64Array(room), new Float64Array(room)];
  let before = -1;
  for (;;) {
    for (const window of windows) window.fill();
    const first = Math.min(...windows.map((window) => window.first));
    if (first === Number.POSITIVE_INFINITY) return;
    const most = Math.min(...windows.map((window) => window.last));
    // The fewer hashes a piece spans, the fewer digits there are to sort by.
    const less = first - (first % offsetRange);
    let length = 0;
    for (const window of windows) length = window.take(most, less, taken, length);
    const piece = distinct(sortedByFirst(taken.subarray(0, length), 1, offsetRange, sorting));
    for (let at = 0; at < piece.length; at++) piece[at]! += less;
    const last = piece.at(-1)!;
    yield piece[0] === before ? piece.subarray(1) : piece;
    before = last;
  }
}

/**
 * Merges runs: their entries in order, without repetitions, in full blocks and a last one. The next block overwrites the last
 * one.
 *
 * @param runs in the order of their items.
 * @param blockEntries how many entries are in a block: at most so many in those that are read, and so many in those returned.
 */
export function* mergedBlocks(
  runs: ReadonlyArray<RunToMerge>,
  blockEntries: number,
): Generator<Float64Array> {
  const block = new Float64Array(blockEntries);
  let filled = 0;
  for (const piece of merged(runs, blockEntries)) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + blockEntries - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < blockEntries) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** Merges runs in memory, a few blocks at a time between requests, so that no batch waits until all of them are merged. */
import { mergedBlocks } from '../../sorted-runs/merging.ts';
import { RunFilter } from '../../sorted-runs/run-filter.ts';
import { firstAtLeast, hashOf } from '../../sorted-runs/sorted-runs.ts';
import type { IndexRun } from './index-run.ts';
import { slotNumbers, slotsFor } from './slots.ts';

/** How many numbers are merged at a time, which takes about ten milliseconds. */
const numbersAtOnce = 100 * slotNumbers;

/** Replaces a number by copies of the one before, or after it if it is the first. Returns whether it was there. */
const replaceIn = (numbers: Float64Array, number: number): boolean => {
  const [from, to] = [firstAtLeast(numbers, number), firstAtLeast(numbers, number + 1)];
  const neighbour = numbers[from - 1] ?? numbers[to];
  if (from === to || neighbour === undefined) return false;
  numbers.fill(neighbour, from, to);
  return true;
};

/** Runs in a row that are being merged into one. The file has them as they were until all are merged. */
export class RunsInMerging {
  readonly runs: ReadonlyArray<IndexRun>;
  private blocks: Iterator<Float64Array> | undefined;
  private numbers = new Float64Array(0);
  private merged = 0;
  private filter: RunFilter | undefined;
  private filtered = 0;
  /** Numbers that were removed from the runs, as they would be merged, while these are being read. */
  private removed: number[] = [];

  constructor(runs: ReadonlyArray<IndexRun>) {
    this.runs = runs;
  }

  /** The merged numbers in order, and their filter; undefined until they are made. */
  get made(): { readonly numbers: Float64Array; readonly filter: RunFilter } | undefined {
    const { numbers, merged, filter, filtered } = this;
    return filter === undefined || filtered < merged
      ? undefined
      : { numbers: numbers.subarray(0, merged), filter };
  }

  /** Merges the next blocks. Call it again until `made` is there. If it throws, the next call begins again. */
  proceed(): void {
    if (this.filter !== undefined) return this.addToFilter(this.filter);
    try {
      this.mergeOn();
    } catch (error) {
      // A generator that has thrown ends at its next call, as if all were merged.
      this.forget();
      throw error;
    }
  }

  private mergeOn(): void {
    this.blocks ??= this.begin();
    for (const end = this.merged + numbersAtOnce; this.merged < end; ) {
      const next = this.blocks.next();
      if (next.done === true) {
        for (const number of this.removed) replaceIn(this.numbers.subarray(0, this.merged), number);
        this.filter = RunFilter.of(this.merged);
        return;
      }
      this.numbers.set(next.value, this.merged);
      this.merged += next.value.length;
    }
  }

  private addToFilter(filter: RunFilter): void {
    const end = Math.min(this.merged, this.filtered + numbersAtOnce);
    filter.addAll(this.numbers.subarray(this.filtered, end));
    this.filtered = end;
  }

  private begin(): Iterator<Float64Array> {
    const first = this.runs[0]!.row.first;
    this.numbers = new Float64Array(this.runs.reduce((sum, { size }) => sum + size, 0));
    const runs = this.runs.map((run) => ({
      blocks: slotsFor(run.size),
      offset: run.row.first - first,
      read: (place: number, to: Float64Array, at: number) => run.copy(place, to, at),
    }));
    return mergedBlocks(runs, slotNumbers);
  }

  /** Takes into account that numbers of a run are removed: blocks that have them may be merged already. */
  remove({ row }: IndexRun, numbers: ReadonlyArray<number>): void {
    if (!this.runs.some((run) => run.row.first === row.first)) return;
    const offset = row.first - this.runs[0]!.row.first;
    for (const number of numbers) {
      const merged = this.numbers.subarray(0, this.merged);
      if (this.filter === undefined) this.removed.push(number + offset);
      else if (replaceIn(merged, number + offset)) this.filter.makeBlockAgain(hashOf(number), merged);
    }
  }

  /** Forgets what is merged so far. */
  private forget(): void {
    this.blocks = undefined;
    this.merged = 0;
    this.filter = undefined;
    this.filtered = 0;
    this.removed = [];
  }
}

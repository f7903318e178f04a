/** Adds runs to the vault's index and merges them, on the connection that writes it. */
import { mergedBlocks } from '../../sorted-runs/merging.ts';
import {
  entryOf,
  inBlocks,
  mergeable,
  mergeableBefore,
  mergeWindow,
  sortedEntries,
} from '../../sorted-runs/sorted-runs.ts';
import type { FiltersInMemory } from './filters-in-memory.ts';
import { IndexRun, type RunToWrite } from './index-run.ts';
import type { RunTable } from './run-table.ts';
import { RunsInMerging } from './runs-in-merging.ts';
import { type Slots, slotNumbers, slotsFor } from './slots.ts';

/** Writes runs. The calls that take all runs change this list; they are made inside a transaction. */
export class RunWriting {
  private readonly slots: Slots;
  private readonly table: RunTable;
  private readonly inMemory: FiltersInMemory;
  private readonly runEntriesMax: number;
  private merging: RunsInMerging | undefined;

  /** @param runEntriesMax how many entries a run has at most. */
  constructor(slots: Slots, table: RunTable, inMemory: FiltersInMemory, runEntriesMax: number) {
    this.slots = slots;
    this.table = table;
    this.inMemory = inMemory;
    this.runEntriesMax = runEntriesMax;
  }

  /** Adds the next entries as a run, or as several if there are too many for one, and merges some of the last runs. */
  add(runs: IndexRun[], hashes: Uint32Array): void {
    for (let start = 0; start < hashes.length; start += 2 * this.runEntriesMax)
      this.addRun(runs, hashes.subarray(start, start + 2 * this.runEntriesMax));
  }

  private addRun(runs: IndexRun[], hashes: Uint32Array): void {
    const last = runs.at(-1)?.row;
    const first = last === undefined ? 1 : last.first + last.entries;
    const added = hashes.length / 2;
    const numbers = Float64Array.from(hashes, (hash, place) => entryOf(hash, place >> 1));
    const before = mergeableBefore(this.sizes(runs), added, this.runEntriesMax);
    if (before > 0) {
      this.finishMerging(runs);
      this.merging = new RunsInMerging(runs.slice(-before));
    }
    const sorted = sortedEntries(numbers);
    this.insert(runs, runs.length, first, added, inBlocks(sorted, slotNumbers), sorted.length);
    while (this.merge(runs, mergeable(this.sizes(runs), this.runEntriesMax))) {
      // Repeats until there are few runs of each size.
    }
  }

  /** The number of entries of each of the last runs, in order, after those that are being merged. */
  private sizes(runs: ReadonlyArray<IndexRun>): ReadonlyArray<number> {
    const last = this.merging?.runs.at(-1)?.row.first ?? 0;
    return runs
      .slice(-mergeWindow)
      .filter(({ row }) => row.first > last)
      .map(({ row }) => row.entries);
  }

  /** Merges so many of the last runs. Returns whether there are any to merge. */
  private merge(runs: IndexRun[], count: number): boolean {
    if (count === 0) return false;
    this.insertMerged(runs, runs.splice(-count));
    return true;
  }

  /** Writes a run, which gets this place among the others. */
  private insert(runs: IndexRun[], place: number, ...written: RunToWrite): void {
    const run = IndexRun.write(this.slots, ...written);
    this.table.insert(run.row);
    if (!this.inMemory.hasRoomFor(run.row, runs)) run.leaveFilterInFile();
    runs.splice(place, 0, run);
  }

  /** Writes one run at the end that has the numbers of some in a row. */
  private insertMerged(runs: IndexRun[], merged: ReadonlyArray<IndexRun>): void {
    const { first, entries, size } = this.free(merged);
    const taken = merged.map((run) => ({
      blocks: slotsFor(run.size),
      offset: run.row.first - first,
      read: (place: number, to: Float64Array, at: number) => run.take(place, to, at),
    }));
    this.insert(runs, runs.length, first, entries, mergedBlocks(taken, slotNumbers), size);
    this.slots.blankFreed();
  }

  /** Frees all slots of runs in a row but those of their blocks. Returns what is in the runs. */
  private free(runs: ReadonlyArray<IndexRun>): { first: number; entries: number; size: number } {
    let [entries, size] = [0, 0];
    for (const { row, otherSlots } of runs) {
      entries += row.entries;
      size += row.size;
      this.table.remove(row.first);
      this.slots.freeUp(otherSlots);
    }
    return { first: runs[0]!.row.first, entries, size };
  }

  /** Merges the next blocks in memory. Returns whether there are runs to merge. */
  proceed(): boolean {
    this.merging?.proceed();
    return this.merging !== undefined;
  }

  /** Whether runs were merged in memory, and are to be written. */
  get hasMerged(): boolean {
    return this.merging?.made !== undefined;
  }

  /** Writes what is merged in memory; first merges what is not yet. */
  finishMerging(runs: IndexRun[]): void {
    const { merging } = this;
    if (merging === undefined) return;
    while (merging.made === undefined) merging.proceed();
    this.merging = undefined;
    const { numbers, filter } = merging.made;
    const { first, entries } = this.free(merging.runs);
    for (const { row } of merging.runs) this.slots.freeUp(row.slots.subarray(0, slotsFor(row.size)));
    const place = runs.findIndex(({ row }) => row.first === first);
    runs.splice(place, merging.runs.length);
    this.insert(runs, place, first, entries, inBlocks(numbers, slotNumbers), numbers.length, filter);
    this.slots.blankFreed();
  }

  /** Call it when numbers are removed from a run. */
  removes(run: IndexRun, numbers: ReadonlyArray<number>): void {
    this.merging?.remove(run, numbers);
  }

  /** Gives up what is merged in memory. Its runs stay as they are. */
  giveUp(): void {
    this.merging = undefined;
  }

  /** The runs, with those of an earlier version written again. */
  upgraded(runs: ReadonlyArray<IndexRun>): IndexRun[] {
    const upgraded: IndexRun[] = [];
    for (const run of runs) {
      if (run.isEarlier) this.insertMerged(upgraded, [run]);
      else upgraded.push(run);
    }
    return upgraded;
  }
}

/**
 * What an index keeps in memory to look up hashes: a filter for each run, or one group for eight runs that are never merged
 * again. What is not in memory is read from the file.
 */

import { RunFilter } from '../../sorted-runs/run-filter.ts';
import { GroupInMaking } from './group-making.ts';
import { GroupedRuns, type Lookup } from './grouped-runs.ts';
import type { IndexRun } from './index-run.ts';
import { groupedRuns, RunGroup } from './run-group.ts';
import type { RunRow } from './run-row.ts';

/**
 * Filters of runs with fewer entries than this part of a full one are always in memory, unless none is: they are few, take one
 * or two MiB each, and are soon merged.
 */
const smallPart = 1 / 8;

/** A filter or a group, in memory that threads share. Its first entry and the number of its entries say of which runs. */
export interface SharedFilter {
  readonly first: number;
  readonly entries: number;
  readonly isGroup: boolean;
  readonly words: Uint32Array;
}

/** How many parts of a group are made at a time, which takes about ten milliseconds. */
const partsAtOnce = 4;
/** A group is made once as many hashes were looked up as this part of its own: making it costs as much as they would have saved. */
const soughtPart = 1 / 16;

/** For so many hashes together most of a filter is read anyway, so it is kept if there is room. */
const manyHashes = 500;

type Runs = ReadonlyArray<IndexRun>;

/** The group of some runs. */
interface GroupOf {
  readonly first: number;
  readonly entries: number;
  readonly group: RunGroup;
}

/** A group that is being made, of some runs. */
interface Making {
  readonly runs: Runs;
  readonly group: GroupInMaking;
}

const idOf = (runs: Runs): Omit<GroupOf, 'group'> => ({
  first: runs[0]!.row.first,
  entries: runs.reduce((sum, { row }) => sum + row.entries, 0),
});

/** The filters and groups of one index. */
export class FiltersInMemory {
  private readonly bytesMax: number;
  private readonly runEntriesMax: number;
  private groups: ReadonlyArray<GroupOf> = [];
  private making: Making | undefined;
  private shared: ReadonlyArray<SharedFilter> = [];
  /** How many hashes were looked up, since the last group could not be made. */
  private sought = 0;

  /**
   * @param bytesMax how much they may take in memory, besides those that another thread shares; 0 to keep none.
   * @param runEntriesMax how many entries a run has at most.
   */
  constructor(bytesMax: number, runEntriesMax: number) {
    this.bytesMax = bytesMax;
    this.runEntriesMax = runEntriesMax;
  }

  /** Whether the filter of a run is always in memory. */
  hasAlways({ entries }: RunRow): boolean {
    return this.bytesMax > 0 && entries < this.runEntriesMax * smallPart;
  }

  /** Whether there is room for the filter of a run, beside those of other runs. */
  hasRoomFor(row: RunRow, runs: Runs): boolean {
    return this.hasAlways(row) || this.hasRoom(RunFilter.wordsFor(row.size), runs);
  }

  private hasRoom(more: number, runs: Runs): boolean {
    let words = more + (this.making?.group.group.words.length ?? 0);
    for (const { group } of this.groups) words += group.words.length;
    for (const run of runs) words += run.words?.length ?? 0;
    return words * Uint32Array.BYTES_PER_ELEMENT <= this.bytesMax;
  }

  /** Call it before hashes are looked up together. */
  lookUp(hashes: number, runs: Runs): void {
    this.sought += hashes;
    if (hashes < manyHashes) return;
    for (const run of runs) if (this.isUnread(run, runs)) run.readFilter();
  }

  /** Whether there is room for the filter of a run that is not in memory, and in no group. */
  private isUnread({ row, words }: IndexRun, runs: Runs): boolean {
    return words === undefined && this.groupWith(row.first) === undefined && this.hasRoomFor(row, runs);
  }

  /** What finds entries in these runs: groups of them, and single ones. */
  lookups(runs: Runs): ReadonlyArray<Lookup> {
    const lookups: Lookup[] = [];
    for (let at = 0; at < runs.length; ) {
      const together = runs.slice(at, at + groupedRuns);
      const group = this.groupOf(together);
      lookups.push(group === undefined ? runs[at]! : new GroupedRuns(group, together));
      at += group === undefined ? 1 : groupedRuns;
    }
    return lookups;
  }

  private groupOf(runs: Runs): RunGroup | undefined {
    if (runs.length < groupedRuns) return undefined;
    const { first, entries } = idOf(runs);
    return this.groups.find((each) => each.first === first && each.entries === entries)?.group;
  }

  /** The group in which an entry is. */
  private groupWith(entry: number): GroupOf | undefined {
    return this.groups.find(({ first, entries }) => first <= entry && entry < first + entries);
  }

  /**
   * Reads the next filter into memory, or makes the next part of a group.
   *
   * @param settled how many of the first runs are never merged again.
   * @returns whether there is more to do.
   */
  prepare(runs: Runs, settled: number): boolean {
    if (this.making === undefined) {
      const unread = runs.find((run) => this.isUnread(run, runs));
      unread?.readFilter();
      if (unread === undefined) this.making = this.begin(runs, settled);
      return unread !== undefined || this.making !== undefined;
    }
    const { making } = this;
    this.making = undefined;
    try {
      if (this.proceed(making)) this.making = making;
    } catch (error) {
      // A group whose runs could not be read to their end lacks people. It is made again, but only once as many hashes were looked
      // up as before: blocks that stay unreadable are not read again and again.
      this.sought = 0;
      throw error;
    }
    return true;
  }

  /** Makes the next parts of a group. Returns whether there are more. */
  private proceed({ runs, group }: Making): boolean {
    for (let part = 0; part < partsAtOnce; part++) {
      if (group.proceed()) continue;
      this.groups = [...this.groups, { ...idOf(runs), group: group.group }];
      for (const run of runs) run.leaveFilterInFile();
      return false;
    }
    return true;
  }

  /** Begins the next group, if there are runs for it, and room. */
  private begin(runs: Runs, settled: number): Making | undefined {
    const at = this.groups.length * groupedRuns;
    if (at + groupedRuns > settled) return undefined;
    const together = runs.slice(at, at + groupedRuns);
    const numbers = together.reduce((sum, { size }) => sum + size, 0);
    if (this.sought < numbers * soughtPart) return undefined;
    const words = RunGroup.wordsFor(numbers);
    const staying = runs.filter(({ row }) => this.hasAlways(row));
    if (!this.hasRoom(words, staying)) return undefined;
    // Its own filters go first, then those of the last runs.
    for (const run of [...together, ...runs.slice(at + groupedRuns).toReversed()]) {
      if (this.hasRoom(words, runs)) break;
      if (!staying.includes(run)) run.leaveFilterInFile();
    }
    return { runs: together, group: new GroupInMaking(together) };
  }

  /** Removes hashes that no entry of their run has any more. */
  remove(removed: ReadonlyArray<{ readonly hash: number; readonly entry: number }>, runs: Runs): void {
    const placeOf = (entry: number, among: Runs): number =>
      among.findLastIndex(({ row }) => row.first <= entry && entry < row.first + row.entries);
    for (const { hash, entry } of removed) {
      const of = this.groupWith(entry);
      const place = placeOf(entry, runs);
      of?.group.remove(hash, place - placeOf(of.first, runs));
      const inMaking = placeOf(entry, this.making?.runs ?? []);
      if (inMaking >= 0) this.making?.group.remove(hash, inMaking);
    }
  }

  /** The words of the filter of a run that another thread has in memory. */
  sharedWords({ first, entries }: RunRow): Uint32Array | undefined {
    return this.shared.find((each) => !each.isGroup && each.first === first && each.entries === entries)
      ?.words;
  }

  /** Uses the filters and the groups of another thread. */
  share(shared: ReadonlyArray<SharedFilter>, runs: Runs): void {
    this.shared = shared;
    this.groups = shared
      .filter(({ isGroup }) => isGroup)
      .map(({ first, entries, words }) => ({ first, entries, group: new RunGroup(words) }));
    for (const run of runs) {
      const words = this.sharedWords(run.row);
      if (words !== undefined) run.share(words);
      // The other thread has dropped its filter, or has changed it because somebody was erased.
      else run.leaveFilterInFile();
    }
  }

  /** Everything in memory, for other threads. */
  forOthers(runs: Runs): ReadonlyArray<SharedFilter> {
    const ofGroups = this.groups.map(({ group, ...id }) => ({ ...id, isGroup: true, words: group.words }));
    const ofRuns = runs.flatMap(({ row: { first, entries }, words }) =>
      words === undefined ? [] : [{ first, entries, isGroup: false, words }],
    );
    return [...ofGroups, ...ofRuns];
  }
}

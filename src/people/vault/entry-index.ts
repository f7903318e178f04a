/**
 * Finds entries of the vault by a hash of the identifier or of the pseudonym. The index consists of sorted runs
 * (see `../../sorted-runs/`), which are stored in slots, each with a filter (`index-run.ts`).
 */
import type { DatabaseSync } from 'node:sqlite';
import { mergedBlocks } from '../../sorted-runs/merging.ts';
import { SoughtHashes } from '../../sorted-runs/run-filter.ts';
import {
  entryOf,
  hashOf,
  inBlocks,
  mergeable,
  mergeableBefore,
  mergeWindow,
  runItemsMax,
  settledRuns,
  sortedByFirst,
  sortedEntries,
} from '../../sorted-runs/sorted-runs.ts';
import { type FilterMemory, FiltersInMemory, type SharedFilter } from './filters-in-memory.ts';
import type { Lookup } from './grouped-runs.ts';
import { IndexRun } from './index-run.ts';
import { isWhole, type RunRow, runRowIn, storedRun } from './run-row.ts';
import { Slots, slotNumbers, slotsFor, slotTable } from './slots.ts';

/** The tables of the index. */
export const indexTables = `
${slotTable}
CREATE TABLE run (
  first_entry INTEGER PRIMARY KEY,
  entries INTEGER NOT NULL,
  size INTEGER NOT NULL,
  slots BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
`;

/** Later additions to them: the version of each run's filter. */
export const filterColumn = 'ALTER TABLE run ADD COLUMN filter INTEGER NOT NULL DEFAULT 1;';

const notAsWritten = 'its index is damaged';

/** How an index is kept. */
export interface IndexOptions extends FilterMemory {
  /** How many entries a run has at most, if not as many as it can. */
  readonly runEntriesMax?: number | undefined;
}

/** The last entry of a run. */
const endOf = (row: RunRow | undefined): number => (row === undefined ? 0 : row.first + row.entries - 1);
const isNext = (row: RunRow, before: RunRow | undefined): boolean => row.first === endOf(before) + 1;

/** The index on one connection: the writing one, or a separate reading one. */
export class EntryIndex {
  private readonly statements;
  private readonly slots: Slots;
  private readonly damage: (what: string) => Error;
  private state: 'unread' | 'changed' | 'loaded' = 'unread';
  private runs: IndexRun[] = [];
  private readonly inMemory: FiltersInMemory;
  private readonly runEntriesMax: number;
  /** What looks up in the runs; undefined if these have changed since. */
  private lookups: ReadonlyArray<Lookup> | undefined;
  /** Removed hashes that no entry of their run has any more, in a transaction that is not committed yet. */
  private removed: { readonly hash: number; readonly entry: number }[] = [];

  /** @param damage creates the error for damage found while reading. */
  constructor(
    database: DatabaseSync,
    damage: (what: string) => Error,
    options: IndexOptions = { bytesMax: 0 },
  ) {
    this.damage = damage;
    this.inMemory = new FiltersInMemory(options);
    this.runEntriesMax = options.runEntriesMax ?? runItemsMax;
    this.slots = new Slots(database, () => damage(notAsWritten));
    this.statements = {
      runs: database.prepare(
        'SELECT first_entry, entries, size, slots, checksum, filter FROM run ORDER BY first_entry',
      ),
      ends: database.prepare('SELECT first_entry, entries FROM run ORDER BY first_entry'),
      one: database.prepare(
        'SELECT first_entry, entries, size, slots, checksum, filter FROM run WHERE first_entry = ?',
      ),
      insertRun: database.prepare(
        'INSERT INTO run (first_entry, entries, size, slots, checksum, filter) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      removeRun: database.prepare('DELETE FROM run WHERE first_entry = ?'),
      last: database.prepare('SELECT coalesce(max(id), 0) AS last FROM entry'),
    };
  }

  /**
   * Reads the list of runs, the fences of each, and the filters of small ones. Others are read from the file until `prepare` has
   * read them, so that a start does not wait for four bytes for each person.
   *
   * @returns what is wrong with the index, if anything.
   */
  load(): string | undefined {
    const rows: RunRow[] = [];
    for (const stored of this.statements.runs.iterate()) {
      const row = runRowIn(stored);
      if (row === undefined || !isNext(row, rows.at(-1)) || !isWhole(row)) return notAsWritten;
      rows.push(row);
    }
    if (this.statements.last.get()!.last !== endOf(rows.at(-1)))
      return 'its index and its entries do not match';
    if (!this.slots.load(usedBy(rows))) return notAsWritten;
    this.runs = [];
    for (const row of rows) this.runs.push(this.read(row));
    this.lookups = undefined;
    this.state = 'loaded';
    return undefined;
  }

  /**
   * Reads the runs that another connection has added since; the others remain. A merge replaces runs by one with more
   * entries. So the first entry and the number of entries identify a run.
   */
  private refresh(): string | undefined {
    const known = new Map(this.runs.map((run) => [run.row.first, run]));
    const runs: IndexRun[] = [];
    for (const { first_entry, entries } of this.statements.ends.all()) {
      const before = known.get(Number(first_entry));
      const run = before?.row.entries === entries ? before : this.readRun(Number(first_entry));
      if (run === undefined || !isNext(run.row, runs.at(-1)?.row)) return notAsWritten;
      runs.push(run);
    }
    if (this.statements.last.get()!.last !== endOf(runs.at(-1)?.row))
      return 'its index and its entries do not match';
    this.runs = runs;
    this.lookups = undefined;
    this.state = 'loaded';
    return undefined;
  }

  private readRun(first: number): IndexRun | undefined {
    const row = runRowIn(this.statements.one.get(first)!);
    return row !== undefined && isWhole(row) ? this.read(row) : undefined;
  }

  private read(row: RunRow): IndexRun {
    return IndexRun.read(this.slots, row, this.inMemory.hasAlways(row), this.inMemory.sharedWords(row));
  }

  /**
   * Reads the next filter into memory, or makes the next part of a group of filters; together that takes seconds, and lookups
   * are right at any time. Returns whether there is more to do.
   */
  prepare(): boolean {
    const runs = this.loaded();
    const entries = runs.map(({ row }) => row.entries);
    const more = this.inMemory.prepare(runs, settledRuns(entries, this.runEntriesMax));
    this.lookups = undefined;
    return more;
  }

  /** The filters in memory, for other threads. */
  filters(): ReadonlyArray<SharedFilter> {
    return this.inMemory.forOthers(this.loaded());
  }

  /** Uses the filters of another thread instead of own ones. */
  share(filters: ReadonlyArray<SharedFilter>): void {
    this.inMemory.share(filters, this.runs);
    this.lookups = undefined;
  }

  /** Call it after a commit: only then may hashes go from memory that other threads share. */
  committed(): void {
    this.inMemory.remove(this.removed, this.runs);
    this.removed = [];
  }

  /** Call it after a rollback: the cached index may be wrong and is read again. */
  rolledBack(): void {
    this.state = 'unread';
    this.runs = [];
    this.removed = [];
  }

  /** Call it when another connection has changed the index. */
  changed(): void {
    if (this.state === 'loaded') this.state = 'changed';
  }

  private loaded(): IndexRun[] {
    if (this.state === 'loaded') return this.runs;
    const fault = this.state === 'changed' ? this.refresh() : this.load();
    if (fault !== undefined) throw this.damage(fault);
    return this.runs;
  }

  private looking(): ReadonlyArray<Lookup> {
    const runs = this.loaded();
    this.lookups ??= this.inMemory.lookups(runs);
    return this.lookups;
  }

  /** The number of entries in the index. */
  get entries(): number {
    return endOf(this.loaded().at(-1)?.row);
  }

  /** The ids of the entries with a hash; rarely also of others. */
  under(hash: number): ReadonlyArray<number> {
    const out: number[] = [];
    for (const each of this.looking()) each.under(hash, (entry) => out.push(entry));
    return out;
  }

  /**
   * Calls `found` for the entries with each of these hashes; rarely also for others. Many hashes together take a
   * fraction of the time: each filter is read from its beginning to its end.
   *
   * @param found called with the index of the hash.
   */
  underAll(hashes: Uint32Array, found: (at: number, entry: number) => void): void {
    const order = sortedByFirst(
      Float64Array.from(hashes, (hash, at) => entryOf(hash, at)),
      1,
    );
    const sought = new SoughtHashes(Uint32Array.from(order, hashOf));
    this.inMemory.lookedUp(hashes.length);
    const placed = (at: number, entry: number): void =>
      found(order[at]! - entryOf(sought.hashes[at]!, 0), entry);
    for (const each of this.looking()) each.underAll(sought, placed);
  }

  /** The numbers of each run, to compare them with the entries. */
  *content(): Iterable<{ readonly first: number; readonly entries: number; readonly numbers: Float64Array }> {
    for (const run of this.loaded()) {
      const { first, entries } = run.row;
      yield { first, entries, numbers: run.content() };
    }
  }

  /** Whether every slot, fence and filter follows from the numbers. */
  agrees(): boolean {
    return this.slots.areIntact() && this.loaded().every((run) => run.agrees());
  }

  private insert(first: number, entries: number, blocks: Iterable<Float64Array>, sizeMax: number): void {
    const run = IndexRun.write(this.slots, first, entries, blocks, sizeMax);
    const { size, bytes, checksum, filter } = storedRun(run.row);
    this.statements.insertRun.run(first, entries, size, bytes, checksum, filter);
    if (!this.inMemory.hasRoomFor(run.row, this.runs)) run.leaveFilterInFile();
    this.runs.push(run);
    this.lookups = undefined;
  }

  /**
   * Writes runs of an earlier version again. Call it inside a transaction; if that is rolled back,
   * call `rolledBack`.
   */
  upgrade(): void {
    const runs = this.loaded();
    if (!runs.some((run) => run.isEarlier)) return;
    this.runs = [];
    for (const run of runs) {
      if (run.isEarlier) this.insertMerged([run]);
      else this.runs.push(run);
    }
  }

  /**
   * Adds the next entries as a run, or as several if there are too many for one, and merges runs if there are enough of one size. Call it inside a transaction;
   * if that is rolled back, call `rolledBack`.
   *
   * @param hashes the two hashes of each entry in sequence: of its identifier and of its pseudonym.
   */
  add(hashes: Uint32Array): void {
    for (let start = 0; start < hashes.length; start += 2 * this.runEntriesMax)
      this.addRun(hashes.subarray(start, start + 2 * this.runEntriesMax));
  }

  private addRun(hashes: Uint32Array): void {
    const first = this.entries + 1;
    const added = hashes.length / 2;
    const numbers = Float64Array.from(hashes, (hash, place) => entryOf(hash, place >> 1));
    this.merge(mergeableBefore(this.sizes(), added, this.runEntriesMax));
    const sorted = sortedEntries(numbers);
    this.insert(first, added, inBlocks(sorted, slotNumbers), sorted.length);
    while (this.merge(mergeable(this.sizes(), this.runEntriesMax))) {
      // Repeats until there are few runs of each size.
    }
  }

  /** The number of entries of each of the last runs, in order. */
  private sizes(): ReadonlyArray<number> {
    return this.runs.slice(-mergeWindow).map((run) => run.row.entries);
  }

  /** Merges so many of the last runs. Returns whether there are any to merge. */
  private merge(count: number): boolean {
    if (count === 0) return false;
    this.insertMerged(this.runs.splice(-count));
    return true;
  }

  /** Writes one run that has the numbers of some in a row, in their place. */
  private insertMerged(runs: ReadonlyArray<IndexRun>): void {
    const { first } = runs[0]!.row;
    let [entries, size] = [0, 0];
    for (const { row, otherSlots } of runs) {
      entries += row.entries;
      size += row.size;
      this.statements.removeRun.run(row.first);
      this.slots.freeUp(otherSlots);
    }
    const merged = runs.map((run) => ({
      blocks: slotsFor(run.row.size),
      offset: run.row.first - first,
      read: (place: number, to: Float64Array, at: number) => run.take(place, to, at),
    }));
    this.insert(first, entries, mergedBlocks(merged, slotNumbers), size);
    this.slots.blankFreed();
  }

  /**
   * Removes hashes of entries. Call it inside a transaction; then call `committed` or `rolledBack`.
   */
  remove(removed: ReadonlyArray<{ readonly hash: number; readonly entry: number }>): void {
    const byRun = new Map<IndexRun, number[]>();
    for (const { hash, entry } of removed) {
      const run = this.runOf(entry);
      const numbers = byRun.get(run) ?? [];
      byRun.set(run, numbers);
      numbers.push(entryOf(hash, entry - run.row.first));
    }
    for (const [run, numbers] of byRun) {
      this.inMemory.giveUp(run);
      run.remove(numbers);
    }
    for (const { hash, entry } of removed) {
      let isStillThere = false;
      this.runOf(entry).search(hash, () => {
        isStillThere = true;
      });
      if (!isStillThere) this.removed.push({ hash, entry });
    }
  }

  private runOf(entry: number): IndexRun {
    return this.loaded().findLast(({ row }) => row.first <= entry)!;
  }
}

function* usedBy(rows: ReadonlyArray<RunRow>): Iterable<number> {
  for (const { slots } of rows) yield* slots;
}

/**
 * Finds entries of the vault by a hash of the identifier or of the pseudonym. The index consists of sorted runs
 * (see `../../sorted-runs/`), which are stored in slots, each with a filter (`index-run.ts`).
 */
import type { DatabaseSync } from 'node:sqlite';
import { SoughtHashes } from '../../sorted-runs/run-filter.ts';
import { entryOf, hashOf, runItemsMax, settledRuns, sortedByFirst } from '../../sorted-runs/sorted-runs.ts';
import { FiltersInMemory, type SharedFilter } from './filters-in-memory.ts';
import type { Lookup } from './grouped-runs.ts';
import { IndexRun } from './index-run.ts';
import { isWhole, type RunRow } from './run-row.ts';
import { RunTable } from './run-table.ts';
import { RunWriting } from './run-writing.ts';
import { Slots } from './slots.ts';

const notAsWritten = 'its index is damaged';

/** How an index is kept. */
export interface IndexOptions {
  /** How much its filters may take in memory, in bytes, besides those that another thread shares; 0 to keep none. */
  readonly bytesMax: number;
  /** How many entries a run has at most, if not as many as it can. */
  readonly runEntriesMax?: number | undefined;
}

/** The last entry of a run. */
const endOf = (row: RunRow | undefined): number => (row === undefined ? 0 : row.first + row.entries - 1);
const isNext = (row: RunRow, before: RunRow | undefined): boolean => row.first === endOf(before) + 1;

/** The index on one connection: the writing one, or a separate reading one. */
export class EntryIndex {
  private readonly table: RunTable;
  private readonly slots: Slots;
  private readonly damage: (what: string) => Error;
  private state: 'unread' | 'changed' | 'loaded' = 'unread';
  private runs: IndexRun[] = [];
  private readonly inMemory: FiltersInMemory;
  private readonly runEntriesMax: number;
  private readonly writing: RunWriting;
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
    this.runEntriesMax = options.runEntriesMax ?? runItemsMax;
    this.inMemory = new FiltersInMemory(options.bytesMax, this.runEntriesMax);
    this.slots = new Slots(database, () => damage(notAsWritten));
    this.table = new RunTable(database);
    this.writing = new RunWriting(this.slots, this.table, this.inMemory, this.runEntriesMax);
  }

  /**
   * Reads the list of runs, the fences of each, and the filters of small ones. Others are read from the file until `prepare` has
   * read them, so that a start does not wait for four bytes for each person.
   *
   * @returns what is wrong with the index, if anything.
   */
  load(): string | undefined {
    const rows: RunRow[] = [];
    for (const row of this.table.rows()) {
      if (row === undefined || !isNext(row, rows.at(-1)) || !isWhole(row)) return notAsWritten;
      rows.push(row);
    }
    if (this.table.lastEntry !== endOf(rows.at(-1))) return 'its index and its entries do not match';
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
    for (const { first, entries } of this.table.ends()) {
      const before = known.get(first);
      const run = before?.row.entries === entries ? before : this.readRun(first);
      if (run === undefined || !isNext(run.row, runs.at(-1)?.row)) return notAsWritten;
      runs.push(run);
    }
    if (this.table.lastEntry !== endOf(runs.at(-1)?.row)) return 'its index and its entries do not match';
    this.runs = runs;
    this.lookups = undefined;
    this.state = 'loaded';
    return undefined;
  }

  private readRun(first: number): IndexRun | undefined {
    const row = this.table.row(first);
    return row !== undefined && isWhole(row) ? this.read(row) : undefined;
  }

  private read(row: RunRow): IndexRun {
    return IndexRun.read(this.slots, row, this.inMemory.hasAlways(row), this.inMemory.sharedWords(row));
  }

  /**
   * Merges the next blocks, reads the next filter into memory, or makes the next part of a group of filters; together that takes seconds, and lookups
   * are right at any time. Returns whether there is more to do.
   */
  prepare(): boolean {
    const runs = this.loaded();
    if (this.writing.proceed()) return true;
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
    this.writing.giveUp();
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
    this.inMemory.lookUp(hashes.length, this.loaded());
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

  /**
   * Writes runs of an earlier version again. Call it inside a transaction; if that is rolled back,
   * call `rolledBack`.
   */
  upgrade(): void {
    this.runs = this.writing.upgraded(this.loaded());
    this.lookups = undefined;
  }

  /**
   * Adds the next entries, and merges runs if there are enough of one size. Runs that make a full one are merged by `prepare`,
   * in memory, and written by `writeMerged`. Call it inside a transaction; if that is rolled back, call `rolledBack`.
   *
   * @param hashes the two hashes of each entry in sequence: of its identifier and of its pseudonym.
   */
  add(hashes: Uint32Array): void {
    this.writing.add(this.loaded(), hashes);
    this.lookups = undefined;
  }

  /** Whether runs were merged in memory, so that `writeMerged` can write them. */
  get hasMerged(): boolean {
    return this.writing.hasMerged;
  }

  /** Writes the run that was merged in memory. Call it inside a transaction; if that is rolled back, call `rolledBack`. */
  writeMerged(): void {
    this.writing.finishMerging(this.loaded());
    this.lookups = undefined;
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
      this.writing.removes(run, numbers);
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

/**
 * Writes sorted runs and merges them (see `../../sorted-runs/`).
 *
 * Each batch of the log becomes one run. Runs never change; small ones are merged into larger ones. Writing
 * sequentially and once is cheap, in whatever order people occur in the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { mergedBlocks, type RunToMerge } from '../../sorted-runs/merging.ts';
import { inBlocks, mergeable, mergeableBefore, mergeWindow, toBlob } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import type { CheckedRows } from './checked-rows.ts';
import { blockEvents, blocksOf, codesIn } from './code-blocks.ts';
import { mergedPostings, type PackedPostings, packPostings } from './posting-columns.ts';
import { concatenated, type ListKey } from './posting-list.ts';
import { FilterWriter } from './run-filters.ts';
import {
  blockEntries,
  checked,
  checksumOfRun,
  damaged,
  free,
  postingsIn,
  type Run,
  runOf,
} from './run-tables.ts';

/**
 * This many entries count as one item of a run, so that events with many people do not make a run seem small. A run has
 * room for four of the largest batches.
 */
const entriesOfItem = 2.3;

/** The number of items that so many events with so many blocks of entries count as. */
const itemsOf = (events: number, blocks: number): number =>
  Math.max(events, (blocks * blockEntries) / entriesOfItem);

/** A batch of events to be written as a run. */
export interface NewRun {
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly events: number;
  /** The position of each event; undefined if they are consecutive from the first one on. */
  readonly positions: Float64Array | undefined;
  /** The code of the kind of each event. */
  readonly codes: Uint32Array;
  /** Sorted, without repetition. */
  readonly entries: Float64Array;
  /** Posting lists by key, each in order of time. */
  readonly lists: ReadonlyMap<ListKey, Float64Array>;
}

/** A run to be written. Its posting lists are made one after another, for they take much memory. */
interface WrittenRun extends Omit<NewRun, 'entries' | 'lists'> {
  /** The entries in blocks, each valid until the next one. */
  readonly blocks: Iterable<Float64Array>;
  /** How many blocks there are at most. */
  readonly blocksMax: number;
  readonly listKeys: Float64Array;
  readonly listOf: (key: ListKey) => PackedPostings;
}

/** Writes runs, within the transactions of its caller. */
export class RunWriter {
  private readonly statements;

  private readonly rows: CheckedRows;
  private readonly filters: FilterWriter;

  /** @param rows the checked rows of the same writer. */
  constructor(database: DatabaseSync, rows: CheckedRows) {
    this.rows = rows;
    this.filters = new FilterWriter(database);
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      run: prepare(
        `INSERT INTO run (after_position, first_position, last_position, events, first_block, last_block, fences, populations, positions, checksum)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      block: prepare('INSERT INTO block (entries, checksum) VALUES (?, ?)'),
      list: prepare('INSERT INTO roll VALUES (?, ?, ?, ?, ?, ?)'),
      codes: prepare('INSERT INTO code_block VALUES (?, ?, ?, ?, ?, ?)'),
      codesOf: prepare('SELECT codes, checksum FROM code_block WHERE run = ? ORDER BY place'),
      removeCodes: prepare('DELETE FROM code_block WHERE run = ?'),
      last: prepare(`SELECT * FROM run ORDER BY first_position DESC LIMIT ${mergeWindow}`),
      sizes: prepare(
        `SELECT events, last_block - first_block + 1 AS blocks FROM run ORDER BY first_position DESC LIMIT ${mergeWindow}`,
      ),
      blockOf: prepare('SELECT entries, checksum FROM block WHERE id = ?'),
      listOf: prepare('SELECT * FROM roll WHERE run = ? AND population = ?'),
      removeRun: prepare('DELETE FROM run WHERE id = ?'),
      removeBlock: prepare('DELETE FROM block WHERE id = ?'),
      removeLists: prepare('DELETE FROM roll WHERE run = ?'),
    };
  }

  /** Writes the events after a position as a run, and merges runs of similar size once there are enough. */
  write(after: number, run: NewRun): void {
    const { lists, entries, ...others } = run;
    const listKeys = Float64Array.from(lists.keys());
    const blocks = inBlocks(entries, blockEntries);
    this.merge(mergeableBefore(this.sizes(), itemsOf(run.events, blocks.length)));
    this.insert(after, {
      ...others,
      blocks,
      blocksMax: blocks.length,
      listKeys,
      listOf: (key) => packPostings(lists.get(key)!),
    });
    while (this.merge(mergeable(this.sizes()))) {
      // Repeats until no size has too many runs.
    }
  }

  /** The number of items of each of the last runs, in order. */
  private sizes(): ReadonlyArray<number> {
    const rows = this.statements.sizes.all().reverse();
    return rows.map(({ events, blocks }) => itemsOf(events as number, blocks as number));
  }

  /** Adds an event of an earlier run under the topic. */
  touchLate(topic: Topic, position: number): void {
    this.rows.add('late_touch', topic, position);
  }

  private insert(afterPosition: number, added: WrittenRun): void {
    const { firstPosition, lastPosition, events, positions, blocks, blocksMax, listKeys, listOf } = added;
    const firsts: number[] = [];
    const filter = this.filters.filterFor(blocksMax);
    let firstBlock = 0;
    let lastBlock = -1;
    for (const block of blocks) {
      lastBlock = Number(this.statements.block.run(toBlob(block), crc32(toBlob(block))).lastInsertRowid);
      if (firsts.length === 0) firstBlock = lastBlock;
      firsts.push(block[0]!);
      filter?.addAll(block);
    }
    const fences = Float64Array.from(firsts);
    const run: Omit<Run, 'id'> = {
      afterPosition,
      firstPosition,
      lastPosition,
      events,
      firstBlock,
      lastBlock,
      fences,
      listKeys,
      positions,
    };
    const { lastInsertRowid } = this.statements.run.run(
      afterPosition,
      firstPosition,
      lastPosition,
      events,
      firstBlock,
      lastBlock,
      toBlob(fences),
      toBlob(listKeys),
      positions === undefined ? null : toBlob(positions),
      checksumOfRun(run),
    );
    if (filter !== undefined) this.filters.write(Number(lastInsertRowid), filter);
    for (const key of listKeys) {
      const packed = listOf(key);
      const [places, subjects] = [toBlob(packed.places), toBlob(packed.subjects)];
      this.statements.list.run(lastInsertRowid, key, places, crc32(places), subjects, crc32(subjects));
    }
    for (const [place, block] of blocksOf(added.codes).entries()) {
      const { present, presentChecksum, codes, checksum } = block;
      this.statements.codes.run(lastInsertRowid, place, present, presentChecksum, codes, checksum);
    }
  }

  private readCodes(run: Run, codes: Uint32Array): void {
    let read = 0;
    for (const row of this.statements.codesOf.all(run.id)) {
      const block = codesIn(row.codes, row.checksum, Math.min(blockEvents, run.events - read));
      codes.set(block, read);
      read += block.length;
    }
    if (read !== run.events) throw damaged('a run');
  }

  /** Merges so many of the last runs. Returns whether there are any to merge. */
  private merge(count: number): boolean {
    if (count === 0) return false;
    const last = this.statements.last.all().slice(0, count).map(runOf).reverse();
    const codes = new Uint32Array(last.reduce((sum, { events }) => sum + events, 0));
    const merged: RunToMerge[] = [];
    let offset = 0;
    for (const run of last) {
      this.readCodes(run, codes.subarray(offset, offset + run.events));
      merged.push({
        blocks: run.fences.length,
        offset,
        read: (block, to, at) => this.takeBlock(run.firstBlock + block, to, at),
      });
      offset += run.events;
      this.statements.removeCodes.run(run.id);
      this.statements.removeRun.run(run.id);
      this.filters.remove(run.id);
    }
    const [firstPosition, lastPosition] = [last[0]!.firstPosition, last.at(-1)!.lastPosition];
    const isDense = lastPosition - firstPosition + 1 === offset;
    this.insert(last[0]!.afterPosition, {
      firstPosition,
      lastPosition,
      events: offset,
      positions: isDense ? undefined : concatenated(last.map(positionsOf)),
      codes,
      blocks: mergedBlocks(merged, blockEntries),
      blocksMax: merged.reduce((sum, { blocks }) => sum + blocks, 0),
      listKeys: Float64Array.from(new Set(last.flatMap(({ listKeys }) => [...listKeys]))),
      listOf: (key) => this.mergedList(key, last),
    });
    for (const run of last) this.statements.removeLists.run(run.id);
    return true;
  }

  /** Copies the entries of a block and removes it. Returns how many these are. */
  private takeBlock(id: number, to: Float64Array, at: number): number {
    const row = this.statements.blockOf.get(id);
    const block = checked('a block', row?.entries ?? new Uint8Array(0), row?.checksum);
    to.set(block, at);
    const { length } = block;
    free(block);
    this.statements.removeBlock.run(id);
    return length;
  }

  private mergedList(key: ListKey, runs: ReadonlyArray<Run>): PackedPostings {
    const parts = runs
      .filter(({ listKeys }) => listKeys.includes(key))
      .map(({ id }) => postingsIn(this.statements.listOf.get(id, key)));
    const merged = mergedPostings(parts);
    for (const { subjects } of parts) free(subjects);
    return merged;
  }
}

const positionsOf = (run: Run): Float64Array =>
  run.positions ?? Float64Array.from({ length: run.events }, (_, index) => run.firstPosition + index);

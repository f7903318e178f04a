/**
 * What the runs of a file of projections contain, regardless of how they were merged: entries, kinds of events and
 * posting lists, each read once in order. Everything read is compared with its checksum, and with what searching it
 * relies on.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FilterInParts } from '../../sorted-runs/run-filter.ts';
import { entryOf, hashOf, runItemsMax } from '../../sorted-runs/sorted-runs.ts';
import { blockEvents, type Codes, codesIn, presentIn } from './code-blocks.ts';
import type { PostingColumns } from './posting-columns.ts';
import type { ListKey } from './posting-list.ts';
import { filterToCompare } from './run-filters.ts';
import { checked, damaged, postingsIn, type Run, runOf } from './run-tables.ts';

/** The hashes of entries have 32 bits. */
const hashes = 2 ** 32;
/** Hashes of one group of entries at most: so many times 32 bits of a position are a safe integer. */
const hashesOfGroupMax = 2 ** 21;
const entriesOfGroup = 4_096;

/** The codes of some events in a row. */
export interface CodesInRow {
  readonly codes: Codes;
  positionOf(index: number): number;
}

/** Reads the entries of a run in order. */
class EntriesOfRun {
  private readonly run: Run;
  private readonly read: (id: number) => Float64Array;
  private readonly filter: FilterInParts | undefined;
  private place = 0;
  private at = 0;
  private last = -1;
  private block: Float64Array = new Float64Array(0);

  constructor(run: Run, read: (id: number) => Float64Array, filter: FilterInParts | undefined) {
    this.run = run;
    this.read = read;
    this.filter = filter;
  }

  /** Passes on each entry before a limit. */
  take(limit: number, use: (entry: number) => void): void {
    for (;;) {
      for (; this.at < this.block.length; this.at++) {
        const entry = this.block[this.at]!;
        if (entry >= limit) return;
        if (entry <= this.last) throw damaged('a block');
        if (this.filter?.mayHave(hashOf(entry)) === false) throw damaged('a filter');
        this.last = entry;
        use(entry);
      }
      if (this.place === this.run.fences.length) return;
      this.block = this.read(this.run.firstBlock + this.place);
      if (this.block[0] !== this.run.fences[this.place]) throw damaged('a block');
      this.place++;
      this.at = 0;
    }
  }
}

/** Numbers without an object for each. */
class Numbers {
  private numbers = new Float64Array(entriesOfGroup);
  private length = 0;

  add(number: number): void {
    if (this.length === this.numbers.length) {
      const before = this.numbers;
      this.numbers = new Float64Array(before.length * 2);
      this.numbers.set(before);
    }
    this.numbers[this.length++] = number;
  }

  /** Takes out all of them, in order. Valid until the next one is added. */
  takeSorted(): Float64Array {
    const sorted = this.numbers.subarray(0, this.length).sort();
    this.length = 0;
    return sorted;
  }
}

/** The contents of the runs of a file, in the snapshot of its connection. */
export class RunContent {
  private readonly database: DatabaseSync;
  private readonly runs: ReadonlyArray<Run>;

  /** @throws ProjectionsDamaged */
  constructor(database: DatabaseSync) {
    this.database = database;
    this.runs = database.prepare('SELECT * FROM run ORDER BY first_position').all().map(runOf);
    let last = 0;
    for (const run of this.runs) {
      if (run.afterPosition !== last) throw damaged('a list of runs');
      last = run.lastPosition;
    }
  }

  /** In how many groups to read about as many entries as this file has. */
  groups(): number {
    const blocks = this.runs.reduce((sum, { fences }) => sum + fences.length, 0);
    const wanted = 2 ** Math.ceil(Math.log2(1 + (blocks * 1_000) / entriesOfGroup));
    return Math.min(hashes / 2, Math.max(hashes / hashesOfGroupMax, wanted));
  }

  /**
   * The entries in groups of consecutive hashes, as sorted numbers of a hash and a position, possibly repeated. A group is
   * valid until the next one is read.
   */
  *entries(groups: number): Generator<Float64Array> {
    const select = this.database.prepare('SELECT entries, checksum FROM block WHERE id = ?');
    const read = (id: number): Float64Array => {
      const row = select.get(id);
      return checked('a block', row?.entries ?? new Uint8Array(0), row?.checksum);
    };
    const cursors = this.runs.map((run) => ({
      run,
      entries: new EntriesOfRun(run, read, filterToCompare(this.database, run)),
    }));
    const late = this.lateTouches();
    const group = new Numbers();
    for (let [number, at] = [0, 0]; number < groups; number++) {
      const first = (hashes / groups) * number;
      const end = first + hashes / groups;
      for (const { run, entries } of cursors) {
        const { positions, firstPosition, events } = run;
        entries.take(entryOf(end - 1, runItemsMax), (entry) => {
          const hash = hashOf(entry);
          const offset = entry - entryOf(hash, 0);
          if (offset >= events) throw damaged('a block');
          const position = positions === undefined ? firstPosition + offset : positions[offset]!;
          group.add((hash - first) * hashes + position);
        });
      }
      for (; at < late.length && late[at]!.hash < end; at++)
        group.add((late[at]!.hash - first) * hashes + late[at]!.position);
      yield group.takeSorted();
    }
  }

  private lateTouches(): ReadonlyArray<{ readonly hash: number; readonly position: number }> {
    return this.database
      .prepare('SELECT topic, position FROM late_touch')
      .all()
      .map(({ topic, position }) => ({ hash: Number(topic) >>> 0, position: Number(position) }))
      .sort((a, b) => a.hash - b.hash);
  }

  /** The codes of the kinds of all events, in log order. */
  *codes(): Generator<CodesInRow> {
    const select = this.database.prepare('SELECT * FROM code_block WHERE run = ? ORDER BY place');
    for (const { id, events, firstPosition, positions } of this.runs) {
      let read = 0;
      for (const row of select.iterate(id)) {
        const codes = codesIn(row.codes, row.checksum, Math.min(blockEvents, events - read));
        const present = new Set(presentIn(row.present, row.present_checksum));
        const distinct = new Set<number>(codes);
        if (present.size !== distinct.size || ![...distinct].every((code) => present.has(code)))
          throw damaged('kinds of events');
        const first = read;
        yield {
          codes,
          positionOf: (index) =>
            positions === undefined ? firstPosition + first + index : positions[first + index]!,
        };
        read += codes.length;
      }
      if (read !== events) throw damaged('kinds of events');
    }
  }

  /** The posting lists, run by run; each is in order of time. */
  *lists(): Generator<readonly [ListKey, PostingColumns]> {
    const select = this.database.prepare('SELECT * FROM roll WHERE run = ? AND population = ?');
    for (const { id, listKeys } of this.runs)
      for (const key of listKeys) {
        const list = postingsIn(select.get(id, key));
        for (let group = 1; group < list.groups; group++)
          if (list.times[group]! < list.times[group - 1]!) throw damaged('a posting list');
        yield [key, list];
      }
  }
}

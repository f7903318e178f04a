/**
 * The index from topics to events, as sorted runs (see `../sorted-runs/`).
 *
 * A page of the log becomes one run. Runs never change; small ones are merged into larger ones. What is written once
 * and in order is cheap to write, whatever the order in which people turn up in the log.
 *
 * Two topics with one hash cost a question some events that do not concern it, and never change an answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  fromBlob,
  lookedAtRuns,
  Merger,
  mergeable,
  offsetsUnder,
  sortedByFirst,
  toBlob,
} from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topics.ts';
import { ProjectionsDamaged } from './damage.ts';

/** Entries in one block: two of them fit on a page of 16 KiB. */
const blockEntries = 1_000;
/** Blocks of runs kept decoded in memory by a reader. */
const cachedBlocksMax = 16_384;

/** Bytes of rolls kept in memory by a reader: those of ten million enrolments. */
const cachedRollBytesMax = 256 * 1_024 * 1_024;

/**
 * The tables of the runs. A flipped bit is found when what holds it is read: checksums are over the rest of a row, and
 * a run says which blocks and rolls it has and what comes before it, so that none can be missing.
 */
export const runTables = `
  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    after_position INTEGER NOT NULL, -- the last one of the run before
    first_position INTEGER NOT NULL, last_position INTEGER NOT NULL, events INTEGER NOT NULL,
    first_block INTEGER NOT NULL, last_block INTEGER NOT NULL,
    fences BLOB NOT NULL, -- the first entry of each block
    populations BLOB NOT NULL, -- that have a roll
    positions BLOB, -- of each event, where they are not all the numbers from the first on
    checksum INTEGER NOT NULL
  );
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, entries BLOB NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE roll (run INTEGER NOT NULL, population INTEGER NOT NULL, enrolments BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (run, population));
  -- Topics of events that an event of a later run gave them.
  CREATE TABLE late_touch (topic INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (topic, position)) WITHOUT ROWID;
`;

/** An enrolment in a population as it was recorded: three numbers, of which the last is the hash of the subject. */
export const enrolmentWidth = 3;

/** In place of a population: movements, copies and backups by valid time, as recorded and as corrected. */
export const movementsRoll = Number.MIN_SAFE_INTEGER;

/** The events of a stretch of the log on their way to becoming a run. */
export interface NewRun {
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly events: number;
  /** Of each event; none where they are all the numbers from the first on. */
  readonly positions: Float64Array | undefined;
  /** Sorted, each once. */
  readonly entries: Float64Array;
  /** Enrolments by population, in the order of their time. */
  readonly rolls: ReadonlyMap<number, Float64Array>;
}

/** Enrolments in the order of their time, given in log order or as several such orders after one another. */
export const byTime = (roll: Float64Array): Float64Array => {
  let least = Number.POSITIVE_INFINITY;
  let isSorted = true;
  for (let at = 0; at < roll.length; at += enrolmentWidth) {
    if (roll[at]! < least) least = roll[at]!;
    if (at > 0 && roll[at]! < roll[at - enrolmentWidth]!) isSorted = false;
  }
  if (isSorted) return roll;
  const fromLeast = roll.map((number, at) => (at % enrolmentWidth === 0 ? number - least : number));
  return sortedByFirst(fromLeast, enrolmentWidth).map((number, at) =>
    at % enrolmentWidth === 0 ? number + least : number,
  );
};

/** One after the other. */
export const joined = (parts: ReadonlyArray<Float64Array>): Float64Array => {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
};

const damaged = (what: string): ProjectionsDamaged =>
  new ProjectionsDamaged(`the projections hold ${what} that is not as it was written`);

/** The numbers of a blob. */
const checked = (what: string, blob: unknown, checksum: unknown): Float64Array => {
  const bytes = blob as Uint8Array;
  if (bytes.length % 8 !== 0 || crc32(bytes) !== checksum) throw damaged(what);
  return fromBlob(bytes);
};

interface Run {
  readonly id: number;
  readonly afterPosition: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly events: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** The first entry of each block. */
  readonly fences: Float64Array;
  readonly populations: Float64Array;
  /** None where they are all the numbers from the first on. */
  readonly positions: Float64Array | undefined;
}

const checksumOfRun = (run: Omit<Run, 'id'>): number => {
  const { afterPosition, firstPosition, lastPosition, events, firstBlock, lastBlock } = run;
  const numbers = [afterPosition, firstPosition, lastPosition, events, firstBlock, lastBlock];
  return [
    Float64Array.from(numbers),
    run.fences,
    run.populations,
    run.positions ?? new Float64Array(0),
  ].reduce((checksum, part) => crc32(toBlob(part), checksum), 0);
};

const runOf = (row: Record<string, unknown>): Run => {
  const run = {
    id: row.id as number,
    afterPosition: row.after_position as number,
    firstPosition: row.first_position as number,
    lastPosition: row.last_position as number,
    events: row.events as number,
    firstBlock: row.first_block as number,
    lastBlock: row.last_block as number,
    fences: fromBlob(row.fences),
    populations: fromBlob(row.populations),
    positions: row.positions === null ? undefined : fromBlob(row.positions),
  };
  if (checksumOfRun(run) !== row.checksum) throw damaged('a run');
  return run;
};

/** Writes runs, within the transaction of its caller. */
export class RunWriter {
  private readonly statements;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      run: prepare(
        `INSERT INTO run (after_position, first_position, last_position, events, first_block, last_block, fences, populations, positions, checksum)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      block: prepare('INSERT INTO block (entries, checksum) VALUES (?, ?)'),
      roll: prepare('INSERT INTO roll VALUES (?, ?, ?, ?)'),
      last: prepare(`SELECT * FROM run ORDER BY first_position DESC LIMIT ${lookedAtRuns}`),
      sizes: prepare(`SELECT events FROM run ORDER BY first_position DESC LIMIT ${lookedAtRuns}`),
      blocks: prepare('SELECT entries, checksum FROM block WHERE id BETWEEN ? AND ? ORDER BY id'),
      rolls: prepare('SELECT population, enrolments, checksum FROM roll WHERE run = ?'),
      late: prepare('INSERT OR IGNORE INTO late_touch VALUES (?, ?)'),
      removeRun: prepare('DELETE FROM run WHERE id = ?'),
      removeBlocks: prepare('DELETE FROM block WHERE id BETWEEN ? AND ?'),
      removeRolls: prepare('DELETE FROM roll WHERE run = ?'),
    };
  }

  /** Writes what comes after a position as a run, and merges where so many of its size have come together. */
  write(after: number, run: NewRun): void {
    this.insert(after, run);
    while (this.merge()) {
      // Until no size has too many.
    }
  }

  /** An event of an earlier run is found under the topic too. */
  touchLate(topic: Topic, position: number): void {
    this.statements.late.run(topic, position);
  }

  private insert(afterPosition: number, added: NewRun): void {
    const { firstPosition, lastPosition, events, positions, entries, rolls } = added;
    const fences = new Float64Array(Math.ceil(entries.length / blockEntries));
    let firstBlock = 0;
    let lastBlock = -1;
    for (let at = 0; at < entries.length; at += blockEntries) {
      const block = entries.subarray(at, at + blockEntries);
      lastBlock = Number(this.statements.block.run(toBlob(block), crc32(toBlob(block))).lastInsertRowid);
      if (at === 0) firstBlock = lastBlock;
      fences[at / blockEntries] = block[0]!;
    }
    const run: Omit<Run, 'id'> = {
      afterPosition,
      firstPosition,
      lastPosition,
      events,
      firstBlock,
      lastBlock,
      fences,
      populations: Float64Array.from(rolls.keys()),
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
      toBlob(run.populations),
      positions === undefined ? null : toBlob(positions),
      checksumOfRun(run),
    );
    for (const [population, roll] of rolls)
      this.statements.roll.run(lastInsertRowid, population, toBlob(roll), crc32(toBlob(roll)));
  }

  private merge(): boolean {
    const sizes = this.statements.sizes.all().map((row) => row.events as number);
    const count = mergeable(sizes.reverse());
    if (count === 0) return false;
    const last = this.statements.last.all().slice(0, count).map(runOf).reverse();
    const merger = new Merger();
    const rolls = new Map<number, Float64Array[]>();
    let offset = 0;
    for (const run of last) {
      for (const row of this.statements.blocks.iterate(run.firstBlock, run.lastBlock))
        merger.add(checked('a block', row.entries, row.checksum), offset);
      for (const row of this.statements.rolls.all(run.id)) {
        const population = row.population as number;
        const roll = rolls.get(population) ?? [];
        rolls.set(population, roll);
        roll.push(checked('a roll', row.enrolments, row.checksum));
      }
      offset += run.events;
      this.statements.removeBlocks.run(run.firstBlock, run.lastBlock);
      this.statements.removeRolls.run(run.id);
      this.statements.removeRun.run(run.id);
    }
    const [firstPosition, lastPosition] = [last[0]!.firstPosition, last.at(-1)!.lastPosition];
    const isDense = lastPosition - firstPosition + 1 === offset;
    this.insert(last[0]!.afterPosition, {
      firstPosition,
      lastPosition,
      events: offset,
      positions: isDense ? undefined : joined(last.map(positionsOf)),
      entries: merger.sorted(),
      rolls: new Map([...rolls].map(([population, parts]) => [population, byTime(joined(parts))])),
    });
    return true;
  }
}

const positionsOf = (run: Run): Float64Array =>
  run.positions ?? Float64Array.from({ length: run.events }, (_, index) => run.firstPosition + index);

/** Reads runs. One instance a connection that reads. */
export class RunReader {
  private readonly statements: Readonly<
    Record<'ids' | 'run' | 'block' | 'roll' | 'late' | 'anyLate' | 'count', StatementSync>
  >;
  private readonly open = new Map<number, Run>();
  private readonly blocks = new Map<number, Float64Array>();
  private readonly cachedRolls = new Map<string, Float64Array>();
  private cachedRollBytes = 0;
  private current: ReadonlyArray<Run> = [];
  private hasLateTouches = false;

  constructor(database: DatabaseSync) {
    this.statements = {
      ids: database.prepare('SELECT id FROM run ORDER BY first_position'),
      run: database.prepare('SELECT * FROM run WHERE id = ?'),
      block: database.prepare('SELECT entries, checksum FROM block WHERE id = ?'),
      count: database.prepare('SELECT sum(events) AS events FROM run'),
      late: database.prepare(
        'SELECT position FROM late_touch WHERE topic = ? AND position > ? AND position <= ?',
      ),
      anyLate: database.prepare('SELECT 1 FROM late_touch LIMIT 1'),
      roll: database.prepare('SELECT enrolments, checksum FROM roll WHERE run = ? AND population = ?'),
    };
  }

  /** Sees the runs as they are in the snapshot that its connection now reads, which must end at the checkpoint. */
  refresh(checkpoint: number): void {
    this.current = this.statements.ids.all().map((row) => {
      const id = row.id as number;
      return this.open.get(id) ?? runOf(this.statements.run.get(id)!);
    });
    let last = 0;
    for (const run of this.current) {
      if (run.afterPosition !== last) throw damaged('a list of runs');
      last = run.lastPosition;
    }
    if (last !== checkpoint) throw damaged('a list of runs');
    this.open.clear();
    for (const run of this.current) this.open.set(run.id, run);
    this.hasLateTouches = this.statements.anyLate.get() !== undefined;
  }

  /** How many events the runs are made of. */
  events(): number {
    return Number(this.statements.count.get()?.events ?? 0);
  }

  private block(run: Run, place: number): Float64Array {
    const id = run.firstBlock + place;
    const cached = this.blocks.get(id);
    if (cached !== undefined) return cached;
    const row = this.statements.block.get(id);
    const entries = checked('a block', row?.entries ?? new Uint8Array(0), row?.checksum);
    if (entries[0] !== run.fences[place]) throw damaged('a block');
    if (this.blocks.size >= cachedBlocksMax) this.blocks.clear();
    this.blocks.set(id, entries);
    return entries;
  }

  /** The positions of events under a topic after one and up to another, in log order; the first of them at least. */
  positions(topic: Topic, after: number, upTo: number, limit = Number.POSITIVE_INFINITY): number[] {
    const out: number[] = [];
    for (const run of this.current) {
      if (run.lastPosition <= after || run.firstPosition > upTo) continue;
      if (out.length >= limit) break;
      const block = (place: number): Float64Array => this.block(run, place);
      offsetsUnder(topic, run.fences, block, (offset) => {
        const position = run.positions === undefined ? run.firstPosition + offset : run.positions[offset]!;
        if (position > after && position <= upTo) out.push(position);
      });
    }
    const late = this.hasLateTouches ? this.statements.late.all(topic, after, upTo) : [];
    if (late.length === 0) return out;
    return [...new Set([...out, ...late.map((row) => row.position as number)])].sort((a, b) => a - b);
  }

  private roll(run: Run, population: number): Float64Array {
    const key = `${run.id} ${population}`;
    const cached = this.cachedRolls.get(key);
    if (cached !== undefined) return cached;
    const row = this.statements.roll.get(run.id, population);
    const roll = checked('a roll', row?.enrolments ?? new Uint8Array(0), row?.checksum);
    if (this.cachedRollBytes + roll.byteLength > cachedRollBytesMax) {
      this.cachedRolls.clear();
      this.cachedRollBytes = 0;
    }
    this.cachedRolls.set(key, roll);
    this.cachedRollBytes += roll.byteLength;
    return roll;
  }

  /** Enrolments in a population as recorded, by run in log order, within a run by time; see `enrolmentWidth`. */
  rolls(
    population: number,
  ): ReadonlyArray<{ readonly enrolments: Float64Array; readonly lastPosition: number }> {
    return this.current
      .filter((run) => run.populations.includes(population))
      .map((run) => ({ enrolments: this.roll(run, population), lastPosition: run.lastPosition }));
  }

  /** All enrolments of runs that reach beyond a position. */
  *rollsAfter(
    position: number,
  ): Iterable<{ population: number; enrolments: Float64Array; lastPosition: number }> {
    for (const run of this.current) {
      if (run.lastPosition <= position) continue;
      for (const population of run.populations) {
        if (population === movementsRoll) continue;
        yield { population, enrolments: this.roll(run, population), lastPosition: run.lastPosition };
      }
    }
  }
}

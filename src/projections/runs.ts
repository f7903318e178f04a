/**
 * The index from topics to events, as sorted runs (see `../sorted-runs/`).
 *
 * A page of the log becomes one run. Runs never change; small ones are merged into larger ones. What is written once
 * and in order is cheap to write, whatever the order in which people turn up in the log.
 *
 * Two topics with one hash cost a question some events that do not concern it, and never change an answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  distinct,
  entryOf,
  firstAtLeast,
  fromBlob,
  lookedAtRuns,
  Merger,
  mergeable,
  offsetsUnder,
  toBlob,
} from '../sorted-runs/sorted-runs.ts';
import type { Topic } from './topics.ts';

/** Entries in one block: 8 KiB. */
const blockEntries = 1_024;
/** Blocks of runs kept decoded in memory by a reader. */
const cachedBlocksMax = 16_384;

/** The tables of the runs. */
export const runTables = `
  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    first_position INTEGER NOT NULL, last_position INTEGER NOT NULL, events INTEGER NOT NULL,
    first_block INTEGER NOT NULL, last_block INTEGER NOT NULL,
    positions BLOB -- of each event, where they are not all the numbers from the first on
  );
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, first REAL NOT NULL, entries BLOB NOT NULL);
  CREATE TABLE roll (run INTEGER NOT NULL, population INTEGER NOT NULL, enrolments BLOB NOT NULL, PRIMARY KEY (run, population));
  -- Topics of events that an event of a later run gave them.
  CREATE TABLE late_touch (topic INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (topic, position)) WITHOUT ROWID;
`;

/** An enrolment in a population as it was recorded: three numbers, of which the last is the hash of the subject. */
export const enrolmentWidth = 3;

/** A page of the log on its way to becoming a run. */
export class RunBuilder {
  readonly positions: number[] = [];
  private entries = new Float64Array(8_192);
  private size = 0;
  /** Topics of events of earlier pages, known only now. */
  readonly late: (readonly [topic: Topic, position: number])[] = [];
  /** By population: time, position, subject. */
  readonly enrolments = new Map<number, number[]>();

  /** The next event of the page. */
  event(position: number): void {
    this.positions.push(position);
  }

  /** The current event is found under the topic. */
  touch(topic: Topic): void {
    this.add(entryOf(topic, this.positions.length - 1));
  }

  private add(entry: number): void {
    if (this.size === this.entries.length) {
      const larger = new Float64Array(this.size * 2);
      larger.set(this.entries);
      this.entries = larger;
    }
    this.entries[this.size++] = entry;
  }

  /** An event of this page or of an earlier one is found under the topic. */
  touchAt(position: number, topic: Topic): void {
    if (position < this.positions[0]!) this.late.push([topic, position]);
    else this.add(entryOf(topic, firstAtLeast(this.positions, position)));
  }

  /** An enrolment as recorded, or a mark of the census (see census.ts). */
  enrol(population: number, time: number, position: number, subject: number): void {
    let roll = this.enrolments.get(population);
    if (roll === undefined) {
      roll = [];
      this.enrolments.set(population, roll);
    }
    roll.push(time, position, subject);
  }

  /** All entries, sorted, each once. */
  sorted(): Float64Array {
    return distinct(this.entries.slice(0, this.size).sort());
  }
}

/** Enrolments in the order of their time. */
const byTime = (roll: ArrayLike<number>): Float64Array => {
  const count = roll.length / enrolmentWidth;
  const order = Array.from({ length: count }, (_, index) => index);
  order.sort(
    (a, b) =>
      roll[a * enrolmentWidth]! - roll[b * enrolmentWidth]! ||
      roll[a * enrolmentWidth + 1]! - roll[b * enrolmentWidth + 1]!,
  );
  const out = new Float64Array(roll.length);
  order.forEach((from, to) => {
    for (let field = 0; field < enrolmentWidth; field++)
      out[to * enrolmentWidth + field] = roll[from * enrolmentWidth + field]!;
  });
  return out;
};

interface Run {
  readonly id: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly events: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
}

const runOf = (row: Record<string, unknown>): Run => ({
  id: row.id as number,
  firstPosition: row.first_position as number,
  lastPosition: row.last_position as number,
  events: row.events as number,
  firstBlock: row.first_block as number,
  lastBlock: row.last_block as number,
});

const runColumns = 'id, first_position, last_position, events, first_block, last_block';

/** Writes runs, within the transaction of its caller. */
export class RunWriter {
  private readonly statements;

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      run: prepare(
        'INSERT INTO run (first_position, last_position, events, first_block, last_block, positions) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      block: prepare('INSERT INTO block (first, entries) VALUES (?, ?)'),
      roll: prepare('INSERT INTO roll VALUES (?, ?, ?)'),
      last: prepare(`SELECT ${runColumns} FROM run ORDER BY first_position DESC LIMIT ${lookedAtRuns}`),
      blocks: prepare('SELECT entries FROM block WHERE id BETWEEN ? AND ? ORDER BY id'),
      rolls: prepare('SELECT population, enrolments FROM roll WHERE run = ?'),
      positions: prepare('SELECT positions FROM run WHERE id = ?'),
      late: prepare('INSERT OR IGNORE INTO late_touch VALUES (?, ?)'),
      removeRun: prepare('DELETE FROM run WHERE id = ?'),
      removeBlocks: prepare('DELETE FROM block WHERE id BETWEEN ? AND ?'),
      removeRolls: prepare('DELETE FROM roll WHERE run = ?'),
    };
  }

  /** Writes a page as a run, and merges where so many of its size have come together. */
  write(page: RunBuilder): void {
    if (page.positions.length === 0) return;
    const rolls = new Map([...page.enrolments].map(([population, roll]) => [population, byTime(roll)]));
    this.insert(page.positions, page.sorted(), rolls);
    for (const [topic, position] of page.late) this.statements.late.run(topic, position);
    while (this.merge()) {
      // Until no size has too many.
    }
  }

  private insert(
    positions: ArrayLike<number>,
    entries: Float64Array,
    rolls: ReadonlyMap<number, Float64Array>,
  ): void {
    const [first, last] = [positions[0]!, positions[positions.length - 1]!];
    let firstBlock = 0;
    let lastBlock = -1;
    for (let at = 0; at < entries.length; at += blockEntries) {
      const block = entries.subarray(at, at + blockEntries);
      lastBlock = Number(this.statements.block.run(block[0]!, toBlob(block)).lastInsertRowid);
      if (at === 0) firstBlock = lastBlock;
    }
    const dense = last - first + 1 === positions.length;
    const sparse = dense ? null : toBlob(Float64Array.from(positions));
    const run = this.statements.run.run(
      first,
      last,
      positions.length,
      firstBlock,
      lastBlock,
      sparse,
    ).lastInsertRowid;
    for (const [population, roll] of rolls) this.statements.roll.run(run, population, toBlob(roll));
  }

  private merge(): boolean {
    const recent = this.statements.last.all().map(runOf).reverse();
    const count = mergeable(recent.map((run) => run.events));
    if (count === 0) return false;
    const last = recent.slice(-count);
    const events = last.reduce((sum, run) => sum + run.events, 0);
    const positions = new Float64Array(events);
    const merger = new Merger();
    const rolls = new Map<number, number[]>();
    let offset = 0;
    for (const run of last) {
      positions.set(this.positionsOf(run), offset);
      for (const row of this.statements.blocks.iterate(run.firstBlock, run.lastBlock))
        merger.add(fromBlob(row.entries), offset);
      for (const row of this.statements.rolls.all(run.id)) {
        const population = row.population as number;
        const roll = rolls.get(population) ?? [];
        rolls.set(population, roll);
        for (const each of fromBlob(row.enrolments)) roll.push(each);
      }
      offset += run.events;
      this.statements.removeBlocks.run(run.firstBlock, run.lastBlock);
      this.statements.removeRolls.run(run.id);
      this.statements.removeRun.run(run.id);
    }
    this.insert(
      positions,
      merger.sorted(),
      new Map([...rolls].map(([population, roll]) => [population, byTime(roll)])),
    );
    return true;
  }

  private positionsOf(run: Run): Float64Array {
    const sparse = this.statements.positions.get(run.id)?.positions;
    return sparse == null
      ? Float64Array.from({ length: run.events }, (_, index) => run.firstPosition + index)
      : fromBlob(sparse);
  }
}

interface OpenRun extends Run {
  /** The first entry of each block. */
  readonly fences: Float64Array;
  readonly positions: Float64Array | undefined;
}

/** Reads runs. One instance a connection that reads. */
export class RunReader {
  private readonly statements: Readonly<
    Record<'runs' | 'fences' | 'positions' | 'block' | 'rolls' | 'allRolls' | 'late' | 'count', StatementSync>
  >;
  private readonly open = new Map<number, OpenRun>();
  private readonly blocks = new Map<number, Float64Array>();
  private current: ReadonlyArray<OpenRun> = [];

  constructor(database: DatabaseSync) {
    this.statements = {
      runs: database.prepare(`SELECT ${runColumns} FROM run ORDER BY first_position`),
      fences: database.prepare('SELECT first FROM block WHERE id BETWEEN ? AND ? ORDER BY id'),
      positions: database.prepare('SELECT positions FROM run WHERE id = ?'),
      block: database.prepare('SELECT entries FROM block WHERE id = ?'),
      count: database.prepare('SELECT sum(events) AS events FROM run'),
      late: database.prepare(
        'SELECT position FROM late_touch WHERE topic = ? AND position > ? AND position <= ?',
      ),
      rolls: database.prepare('SELECT enrolments FROM roll WHERE run = ? AND population = ?'),
      allRolls: database.prepare('SELECT population, enrolments FROM roll WHERE run = ? ORDER BY population'),
    };
  }

  /** Sees the runs as they are in the snapshot that its connection now reads. */
  refresh(): void {
    const rows = this.statements.runs.all().map(runOf);
    this.current = rows.map((run) => {
      const before = this.open.get(run.id);
      if (before !== undefined) return before;
      const fences = Float64Array.from(
        this.statements.fences.all(run.firstBlock, run.lastBlock),
        (row) => row.first as number,
      );
      const sparse = this.statements.positions.get(run.id)?.positions;
      return { ...run, fences, positions: sparse == null ? undefined : fromBlob(sparse) };
    });
    this.open.clear();
    for (const run of this.current) this.open.set(run.id, run);
  }

  /** How many events the runs are made of. */
  events(): number {
    return Number(this.statements.count.get()?.events ?? 0);
  }

  private block(id: number): Float64Array {
    const cached = this.blocks.get(id);
    if (cached !== undefined) return cached;
    const entries = fromBlob(this.statements.block.get(id)!.entries);
    if (this.blocks.size >= cachedBlocksMax) this.blocks.clear();
    this.blocks.set(id, entries);
    return entries;
  }

  /** The positions of events under a topic after one and up to another, in log order. */
  positions(topic: Topic, after: number, upTo: number): number[] {
    const out: number[] = [];
    for (const run of this.current) {
      if (run.lastPosition <= after || run.firstPosition > upTo) continue;
      const block = (place: number): Float64Array => this.block(run.firstBlock + place);
      offsetsUnder(topic, run.fences, block, (offset) => {
        const position = run.positions === undefined ? run.firstPosition + offset : run.positions[offset]!;
        if (position > after && position <= upTo) out.push(position);
      });
    }
    const late = this.statements.late.all(topic, after, upTo);
    if (late.length === 0) return out;
    return [...new Set([...out, ...late.map((row) => row.position as number)])].sort((a, b) => a - b);
  }

  /** Enrolments in a population as recorded, by run in log order, within a run by time; see `enrolmentWidth`. */
  rolls(
    population: number,
  ): ReadonlyArray<{ readonly enrolments: Float64Array; readonly lastPosition: number }> {
    return this.current.flatMap((run) => {
      const row = this.statements.rolls.get(run.id, population);
      return row === undefined
        ? []
        : [{ enrolments: fromBlob(row.enrolments), lastPosition: run.lastPosition }];
    });
  }

  /** All enrolments of runs that reach beyond a position. */
  *rollsAfter(
    position: number,
  ): Iterable<{ population: number; enrolments: Float64Array; lastPosition: number }> {
    for (const run of this.current) {
      if (run.lastPosition <= position) continue;
      for (const row of this.statements.allRolls.all(run.id)) {
        yield {
          population: row.population as number,
          enrolments: fromBlob(row.enrolments),
          lastPosition: run.lastPosition,
        };
      }
    }
  }
}

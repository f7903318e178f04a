/**
 * Reads the index from topics to events, kept as sorted runs (see `../../sorted-runs/`).
 *
 * Two topics with one hash cost a question some events that do not concern it, and never change an answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { allMovements, type ListKey } from './posting-list.ts';
import { checked, damaged, type Run, runOf } from './run-tables.ts';

/** Bytes of blocks that a reader keeps decoded in memory: some 16,000 blocks. */
const cachedBlockBytesMax = 128 * 1_024 * 1_024;
/** Bytes of posting lists that a reader keeps in memory: those of ten million enrolments. */
const cachedListBytesMax = 256 * 1_024 * 1_024;

/** A cache of numbers by their bytes; what is larger than all of it is kept alone. */
const cacheOf = <K extends string | number>(bytesMax: number): LRUCache<K, Float64Array> =>
  new LRUCache({
    maxSize: bytesMax,
    sizeCalculation: ({ byteLength }) => Math.max(1, Math.min(byteLength, bytesMax)),
  });

/** The part of a posting list that is in one run. */
export interface PostingsOfRun {
  readonly postings: Float64Array;
  /** The last position of the run. */
  readonly lastPosition: number;
}

/** Reads runs. One instance a connection that reads. */
export class RunReader {
  private readonly statements: Readonly<
    Record<'ids' | 'run' | 'block' | 'list' | 'late' | 'anyLate' | 'count', StatementSync>
  >;
  private readonly open = new Map<number, Run>();
  private readonly blocks = cacheOf<number>(cachedBlockBytesMax);
  private readonly lists = cacheOf<string>(cachedListBytesMax);
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
      list: database.prepare('SELECT enrolments, checksum FROM roll WHERE run = ? AND population = ?'),
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

  private list(run: Run, key: ListKey): Float64Array {
    const cacheKey = `${run.id} ${key}`;
    const cached = this.lists.get(cacheKey);
    if (cached !== undefined) return cached;
    const row = this.statements.list.get(run.id, key);
    const postings = checked('a posting list', row?.enrolments ?? new Uint8Array(0), row?.checksum);
    this.lists.set(cacheKey, postings);
    return postings;
  }

  /** The parts of a posting list: by run in log order, within a run by time. */
  postings(key: ListKey): ReadonlyArray<PostingsOfRun> {
    return this.current
      .filter((run) => run.listKeys.includes(key))
      .map((run) => ({ postings: this.list(run, key), lastPosition: run.lastPosition }));
  }

  /** All posting lists about subjects, of runs that reach beyond a position. */
  *postingsAfter(position: number): Iterable<PostingsOfRun & { readonly key: ListKey }> {
    for (const run of this.current) {
      if (run.lastPosition <= position) continue;
      for (const key of run.listKeys) {
        if (key === allMovements) continue;
        yield { key, postings: this.list(run, key), lastPosition: run.lastPosition };
      }
    }
  }
}

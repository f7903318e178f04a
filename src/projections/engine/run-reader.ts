/**
 * Reads the index from topics to events, stored as sorted runs (see `../../sorted-runs/`).
 *
 * Two topics with the same hash add unrelated events to a question, and never change an answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LRUCache } from 'lru-cache';
import { offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { KindColumns } from './kind-columns.ts';
import { LateTouches } from './late-touches.ts';
import type { PostingColumns, PostingPlaces } from './posting-columns.ts';
import { isAboutSubjects, type ListKey } from './posting-list.ts';
import { cacheOf, type ReaderCaches } from './reader-caches.ts';
import { repeatedHashes } from './repeated-hashes.ts';
import { RunFilters } from './run-filters.ts';
import { offsetAfter, positionAt } from './run-offsets.ts';
import {
  blockEntries,
  checked,
  damaged,
  free,
  isLarge,
  placesIn,
  postingsIn,
  type Run,
  runOf,
} from './run-tables.ts';
import { TopicPositions } from './topic-positions.ts';

/** The part of a posting list that is in one run. */
export interface PostingsOfRun {
  readonly postings: PostingPlaces;
  /** The last position of the run. */
  readonly lastPosition: number;
}

/** Which posting lists to read: those of the runs that hold something after one position and up to another. */
export interface PostingsBetween {
  readonly after: number;
  readonly upTo: number;
  /** By default, all keys are wanted. */
  readonly isWanted?: (key: ListKey) => boolean;
  /** Only lists with an event at one of these positions. */
  readonly at?: ReadonlySet<number> | undefined;
}

/** Whether a run may have an event at any of these positions. */
const holdsAny = ({ firstPosition, lastPosition }: Run, positions: ReadonlySet<number>): boolean => {
  for (const position of positions) if (position >= firstPosition && position <= lastPosition) return true;
  return false;
};

/** Reads runs. Use one instance for each reading connection. */
export class RunReader {
  private readonly statements: Readonly<
    Record<'ids' | 'run' | 'block' | 'places' | 'list' | 'count', StatementSync>
  >;
  private readonly open = new Map<number, Run>();
  private readonly blocks: LRUCache<number, Float64Array>;
  /** By the id of a large run: the last of its blocks that was read. Hashes are often looked up in order. */
  private readonly lastBlocks = new Map<number, { readonly place: number; readonly entries: Float64Array }>();
  private readonly topicPositions: TopicPositions;
  private readonly lists: LRUCache<string, PostingPlaces>;
  private readonly late: LateTouches;
  private readonly filters: RunFilters;
  /** The kinds of events. */
  readonly kinds: KindColumns;
  private current: ReadonlyArray<Run> = [];

  constructor(database: DatabaseSync, { blocks, topics, lists, codes, filters }: ReaderCaches) {
    this.blocks = cacheOf(blocks);
    this.topicPositions = new TopicPositions(topics, (...sought) => this.search(...sought));
    this.lists = cacheOf(lists);
    this.late = new LateTouches(database);
    this.filters = new RunFilters(database, filters);
    this.kinds = new KindColumns(database, codes);
    this.statements = {
      ids: database.prepare('SELECT id FROM run ORDER BY first_position'),
      run: database.prepare('SELECT * FROM run WHERE id = ?'),
      block: database.prepare('SELECT entries, checksum FROM block WHERE id = ?'),
      count: database.prepare(
        'SELECT sum(events) AS events, sum(last_block - first_block + 1) AS blocks FROM run',
      ),
      places: database.prepare('SELECT places, places_checksum FROM roll WHERE run = ? AND population = ?'),
      list: database.prepare('SELECT * FROM roll WHERE run = ? AND population = ?'),
    };
  }

  /** Reads the runs in the connection's current snapshot, which must end at the checkpoint. */
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
    this.kinds.refresh(this.current);
    this.open.clear();
    for (const run of this.current) this.open.set(run.id, run);
    for (const [id, { entries }] of this.lastBlocks) {
      if (this.open.has(id)) continue;
      free(entries);
      this.lastBlocks.delete(id);
    }
    this.late.refresh();
    this.filters.keepThose(this.open);
  }

  /** The last position that the runs hold. */
  lastPosition(): number {
    return this.current.at(-1)?.lastPosition ?? 0;
  }

  /** The number of events in the runs. */
  events(): number {
    return Number(this.statements.count.get()?.events ?? 0);
  }

  /** About how many entries they have: an event of ten thousand people has as many. */
  entries(): number {
    return Number(this.statements.count.get()?.blocks ?? 0) * blockEntries;
  }

  /** A block of a run, which can be read until the next one of that run. */
  private block(run: Run, place: number): Float64Array {
    if (isLarge(run.fences.length)) return this.blockOfLarge(run, place);
    const id = run.firstBlock + place;
    const cached = this.blocks.get(id);
    if (cached !== undefined) return cached;
    const entries = this.readBlock(run, place);
    this.blocks.set(id, entries);
    return entries;
  }

  private blockOfLarge(run: Run, place: number): Float64Array {
    const last = this.lastBlocks.get(run.id);
    if (last?.place === place) return last.entries;
    const entries = this.readBlock(run, place);
    this.lastBlocks.set(run.id, { place, entries });
    if (last !== undefined) free(last.entries);
    return entries;
  }

  private readBlock(run: Run, place: number): Float64Array {
    const row = this.statements.block.get(run.firstBlock + place);
    const entries = checked('a block', row?.entries ?? new Uint8Array(0), row?.checksum);
    if (entries[0] !== run.fences[place]) throw damaged('a block');
    return entries;
  }

  /** The blocks of a run in order, each of which can be read until the next one. */
  private *blocksOf(run: Run): Iterable<Float64Array> {
    for (let place = 0; place < run.fences.length; place++) {
      const block = this.readBlock(run, place);
      yield block;
      free(block);
    }
  }

  /** The hashes under which there is more than one entry: reads all runs once. */
  repeatedHashes(): ReadonlyArray<number> {
    return repeatedHashes(this.current.map((run) => this.blocksOf(run)));
  }

  /** The positions of events under a topic after one and up to another, in log order: the first `limit` of them. */
  positions(topic: Topic, after: number, upTo: number, limit = Number.POSITIVE_INFINITY): number[] {
    const found = this.topicPositions.between(topic >>> 0, after, upTo, limit, this.lastPosition());
    return this.late.with(found, topic, after, upTo, limit);
  }

  private search(topic: Topic, after: number, found: (position: number) => boolean): void {
    for (const run of this.current) {
      if (run.lastPosition <= after || !this.filters.mayHave(run, topic)) continue;
      let goesOn = true;
      const foundAt = (offset: number): boolean => {
        goesOn = found(positionAt(run, offset));
        return goesOn;
      };
      const block = (place: number): Float64Array => this.block(run, place);
      offsetsUnder(topic, run.fences, block, foundAt, offsetAfter(run, after));
      if (!goesOn) return;
    }
  }

  private places(run: Run, key: ListKey): PostingPlaces {
    const cacheKey = `${run.id} ${key}`;
    const cached = this.lists.get(cacheKey);
    if (cached !== undefined) return cached;
    const places = placesIn(this.statements.places.get(run.id, key));
    this.lists.set(cacheKey, places);
    return places;
  }

  /** The parts of a posting list, without subjects: runs in log order, within a run by time. */
  postings(key: ListKey): ReadonlyArray<PostingsOfRun> {
    return this.current
      .filter((run) => run.listKeys.includes(key))
      .map((run) => ({ postings: this.places(run, key), lastPosition: run.lastPosition }));
  }

  /** Posting lists about subjects, each of which can be read until the next one. */
  *postingsBetween({
    after,
    upTo,
    isWanted = () => true,
    at,
  }: PostingsBetween): Iterable<{ readonly key: ListKey; readonly postings: PostingColumns }> {
    for (const run of this.current) {
      if (run.lastPosition <= after || run.firstPosition > upTo) continue;
      if (at !== undefined && !holdsAny(run, at)) continue;
      for (const key of run.listKeys) {
        if (!isAboutSubjects(key) || !isWanted(key)) continue;
        if (at !== undefined && !this.places(run, key).positions.some((position) => at.has(position)))
          continue;
        const postings = postingsIn(this.statements.list.get(run.id, key));
        yield { key, postings };
        free(postings.subjects);
      }
    }
  }
}

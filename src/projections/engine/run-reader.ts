/**
 * Reads the index from topics to events, stored as sorted runs (see `../../sorted-runs/`).
 *
 * Two topics with the same hash add unrelated events to a question, and never change an answer.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LRUCache } from 'lru-cache';
import { firstAtLeast, offsetsUnder } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { type CheckedQuery, checkedQuery } from './checked-rows.ts';
import { blockEvents, type Codes, codesIn, presentIn } from './code-blocks.ts';
import type { PostingColumns, PostingPlaces } from './posting-columns.ts';
import { isAboutSubjects, type ListKey } from './posting-list.ts';
import { cacheOf, type ReaderCaches } from './reader-caches.ts';
import { repeatedHashes } from './repeated-hashes.ts';
import { blockEntries, checked, damaged, placesIn, postingsIn, type Run, runOf } from './run-tables.ts';
import type { SomeHashes } from './some-hashes.ts';
import { TopicPositions } from './topic-positions.ts';

/** The position of an event of a run. */
const positionAt = ({ positions, firstPosition }: Run, offset: number): number =>
  positions === undefined ? firstPosition + offset : positions[offset]!;

/** The offset of the first event of a run after a position. */
const offsetAfter = ({ positions, firstPosition }: Run, after: number): number => {
  if (after < firstPosition) return 0;
  return positions === undefined ? after - firstPosition + 1 : firstAtLeast(positions, after + 1);
};

/** The part of a posting list that is in one run. */
export interface PostingsOfRun {
  readonly postings: PostingPlaces;
  /** The last position of the run. */
  readonly lastPosition: number;
}

/** Late touches whose topics are kept in memory. After each addition the whole list has to be read again. */
const lateTopicsMax = 50_000;
/** So many of these topics are read in the time of one look-up in their table. */
const lateTopicsOfLookup = 8;

/** Blocks of runs with more of them are not kept in memory: hardly any is read twice. */
const blocksOfKeptRunMax = 64;

/** Frees numbers that SQLite made for the caller alone, where otherwise a collection of garbage would be needed now and then. */
const free = ({ buffer }: Float64Array): void => void (buffer as ArrayBuffer).transfer(0);

/** Reads runs. Use one instance for each reading connection. */
export class RunReader {
  private readonly statements: Readonly<
    Record<
      | 'ids'
      | 'run'
      | 'block'
      | 'places'
      | 'list'
      | 'lateCount'
      | 'lateTopics'
      | 'count'
      | 'present'
      | 'codes',
      StatementSync
    >
  > & { readonly late: CheckedQuery };
  private readonly open = new Map<number, Run>();
  private readonly blocks: LRUCache<number, Float64Array>;
  private readonly topicPositions: TopicPositions;
  private readonly lists: LRUCache<string, PostingPlaces>;
  private readonly codeBlocks: LRUCache<string, Codes>;
  private readonly present = new Map<number, ReadonlyArray<Uint32Array>>();
  private current: ReadonlyArray<Run> = [];
  /** How many late touches there are, and how many there were when their topics were read. */
  private lateTouches = 0;
  private lateTouchesRead = 0;
  private lateTopics: ReadonlySet<Topic> = new Set();
  /** How many topics were looked up in the table since. */
  private lateLookups = 0;

  constructor(database: DatabaseSync, { blocks, topics, lists, codes }: ReaderCaches) {
    this.blocks = cacheOf(blocks);
    this.topicPositions = new TopicPositions(topics, (...sought) => this.search(...sought));
    this.lists = cacheOf(lists);
    this.codeBlocks = cacheOf(codes);
    this.statements = {
      ids: database.prepare('SELECT id FROM run ORDER BY first_position'),
      run: database.prepare('SELECT * FROM run WHERE id = ?'),
      block: database.prepare('SELECT entries, checksum FROM block WHERE id = ?'),
      count: database.prepare(
        'SELECT sum(events) AS events, sum(last_block - first_block + 1) AS blocks FROM run',
      ),
      late: checkedQuery(
        database,
        'late_touch',
        'WHERE topic = ? AND position > ? AND position <= ? ORDER BY position LIMIT ?',
      ),
      lateCount: database.prepare("SELECT value FROM meta WHERE name = 'rows of late_touch'"),
      lateTopics: database.prepare('SELECT topic FROM late_touch'),
      present: database.prepare(
        'SELECT present, present_checksum AS checksum FROM code_block WHERE run = ? ORDER BY place',
      ),
      codes: database.prepare('SELECT codes, checksum FROM code_block WHERE run = ? AND place = ?'),
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
    const ids = new Set(this.current.map(({ id }) => id));
    for (const id of this.present.keys()) if (!ids.has(id)) this.present.delete(id);
    this.open.clear();
    for (const run of this.current) this.open.set(run.id, run);
    this.lateTouches = Number(this.statements.lateCount.get()?.value ?? 0);
  }

  private mayBeLate(topic: Topic): boolean {
    // They are only ever added.
    if (this.lateTouches === this.lateTouchesRead) return this.lateTopics.has(topic);
    // The list is read again once as much time went into looking up topics as that takes.
    if (this.lateTouches > lateTopicsMax || ++this.lateLookups * lateTopicsOfLookup < this.lateTouches)
      return true;
    this.lateTopics = new Set(this.statements.lateTopics.all().map((row) => row.topic as Topic));
    this.lateTouchesRead = this.lateTouches;
    this.lateLookups = 0;
    return this.lateTopics.has(topic);
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

  private block(run: Run, place: number): Float64Array {
    const id = run.firstBlock + place;
    const cached = this.blocks.get(id);
    if (cached !== undefined) return cached;
    const entries = this.readBlock(run, place);
    this.blocks.set(id, entries);
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

  /** The hashes, of some or of all, under which there is more than one entry: reads all runs once. */
  repeatedHashes(some?: SomeHashes): ReadonlyArray<number> {
    return repeatedHashes(
      this.current.map((run) => this.blocksOf(run)),
      some,
    );
  }

  /** The positions of events under a topic after one and up to another, in log order: the first `limit` of them. */
  positions(topic: Topic, after: number, upTo: number, limit = Number.POSITIVE_INFINITY): number[] {
    const found = this.topicPositions.between(topic >>> 0, after, upTo, limit, this.lastPosition());
    return this.mayBeLate(topic) ? this.withLate(found, topic, after, upTo, limit) : found;
  }

  private search(topic: Topic, after: number, found: (position: number) => boolean): void {
    for (const run of this.current) {
      if (run.lastPosition <= after) continue;
      let goesOn = true;
      const foundAt = (offset: number): boolean => {
        goesOn = found(positionAt(run, offset));
        return goesOn;
      };
      const lent: Float64Array[] = [];
      const block = (place: number): Float64Array => {
        if (run.fences.length <= blocksOfKeptRunMax) return this.block(run, place);
        lent.push(this.readBlock(run, place));
        return lent.at(-1)!;
      };
      offsetsUnder(topic, run.fences, block, foundAt, offsetAfter(run, after));
      lent.forEach(free);
      if (!goesOn) return;
    }
  }

  /** The positions found, merged with those of late touches. */
  private withLate(found: number[], topic: Topic, after: number, upTo: number, limit: number): number[] {
    const end = found.length < limit ? upTo : found.at(-1)!;
    const most = Number.isFinite(limit) ? limit : -1;
    const late = this.statements.late.all(topic, after, end, most).map((row) => row.position as number);
    if (late.length === 0) return found;
    const sorted = [...new Set([...found, ...late])].sort((a, b) => a - b);
    return sorted.length > limit ? sorted.slice(0, limit) : sorted;
  }

  /** The codes in each block of a run. */
  private presentCodes(run: Run): ReadonlyArray<Uint32Array> {
    let present = this.present.get(run.id);
    if (present === undefined) {
      present = this.statements.present.all(run.id).map((row) => presentIn(row.present, row.checksum));
      if (present.length !== Math.ceil(run.events / blockEvents)) throw damaged('kinds of events');
      this.present.set(run.id, present);
    }
    return present;
  }

  private codes(run: Run, place: number): Codes {
    const cacheKey = `${run.id} ${place}`;
    let codes = this.codeBlocks.get(cacheKey);
    if (codes === undefined) {
      const row = this.statements.codes.get(run.id, place);
      codes = codesIn(row?.codes, row?.checksum, Math.min(blockEvents, run.events - place * blockEvents));
      this.codeBlocks.set(cacheKey, codes);
    }
    return codes;
  }

  /** The positions of events whose kinds have one of the codes; otherwise like `positions`. */
  positionsOfKinds(codes: ReadonlyArray<number>, after: number, upTo: number, limit: number): number[] {
    const out: number[] = [];
    if (codes.length === 0) return out;
    const isWanted = new Uint8Array(Math.max(...codes) + 1);
    for (const code of codes) isWanted[code] = 1;
    for (const run of this.current) {
      if (run.lastPosition <= after || run.firstPosition > upTo) continue;
      const present = this.presentCodes(run);
      for (let from = offsetAfter(run, after); from < run.events; ) {
        const place = Math.floor(from / blockEvents);
        const first = place * blockEvents;
        if (present[place]!.some((code) => isWanted[code] === 1)) {
          const block = this.codes(run, place);
          for (let at = from - first; at < block.length; at++) {
            if (isWanted[block[at]!] !== 1) continue;
            const position = positionAt(run, first + at);
            if (position > upTo) return out;
            if (out.push(position) >= limit) return out;
          }
        }
        from = first + blockEvents;
      }
    }
    return out;
  }

  /** The code of the kind of the event at a position; 0 if it is unreadable or missing. */
  codeAt(position: number): number {
    const run = this.current.find((each) => each.firstPosition <= position && position <= each.lastPosition);
    if (run === undefined) return 0;
    const offset = offsetAfter(run, position - 1);
    if (positionAt(run, offset) !== position) return 0;
    return this.codes(run, Math.floor(offset / blockEvents))[offset % blockEvents]!;
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

  /** The wanted posting lists about subjects in runs that end after a position. Each can be read until the next one. */
  *postingsAfter(
    position: number,
    isWanted: (key: ListKey) => boolean,
  ): Iterable<{ readonly key: ListKey; readonly postings: PostingColumns }> {
    for (const run of this.current) {
      if (run.lastPosition <= position) continue;
      for (const key of run.listKeys) {
        if (!isAboutSubjects(key) || !isWanted(key)) continue;
        const postings = postingsIn(this.statements.list.get(run.id, key));
        yield { key, postings };
        free(postings.subjects);
      }
    }
  }
}

/** Finds the names of subjects by hash: runs contain only the hashes, and the events contain the names. */
import { LRUCache } from 'lru-cache';
import { subjectsOf } from '../../domain/events/subjects.ts';
import type { Topic } from '../topic-hash.ts';
import { topic } from '../topics.ts';
import type { EventCache } from './event-cache.ts';
import type { RunReader } from './run-reader.ts';

/** About how many bytes of memory the names under one hash take. */
const bytesOfNamed = 350;
/** Events with more subjects than this are cached by hash, since they are read for each of their subjects. */
const subjectsReadAgainMax = 8;
/** Hashes whose events are read together. */
const hashesAtOnce = 200;
/** About how many bytes of memory one subject of such an event takes. */
const bytesOfSubject = 200;

/** The subjects found so far with a hash. */
interface Named {
  readonly subjects: Set<string>;
  upTo: number;
}

/** The names of subjects, with a cache. */
export class SubjectNames {
  private readonly runs: RunReader;
  private readonly events: EventCache;
  private readonly named: LRUCache<Topic, Named>;
  /** By position: the subjects by hash, for events with many. */
  private readonly ofMany: LRUCache<number, ReadonlyMap<Topic, ReadonlyArray<string>>>;

  /** @param bytesMax the memory that names may take, about. */
  constructor(runs: RunReader, events: EventCache, bytesMax: number) {
    this.runs = runs;
    this.events = events;
    const half = Math.ceil(bytesMax / 2);
    this.named = new LRUCache({ maxSize: half, sizeCalculation: () => Math.min(bytesOfNamed, half) });
    this.ofMany = new LRUCache({
      maxSize: half,
      // Those of one event are kept, however many they are.
      sizeCalculation: ({ size }) => Math.min(1 + size * bytesOfSubject, half),
    });
  }

  /** The subjects with the given hashes: nearly always one for each. */
  under(hashes: ReadonlyArray<Topic>, upTo: number): ReadonlyArray<string> {
    const subjects: string[] = [];
    for (let first = 0; first < hashes.length; first += hashesAtOnce)
      for (const named of this.namedUnder(hashes.slice(first, first + hashesAtOnce), upTo))
        subjects.push(...named.subjects);
    return subjects;
  }

  /**
   * Reads the events under the hashes ahead, up to a position: as many as the cache takes.
   *
   * @param goOn called now and then; may throw.
   * @param isWanted which of them to read, by position.
   */
  readAhead(
    hashes: ReadonlyArray<Topic>,
    upTo: number,
    goOn: () => void,
    isWanted: (position: number) => boolean,
  ): void {
    this.readAheadAt(
      hashes.map((hash) => this.runs.positions(hash, 0, upTo).filter(isWanted)),
      goOn,
    );
  }

  private readAheadAt(lists: ReadonlyArray<ReadonlyArray<number>>, goOn: () => void = () => {}): void {
    const unread = new Set<number>();
    for (const positions of lists)
      for (const position of positions) if (!this.ofMany.has(position)) unread.add(position);
    this.events.readAhead(
      [...unread].sort((a, b) => a - b),
      goOn,
    );
  }

  private namedUnder(hashes: ReadonlyArray<Topic>, upTo: number): ReadonlyArray<Named> {
    const all = hashes.map((hash) => {
      const named = this.named.get(hash) ?? { subjects: new Set(), upTo: 0 };
      return { hash, named, unread: named.upTo === upTo ? [] : this.runs.positions(hash, named.upTo, upTo) };
    });
    this.readAheadAt(all.map(({ unread }) => unread));
    for (const { hash, named, unread } of all) {
      if (named.upTo === upTo) continue;
      for (const position of unread)
        for (const subject of this.namedAt(position, hash)) named.subjects.add(subject);
      named.upTo = upTo;
      this.named.set(hash, named);
    }
    return all.map(({ named }) => named);
  }

  /** The subjects with a hash whom the event at a position names. */
  private namedAt(position: number, hash: Topic): ReadonlyArray<string> {
    const kept = this.ofMany.get(position);
    if (kept !== undefined) return kept.get(hash) ?? [];
    const event = this.events.at(position)?.event;
    const subjects = event === undefined ? new Set<string>() : subjectsOf(event);
    if (subjects.size <= subjectsReadAgainMax)
      return [...subjects].filter((subject) => topic('subject', subject) === hash);
    const byHash = Map.groupBy(subjects, (subject) => topic('subject', subject));
    this.ofMany.set(position, byHash);
    return byHash.get(hash) ?? [];
  }
}

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
    this.readAhead(hashes, (hash) => this.named.get(hash)?.upTo ?? 0);
    return hashes.flatMap((hash) => [...this.of(hash, upTo)]);
  }

  /** Reads the events under the hashes into the cache, as many as it can keep. */
  readAhead(hashes: ReadonlyArray<Topic>, after: (hash: Topic) => number = () => 0): void {
    const unread = new Set<number>();
    for (const hash of hashes)
      for (const position of this.runs.positions(hash, after(hash), Number.MAX_SAFE_INTEGER))
        if (!this.ofMany.has(position)) unread.add(position);
    this.events.load([...unread].sort((a, b) => a - b));
  }

  private of(hash: Topic, upTo: number): ReadonlySet<string> {
    const named = this.named.get(hash) ?? { subjects: new Set(), upTo: 0 };
    if (named.upTo === upTo) return named.subjects;
    for (const position of this.runs.positions(hash, named.upTo, upTo))
      for (const subject of this.namedAt(position, hash)) named.subjects.add(subject);
    named.upTo = upTo;
    this.named.set(hash, named);
    return named.subjects;
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

/** The names of subjects whose topic's hash is known: runs keep the hashes alone, and the events have the names. */
import { LRUCache } from 'lru-cache';
import { subjectsOf } from '../../domain/events/subjects.ts';
import type { Topic } from '../topic-hash.ts';
import { topic } from '../topics.ts';
import type { EventCache } from './event-cache.ts';
import type { RunReader } from './run-reader.ts';

/** Subjects whose names are kept at hand. */
const namedMax = 2_000_000;

/** Events of more subjects have these kept by their hashes: they are asked for each of them. */
const subjectsReadAgainMax = 8;
/** Subjects of such events that are kept at hand. */
const subjectsAtHandMax = 2_000_000;

/** The subjects under a hash, as far as its events were read. */
interface Named {
  readonly subjects: Set<string>;
  upTo: number;
}

export class SubjectNames {
  private readonly runs: RunReader;
  private readonly events: EventCache;
  private readonly named = new LRUCache<Topic, Named>({ maxSize: namedMax, sizeCalculation: () => 1 });

  /** By position: of events of many, the subjects by hash. */
  private readonly ofMany = new LRUCache<number, ReadonlyMap<Topic, ReadonlyArray<string>>>({
    maxSize: subjectsAtHandMax,
    sizeCalculation: ({ size }) => size,
  });

  constructor(runs: RunReader, events: EventCache) {
    this.runs = runs;
    this.events = events;
  }

  /** The subjects under some hashes: one for each, as good as always. */
  under(hashes: ReadonlyArray<Topic>, upTo: number): ReadonlyArray<string> {
    return hashes.flatMap((hash) => [...this.of(hash, upTo)]);
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
  /** The subjects under a hash whom the event at a position names. */
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

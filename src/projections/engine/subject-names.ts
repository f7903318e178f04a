/** The names of subjects whose topic's hash is known: runs keep the hashes alone, and the events have the names. */
import { LRUCache } from 'lru-cache';
import { subjectsOf } from '../../domain/events/subjects.ts';
import type { Topic } from '../topic-hash.ts';
import { topic } from '../topics.ts';
import type { EventCache } from './event-cache.ts';
import type { RunReader } from './run-reader.ts';

/** Subjects whose names are kept at hand. */
const namedMax = 2_000_000;

/** The subjects under a hash, as far as its events were read. */
interface Named {
  readonly subjects: Set<string>;
  upTo: number;
}

export class SubjectNames {
  private readonly runs: RunReader;
  private readonly events: EventCache;
  private readonly named = new LRUCache<Topic, Named>({ maxSize: namedMax, sizeCalculation: () => 1 });

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
    for (const position of this.runs.positions(hash, named.upTo, upTo)) {
      const event = this.events.at(position)?.event;
      for (const subject of event === undefined ? [] : subjectsOf(event))
        if (topic('subject', subject) === hash) named.subjects.add(subject);
    }
    named.upTo = upTo;
    this.named.set(hash, named);
    return named.subjects;
  }
}

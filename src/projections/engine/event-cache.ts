/** A cache of decoded events. The log never changes, so neither do they. */
import * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import { decodeStored } from '../../domain/events/stored.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import type { StoredEvent } from '../../store/event-store.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { storedAbout, storedAboutFirst } from './stored-about.ts';

/** About how many bytes of memory a decoded event takes, besides its texts; and one of its texts, for each of its bytes. */
const bytesOfEvent = 500;
const bytesOfByte = 3;

/** Events that one query reads into the cache. */
const loadedAtOnceMax = 256;

/** Larger events are not read ahead. */
const loadedBytesMax = 16_384;

const sizeOf = ({ bytes }: StoredEvent): number => bytesOfEvent + bytesOfByte * bytes.length;

const recordedOf = ({
  position,
  recordedAt,
  recordedBy,
  authority,
  bytes,
}: StoredEvent): RecordedEvent | undefined => {
  const decoded = decodeStored(bytes);
  return E.isLeft(decoded)
    ? undefined
    : { position, recordedAt, recordedBy, authority, event: decoded.right };
};

/** Reads and caches decoded events of the log. */
export class EventCache {
  private readonly events: LRUCache<number, RecordedEvent>;
  /** Those last read ahead. Most are of no use afterwards, and would only take the place of others in the cache. */
  private ahead = new Map<number, RecordedEvent>();
  private readonly bytesMax: number;
  readonly log: LogReader;

  /** @param bytesMax the memory that decoded events may take, about. */
  constructor(log: LogReader, bytesMax: number) {
    this.log = log;
    this.bytesMax = bytesMax;
    this.events = new LRUCache({ maxSize: bytesMax });
  }

  /** The event at a position; undefined if there is none, or if it cannot be decoded. */
  at(position: number): RecordedEvent | undefined {
    const cached = this.known(position);
    if (cached !== undefined) return cached;
    const stored = this.log.at(position);
    return stored === undefined ? undefined : this.decoded(stored);
  }

  /**
   * Reads the events at the positions, in place of those read ahead before: as many as half of the cache may take.
   *
   * @param positions in any order; reading in log order is the fastest.
   */
  load(positions: ReadonlyArray<number>): void {
    this.ahead = new Map();
    const missing = positions.filter((position) => !this.events.has(position));
    let loaded = 0;
    for (let first = 0; first < missing.length && loaded < this.bytesMax / 2; first += loadedAtOnceMax) {
      for (const stored of this.log.some(missing.slice(first, first + loadedAtOnceMax))) {
        // One of many people is better read for each of those asked about.
        if (stored.bytes.length > loadedBytesMax) continue;
        const recorded = recordedOf(stored);
        if (recorded !== undefined) this.ahead.set(stored.position, recorded);
        loaded += sizeOf(stored);
      }
    }
  }

  private known(position: number): RecordedEvent | undefined {
    return this.ahead.get(position) ?? this.events.get(position);
  }

  /** The same, reduced to one subject: the others whom the event enrols are not read. */
  about(position: number, subject: string): RecordedEvent | undefined {
    const cached = this.known(position);
    if (cached !== undefined) return cached;
    return this.log.lend(position, (stored) => {
      if (stored === undefined) return undefined;
      const bytes = storedAbout(stored.bytes, subject);
      return bytes === undefined ? this.decoded(stored) : recordedOf({ ...stored, bytes });
    });
  }

  /** An event that enrols many people, reduced to the first of them; undefined if it is another or must be decoded. */
  aboutFirst(position: number): RecordedEvent | undefined {
    return this.log.lend(position, (stored) => {
      const bytes = stored === undefined ? undefined : storedAboutFirst(stored.bytes);
      return bytes === undefined ? undefined : recordedOf({ ...stored!, bytes });
    });
  }

  private decoded(stored: StoredEvent): RecordedEvent | undefined {
    const recorded = recordedOf(stored);
    if (recorded !== undefined) {
      // One that is larger than the whole cache is kept alone.
      this.events.set(stored.position, recorded, { size: Math.min(sizeOf(stored), this.bytesMax) });
    }
    return recorded;
  }
}

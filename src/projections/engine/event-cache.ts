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

/** Events that one query reads ahead: a mebibyte of the largest. */
const aheadAtOnceMax = 64;
/** Larger events are not read ahead. */
const aheadBytesMax = 16_384;
/** The part of the memory for events read ahead. */
const aheadShare = 1 / 3;

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
  /** By position; those reduced to a subject by position and subject. */
  private readonly events: LRUCache<number | string, RecordedEvent>;
  /** Those last read ahead. Kept apart from the cache: most are needed once, and would push out others. */
  private readonly ahead = new Map<number, RecordedEvent>();
  private readonly aheadBytes: number;
  private readonly cachedBytes: number;
  readonly log: LogReader;

  /** @param bytesMax the memory that decoded events may take, about. */
  constructor(log: LogReader, bytesMax: number) {
    this.log = log;
    this.aheadBytes = Math.floor(bytesMax * aheadShare);
    this.cachedBytes = Math.max(1, bytesMax - this.aheadBytes);
    this.events = new LRUCache({ maxSize: this.cachedBytes });
  }

  /** The event at a position; undefined if there is none, or if it cannot be decoded. */
  at(position: number): RecordedEvent | undefined {
    const cached = this.known(position);
    if (cached !== undefined) return cached;
    const stored = this.log.at(position);
    return stored === undefined ? undefined : this.decoded(stored);
  }

  /**
   * Reads events ahead, in place of those read ahead before: as many as a third of the memory can take. Large events,
   * mostly enrolments of many people, are read later, for one person at a time.
   *
   * @param positions in any order; reading in log order is the fastest.
   * @param goOn called before each query; may throw.
   */
  readAhead(positions: ReadonlyArray<number>, goOn: () => void): void {
    this.forgetAhead();
    const missing = positions.filter((position) => !this.events.has(position));
    let left = this.aheadBytes;
    for (let first = 0; first < missing.length; first += aheadAtOnceMax) {
      goOn();
      for (const stored of this.log.some(missing.slice(first, first + aheadAtOnceMax), aheadBytesMax)) {
        left -= sizeOf(stored);
        if (left < 0) return;
        const recorded = recordedOf(stored);
        if (recorded !== undefined) this.ahead.set(stored.position, recorded);
      }
    }
  }

  /** Frees the memory of the events read ahead. */
  forgetAhead(): void {
    this.ahead.clear();
  }

  private known(position: number): RecordedEvent | undefined {
    return this.ahead.get(position) ?? this.events.get(position);
  }

  /** The same, reduced to one subject: the others whom the event enrols are not decoded. */
  about(position: number, subject: string): RecordedEvent | undefined {
    const reduced = `${position} ${subject}`;
    const cached = this.known(position) ?? this.events.get(reduced);
    if (cached !== undefined) return cached;
    return this.log.lend(position, (stored) => {
      if (stored === undefined) return undefined;
      const bytes = storedAbout(stored.bytes, subject);
      return bytes === undefined ? this.decoded(stored) : this.decoded({ ...stored, bytes }, reduced);
    });
  }

  /** An event that enrols many people, reduced to the first of them; undefined if it is another or must be decoded. */
  aboutFirst(position: number): RecordedEvent | undefined {
    return this.log.lend(position, (stored) => {
      const bytes = stored === undefined ? undefined : storedAboutFirst(stored.bytes);
      return bytes === undefined ? undefined : recordedOf({ ...stored!, bytes });
    });
  }

  private decoded(stored: StoredEvent, key: number | string = stored.position): RecordedEvent | undefined {
    const recorded = recordedOf(stored);
    if (recorded !== undefined) {
      // One that is larger than the whole cache is kept alone.
      this.events.set(key, recorded, { size: Math.min(sizeOf(stored), this.cachedBytes) });
    }
    return recorded;
  }
}

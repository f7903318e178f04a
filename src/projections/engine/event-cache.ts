/** A cache of decoded events. The log never changes, so neither do they. */
import * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import { decodeStored } from '../../domain/events/stored.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import type { StoredEvent } from '../../store/event-store.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { storedAbout } from './stored-about.ts';

/** Decoded events in memory. An event counts once for each subject that it names. */
const decodedWeightMax = 200_000;

const weightOf = ({ event }: RecordedEvent): number =>
  event.type === 'SubjectsEnrolled' ? 1 + event.data.subjects.length : 1;

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
  private readonly events = new LRUCache<number, RecordedEvent>({
    maxSize: decodedWeightMax,
    sizeCalculation: weightOf,
  });
  readonly log: LogReader;

  constructor(log: LogReader) {
    this.log = log;
  }

  /** The event at a position; undefined if there is none, or if it cannot be decoded. */
  at(position: number): RecordedEvent | undefined {
    const cached = this.events.get(position);
    if (cached !== undefined) return cached;
    const stored = this.log.at(position);
    return stored === undefined ? undefined : this.decoded(stored);
  }

  /** The same, reduced to one subject: the others whom the event enrols are not read. */
  about(position: number, subject: string): RecordedEvent | undefined {
    const cached = this.events.get(position);
    if (cached !== undefined) return cached;
    const stored = this.log.at(position);
    if (stored === undefined) return undefined;
    const bytes = storedAbout(stored.bytes, subject);
    return bytes === undefined ? this.decoded(stored) : recordedOf({ ...stored, bytes });
  }

  private decoded(stored: StoredEvent): RecordedEvent | undefined {
    const recorded = recordedOf(stored);
    if (recorded !== undefined) this.events.set(stored.position, recorded);
    return recorded;
  }
}

/**
 * The events that were read lately, decoded: the log never changes, so neither do they.
 */
import * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import { decodeStored } from '../../domain/events/stored.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import type { LogReader } from '../../store/log-reader.ts';

/** Decoded events kept in memory, at the most, where an event counts once for each subject it names. */
const decodedWeightMax = 200_000;

const weightOf = ({ event }: RecordedEvent): number =>
  event.type === 'SubjectsEnrolled' ? 1 + event.data.subjects.length : 1;

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
    const decoded = stored === undefined ? undefined : decodeStored(stored.bytes);
    if (stored === undefined || decoded === undefined || E.isLeft(decoded)) return undefined;
    const { recordedAt, recordedBy, authority } = stored;
    const recorded = { position, recordedAt, recordedBy, authority, event: decoded.right };
    this.events.set(position, recorded);
    return recorded;
  }
}

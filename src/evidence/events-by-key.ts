/** Reads events by the keys of the sealed index, with everything that corrections make of them, and caches them. */
import type { EventType } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { type NamePlace, visitNames } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { TopicKind } from '../projections/topics.ts';
import { upTo, type Work } from '../questions/work.ts';
import type { PartyRole } from '../sealed-index/index-key.ts';
import { type KeyedEvents, replacedBy } from './keyed-events.ts';

/** A version of an event: as recorded, or as corrected. */
export interface EventVersion {
  readonly type: EventType;
  readonly data: JsonObject;
  /** The position of the event, and whether it can be corrected. */
  readonly position: number;
  readonly isCorrected: boolean;
}

/** The name in a place of an event's version, if there is one. */
export const nameAt = ({ data }: EventVersion, wanted: NamePlace): string | undefined => {
  let found: string | undefined;
  visitNames(data, (place, name) => {
    if (place === wanted) found = name;
  });
  return found;
};

/** How many events it may read. */
const readsMax = 1_000_000;

/** Reads events by the keys of the sealed index, and caches them. */
export class EventsByKey {
  /** The events read so far, with their corrections. */
  readonly events = new Map<number, RecordedEvent>();
  private readonly index: KeyedEvents;
  private readonly position: number;
  private readonly versions = new Map<number, ReadonlyArray<EventVersion>>();
  private readonly work: Work = upTo(readsMax);

  /** @param position the last position to know. */
  constructor(index: KeyedEvents, position: number) {
    this.index = index;
    this.position = position;
  }

  /** The versions of an event. A correction has none, but its target is read as well. */
  private versionsOf(position: number): ReadonlyArray<EventVersion> {
    const before = this.versions.get(position);
    if (before !== undefined) return before;
    this.work.goOn(1);
    const recorded = this.index.at(position);
    const versions: EventVersion[] = [];
    this.versions.set(position, versions);
    if (recorded === undefined) return versions;
    this.events.set(position, recorded);
    const { event } = recorded;
    if (isCorrection(event)) {
      const target = this.index.find(event.data.event.source, event.data.event.id);
      if (target !== undefined && target <= this.position) this.versionsOf(target);
      return versions;
    }
    const { type } = event;
    const corrections = this.index.correctionsOf(event.source, event.id, this.position);
    const isCorrected = corrections.length > 0;
    versions.push({ type, data: encodeData(event) as JsonObject, position, isCorrected });
    for (const each of corrections) {
      const correction = this.index.at(each);
      if (correction === undefined || !isCorrection(correction.event)) continue;
      this.events.set(each, correction);
      const data = replacedBy(correction.event);
      if (data !== undefined) versions.push({ type, data, position, isCorrected });
    }
    return versions;
  }

  private versionsAt(positions: ReadonlyArray<number>): ReadonlyArray<EventVersion> {
    return positions.flatMap((position) => this.versionsOf(position));
  }

  /** The versions of the events under a topic. */
  under(kind: TopicKind, name: string): ReadonlyArray<EventVersion> {
    return this.versionsAt(this.index.positions(kind, name, 0, this.position));
  }

  /** The versions of the events in which a party has a role. */
  inRole(role: PartyRole, party: string): ReadonlyArray<EventVersion> {
    return this.versionsAt(this.index.positionsOfRole(role, party, this.position));
  }

  /**
   * The versions of enrolments in a population, of accesses by a party, of vouches of a source, and of one event.
   */
  enrolments(population: string): ReadonlyArray<EventVersion> {
    return this.versionsAt(this.index.enrolments(population, this.position));
  }
  accessesBy(party: string): ReadonlyArray<EventVersion> {
    return this.versionsAt(this.index.accessesBy(party, this.position));
  }
  vouchesOf(source: string): ReadonlyArray<EventVersion> {
    return this.versionsAt(this.index.vouchesOf(source, this.position));
  }
  at(position: number): ReadonlyArray<EventVersion> {
    return position <= this.position ? this.versionsAt([position]) : [];
  }
}

/**
 * Reads events by the keys of the sealed index, with all that corrections make of them, and keeps what it read.
 */
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

/** What an event says: as it was recorded, or as a correction puts it. */
export interface Told {
  readonly type: EventType;
  readonly data: JsonObject;
  /** Where the event stands, and whether anything may correct it. */
  readonly position: number;
  readonly isCorrected: boolean;
}

/** The name in a place of what an event says, if one is there. */
export const nameAt = ({ data }: Told, wanted: NamePlace): string | undefined => {
  let found: string | undefined;
  visitNames(data, (place, name) => {
    if (place === wanted) found = name;
  });
  return found;
};

/** Events that it may read. */
const readsMax = 1_000_000;

/** Reads events by the keys of the sealed index, and keeps all that it read. */
export class EventsByKey {
  /** The events that were read, with their corrections. */
  readonly events = new Map<number, RecordedEvent>();
  private readonly index: KeyedEvents;
  private readonly position: number;
  private readonly tellings = new Map<number, ReadonlyArray<Told>>();
  private readonly work: Work = upTo(readsMax);

  /** @param position the last one to know. */
  constructor(index: KeyedEvents, position: number) {
    this.index = index;
    this.position = position;
  }

  /** What an event says; nothing of a correction, but what it is of is read too. */
  private tellingsOf(position: number): ReadonlyArray<Told> {
    const before = this.tellings.get(position);
    if (before !== undefined) return before;
    this.work.goOn(1);
    const recorded = this.index.at(position);
    const told: Told[] = [];
    this.tellings.set(position, told);
    if (recorded === undefined) return told;
    this.events.set(position, recorded);
    const { event } = recorded;
    if (isCorrection(event)) {
      const target = this.index.find(event.data.event.source, event.data.event.id);
      if (target !== undefined && target <= this.position) this.tellingsOf(target);
      return told;
    }
    const { type } = event;
    const corrections = this.index.correctionsOf(event.source, event.id, this.position);
    const isCorrected = corrections.length > 0;
    told.push({ type, data: encodeData(event) as JsonObject, position, isCorrected });
    for (const each of corrections) {
      const correction = this.index.at(each);
      if (correction === undefined || !isCorrection(correction.event)) continue;
      this.events.set(each, correction);
      const data = replacedBy(correction.event);
      if (data !== undefined) told.push({ type, data, position, isCorrected });
    }
    return told;
  }

  private told(positions: ReadonlyArray<number>): ReadonlyArray<Told> {
    return positions.flatMap((position) => this.tellingsOf(position));
  }

  /** What the events under a topic say. */
  under(kind: TopicKind, name: string): ReadonlyArray<Told> {
    return this.told(this.index.positions(kind, name, 0, this.position));
  }

  /** What the events say in which a party has a role. */
  inRole(role: PartyRole, party: string): ReadonlyArray<Told> {
    return this.told(this.index.positionsOfRole(role, party, this.position));
  }

  /** What the enrolments in a population say, the accesses by a party, what a source vouched, and one event. */
  enrolments(population: string): ReadonlyArray<Told> {
    return this.told(this.index.enrolments(population, this.position));
  }
  accessesBy(party: string): ReadonlyArray<Told> {
    return this.told(this.index.accessesBy(party, this.position));
  }
  vouchesOf(source: string): ReadonlyArray<Told> {
    return this.told(this.index.vouchesOf(source, this.position));
  }
  at(position: number): ReadonlyArray<Told> {
    return position <= this.position ? this.told([position]) : [];
  }
}

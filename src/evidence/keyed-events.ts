/** Finds events by the keys of the sealed index: an event without the key was not recorded. */
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { visitNames } from '../domain/events/places.ts';
import { type Correction, isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';
import {
  accessesBeginning,
  correctionsKey,
  enrolmentsBeginning,
  type IndexKey,
  identityKey,
  isRangedTopic,
  isSealedTopic,
  type PartyRole,
  rangesBeginning,
  roleKey,
  topicKey,
  vouchBeginning,
} from '../sealed-index/index-key.ts';
import { descending, type KeyPart, positionsUnder } from './key-part.ts';

/** The keys of the sealed index cannot answer a question. */
export class NotKeyed extends Error {}

/** Refuses a question that the keys cannot answer. */
export const notKeyed = (): never => {
  throw new NotKeyed('the question concerns everybody, which the sealed index cannot prove');
};

/** The inputs of the index: the keys, and the events to which they lead. */
export interface KeyedLog {
  readonly parts: ReadonlyArray<KeyPart>;
  /** The event at a position, as recorded. */
  at(position: number): RecordedEvent | undefined;
  /** The size of its stored bytes. */
  bytesAt(position: number): number;
}

/** The data with which a correction replaces that of its target. */
export const replacedBy = ({ data }: Correction): JsonObject | undefined =>
  'data' in data ? (data.data as JsonObject | undefined) : undefined;

/** Events and their corrections, found by key. */
export class KeyedEvents {
  protected readonly log: KeyedLog;
  protected readonly knownUpTo: number;
  private readonly under = new Map<IndexKey, ReadonlyArray<number>>();

  /** @param knownUpTo the last position that the question knows; later events are not read. */
  constructor(log: KeyedLog, knownUpTo: number) {
    this.log = log;
    this.knownUpTo = knownUpTo;
  }

  protected positionsUnder(key: IndexKey, upTo: number): ReadonlyArray<number> {
    const positions = this.under.get(key) ?? positionsUnder(this.log.parts, key);
    this.under.set(key, positions);
    return positions.filter((position) => position <= upTo);
  }

  /** The positions of all keys with a prefix, in log order. */
  private positionsBeneath(beginning: string, upTo: number): ReadonlyArray<number> {
    return this.log.parts.flatMap((part) =>
      [...descending(part, beginning)]
        .flatMap(({ positions }) => positions)
        .filter((position) => position <= upTo)
        .sort((a, b) => a - b),
    );
  }

  at(position: number): RecordedEvent | undefined {
    return position > this.knownUpTo ? undefined : this.log.at(position);
  }

  find(source: string, id: string): number | undefined {
    return this.positionsUnder(identityKey(source, id), Number.MAX_SAFE_INTEGER)[0];
  }

  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number> {
    return this.positionsUnder(correctionsKey(source, id), upTo);
  }

  /** The target of a correction, if it is recorded up to a position and is not a correction itself. */
  protected targetOf({ data }: Correction, upTo: number): RecordedEvent | undefined {
    const position = this.find(data.event.source, data.event.id);
    const target = position === undefined || position > upTo ? undefined : this.at(position);
    return target === undefined || isCorrection(target.event) ? undefined : target;
  }

  /** The events at some positions, those that corrections add, and the corrections of all of them. */
  private eventsAmong(
    positions: ReadonlyArray<number>,
    upTo: number,
    isThere: (type: EventType, data: JsonObject) => boolean,
  ): ReadonlySet<number> {
    const found = new Set<number>();
    const add = (recorded: RecordedEvent): void => {
      const { source, id } = recorded.event;
      found.add(recorded.position);
      for (const correction of this.correctionsOf(source, id, upTo)) found.add(correction);
    };
    for (const position of positions) {
      const recorded = this.at(position);
      if (recorded === undefined) continue;
      if (!isCorrection(recorded.event)) {
        add(recorded);
        continue;
      }
      const data = replacedBy(recorded.event);
      const target = data === undefined ? undefined : this.targetOf(recorded.event, upTo);
      if (data === undefined || target === undefined || !isThere(target.event.type, data)) continue;
      found.add(target.position);
      found.add(position);
    }
    return found;
  }

  positions(
    kind: TopicKind,
    name: string,
    after: number,
    upTo: number,
    limit = Number.MAX_SAFE_INTEGER,
  ): ReadonlyArray<number> {
    if (!isSealedTopic(kind)) return notKeyed();
    const under = isRangedTopic(kind)
      ? this.positionsBeneath(rangesBeginning(kind, name), upTo)
      : this.positionsUnder(topicKey(kind, name), upTo);
    const found = new Set(
      this.eventsAmong(under, upTo, (type, data) => {
        let isThere = false;
        visitTopics(type, data, {
          topic: (each, of) => {
            isThere ||= each === kind && of === name;
          },
          name: () => {},
        });
        return isThere;
      }),
    );
    // A correction that names a person is about that person, whatever its target.
    if (kind === 'subject') for (const position of under) found.add(position);
    return [...found]
      .filter((position) => position > after)
      .sort((a, b) => a - b)
      .slice(0, limit);
  }

  /**
   * The positions of memberships, control relations, sites or grants in which a party has a role, and of their
   * corrections, in log order.
   */
  positionsOfRole(role: PartyRole, party: string, upTo: number): ReadonlyArray<number> {
    const under = this.positionsUnder(roleKey(role, party), upTo);
    const found = this.eventsAmong(under, upTo, (type, data) => {
      let isThere = false;
      if (concerns(type, 'reach'))
        visitNames(data, (place, name) => {
          isThere ||= place === role && name === party;
        });
      return isThere;
    });
    return [...found].sort((a, b) => a - b);
  }

  /** The positions of the enrolments in a population and of their corrections, in log order. */
  enrolments(population: string, upTo: number): ReadonlyArray<number> {
    const under = this.positionsBeneath(enrolmentsBeginning(population), upTo);
    const isThere = (type: EventType, data: JsonObject): boolean =>
      traitsOf(type).enrols === true && data.population === population;
    return [...this.eventsAmong(under, upTo, isThere)].sort((a, b) => a - b);
  }

  /** The positions of the accesses by a party and of their corrections, in log order. */
  accessesBy(party: string, upTo: number): ReadonlyArray<number> {
    const under = this.positionsBeneath(accessesBeginning(party), upTo);
    const isThere = (type: EventType, data: JsonObject): boolean =>
      concerns(type, 'access') && data.party === party;
    return [...this.eventsAmong(under, upTo, isThere)].sort((a, b) => a - b);
  }

  /**
   * The positions of the vouches of a source, as recorded or as corrected, and of their corrections, in log order.
   */
  vouchesOf(source: string, upTo: number): ReadonlyArray<number> {
    const under = this.positionsBeneath(vouchBeginning(source), upTo);
    const isThere = (type: EventType): boolean => traitsOf(type).vouches === true;
    return [...this.eventsAmong(under, upTo, isThere)].sort((a, b) => a - b);
  }
}

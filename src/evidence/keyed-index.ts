/**
 * The index that questions are asked of, over the keys of the sealed index: what it does not find, nobody recorded.
 *
 * It answers what a question about one person asks. What is asked about everybody it cannot answer, and refuses.
 */
import * as E from 'fp-ts/lib/Either.js';
import { concerns, type EventType, traitsOf } from '../domain/events/catalogue.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import { visitNames } from '../domain/events/places.ts';
import { type Correction, isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { type Instant, parseInstant } from '../domain/time/instant.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';
import {
  correctionsKey,
  everyCorrectionKey,
  type IndexKey,
  identityKey,
  isSealedTopic,
  lastPartOf,
  namingBeginning,
  namingCorrectionBeginning,
  type PartyRole,
  roleKey,
  topicKey,
  vouchBeginning,
} from '../sealed-index/index-key.ts';
import { descending, type KeyPart, positionsUnder } from './key-part.ts';

/** A question is about more than the keys of the sealed index can tell. */
export class NotKeyed extends Error {}

const notKeyed = (): never => {
  throw new NotKeyed('it asks about everybody, which the sealed index does not prove');
};

/** What the index reads: the keys, and the events that they lead to. */
export interface KeyedLog {
  readonly parts: ReadonlyArray<KeyPart>;
  /** The event at a position, as it was recorded. */
  at(position: number): RecordedEvent | undefined;
  /** The size of its stored bytes. */
  bytesAt(position: number): number;
}

/** What a correction puts in place of the data of its target. */
const replacedBy = ({ data }: Correction): JsonObject | undefined =>
  'data' in data ? (data.data as JsonObject | undefined) : undefined;

export class KeyedIndex implements EventIndex {
  private readonly log: KeyedLog;
  private readonly knownUpTo: number;
  private readonly under = new Map<IndexKey, ReadonlyArray<number>>();

  /** @param knownUpTo the last position that the question knows: no event after it is read. */
  constructor(log: KeyedLog, knownUpTo: number) {
    this.log = log;
    this.knownUpTo = knownUpTo;
  }

  private positionsUnder(key: IndexKey, upTo: number): ReadonlyArray<number> {
    const positions = this.under.get(key) ?? positionsUnder(this.log.parts, key);
    this.under.set(key, positions);
    return positions.filter((position) => position <= upTo);
  }

  at(position: number): RecordedEvent | undefined {
    return position > this.knownUpTo ? undefined : this.log.at(position);
  }

  /** The event whole: that it may name others as well changes no answer. */
  about(position: number): RecordedEvent | undefined {
    return this.at(position);
  }

  bytesAt(position: number): number {
    return position > this.knownUpTo ? 0 : this.log.bytesAt(position);
  }

  recordedAtOf(position: number): Instant | undefined {
    return this.at(position)?.recordedAt;
  }

  sourceAt(position: number): string | undefined {
    return this.at(position)?.event.source;
  }

  find(source: string, id: string): number | undefined {
    return this.positionsUnder(identityKey(source, id), Number.MAX_SAFE_INTEGER)[0];
  }

  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number> {
    return this.positionsUnder(correctionsKey(source, id), upTo);
  }

  lastCorrections(upTo: number, limit: number): ReadonlyArray<number> {
    return this.positionsUnder(everyCorrectionKey, upTo).slice(-limit);
  }

  /** What a correction is of, if that is recorded up to a position and is none itself. */
  private targetOf({ data }: Correction, upTo: number): RecordedEvent | undefined {
    const position = this.find(data.event.source, data.event.id);
    const target = position === undefined || position > upTo ? undefined : this.at(position);
    return target === undefined || isCorrection(target.event) ? undefined : target;
  }

  /** The events under a key, with those that corrections bring there, and the corrections of all of them. */
  private eventsUnder(
    key: IndexKey,
    upTo: number,
    isThere: (type: EventType, data: JsonObject) => boolean,
  ): ReadonlySet<number> {
    const found = new Set<number>();
    const add = (recorded: RecordedEvent): void => {
      const { source, id } = recorded.event;
      found.add(recorded.position);
      for (const correction of this.correctionsOf(source, id, upTo)) found.add(correction);
    };
    for (const position of this.positionsUnder(key, upTo)) {
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
    const key = topicKey(kind, name);
    const found = new Set(
      this.eventsUnder(key, upTo, (type, data) => {
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
    // A correction that names a person is about that person, whatever it corrects.
    if (kind === 'subject') for (const position of this.positionsUnder(key, upTo)) found.add(position);
    return [...found]
      .filter((position) => position > after)
      .sort((a, b) => a - b)
      .slice(0, limit);
  }

  /** The positions of memberships, or controls, in which a party has a role, with their corrections, in log order. */
  positionsOfRole(role: PartyRole, party: string, upTo: number): ReadonlyArray<number> {
    const found = this.eventsUnder(roleKey(role, party), upTo, (type, data) => {
      let isThere = false;
      if (concerns(type, 'reach'))
        visitNames(data, (place, name) => {
          isThere ||= place === role && name === party;
        });
      return isThere;
    });
    return [...found].sort((a, b) => a - b);
  }

  sourcesNaming(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<string> {
    const sources = new Set<string>();
    for (const part of this.log.parts) {
      for (const { key, positions } of descending(part, namingBeginning(kind, name)))
        if (positions[0]! <= upTo) sources.add(lastPartOf(key));
      for (const { key, positions } of descending(part, namingCorrectionBeginning(kind, name)))
        if (positions.some((position) => this.namesByCorrection(position, kind, name, upTo)))
          sources.add(lastPartOf(key));
    }
    return [...sources].slice(0, limit);
  }

  private namesByCorrection(position: number, kind: 'site' | 'party', name: string, upTo: number): boolean {
    const event = position > upTo ? undefined : this.at(position)?.event;
    if (event === undefined || !isCorrection(event)) return false;
    const data = replacedBy(event);
    const target = data === undefined ? undefined : this.targetOf(event, upTo);
    if (data === undefined || target === undefined) return false;
    let isNamed = false;
    visitTopics(target.event.type, data, {
      topic: () => {},
      name: (each, of) => {
        isNamed ||= each === kind && of === name;
      },
    });
    return isNamed;
  }

  latestVouch(source: string, holds: (position: number, upTo: Instant) => boolean): Instant | undefined {
    let latest: Instant | undefined;
    for (const part of this.log.parts) {
      for (const { key, positions } of descending(part, vouchBeginning(source))) {
        const upTo = parseInstant(lastPartOf(key));
        if (E.isLeft(upTo)) throw new Error('a key of the sealed index has no instant');
        if (latest !== undefined && upTo.right <= latest) break;
        if (!positions.some((position) => this.vouches(position, source, upTo.right, holds))) continue;
        latest = upTo.right;
        break;
      }
    }
    return latest;
  }

  private vouches(
    position: number,
    source: string,
    upTo: Instant,
    holds: (position: number, upTo: Instant) => boolean,
  ): boolean {
    const event = this.at(position)?.event;
    if (event === undefined) return false;
    if (!isCorrection(event)) return holds(position, upTo);
    const target = this.targetOf(event, Number.MAX_SAFE_INTEGER);
    return (
      target !== undefined &&
      target.event.source === source &&
      traitsOf(target.event.type).vouches === true &&
      holds(target.position, upTo)
    );
  }

  readonly positionsAfter = notKeyed;
  readonly positionsOfKind = notKeyed;
  readonly firstOfSource = notKeyed;
  readonly sources = notKeyed;
  readonly movementsBetween = notKeyed;
  readonly setAside = notKeyed;
  readonly firstMention = notKeyed;
  readonly names = notKeyed;
  readonly correctedRegistrations = notKeyed;
  readonly enrolmentsIn = notKeyed;
  readonly enrolmentPositions = notKeyed;
  readonly individualsOf = notKeyed;
  readonly movedIndividuals = notKeyed;
  readonly isIndividual = notKeyed;
}

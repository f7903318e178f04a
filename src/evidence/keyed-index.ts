/**
 * An event index over the keys of the sealed index.
 *
 * It supports questions about one person. It refuses questions about everybody, which the keys cannot answer.
 */
import * as E from 'fp-ts/lib/Either.js';
import { traitsOf } from '../domain/events/catalogue.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { type Instant, parseInstant } from '../domain/time/instant.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { visitTopics } from '../projections/topics.ts';
import {
  everyCorrectionKey,
  lastPartOf,
  namingBeginning,
  namingCorrectionBeginning,
  vouchBeginning,
} from '../sealed-index/index-key.ts';
import { descending } from './key-part.ts';
import { KeyedEvents, notKeyed, replacedBy } from './keyed-events.ts';

/** The port of the projections, implemented on sealed keys. */
export class KeyedIndex extends KeyedEvents implements EventIndex {
  /** The whole event: other people in it change no answer. */
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

  lastCorrections(upTo: number, limit: number): ReadonlyArray<number> {
    return this.positionsUnder(everyCorrectionKey, upTo).slice(-limit);
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
  readonly everyIndividual = notKeyed;
  readonly typeAt = notKeyed;
  readonly readAhead = notKeyed;
  readonly forgetAhead = notKeyed;
  readonly movedIndividuals = notKeyed;
  readonly isIndividual = notKeyed;
  readonly enrolmentOfMany = notKeyed;
  readonly enrolledAmong = notKeyed;
}

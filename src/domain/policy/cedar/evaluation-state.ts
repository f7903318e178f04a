/**
 * The only mutable state of an evaluation: the current instant, and until when everything read so far stays the same.
 *
 * Reading a value at `at` draws `until` in to where that value next changes. So the result of a rule at `at` is valid
 * up to `until`: it would read the same values and take the same branches.
 */

import type { Instant } from '../../time/instant.ts';
import { beginning, never } from '../../time/instant.ts';
import { firstEndingAfter, type Interval } from '../../time/interval.ts';
import type {
  Entities,
  OwnershipAsked,
  OwnershipName,
  RequestHistory,
  SourcedPiece,
} from './request-history.ts';
import { type EntityRef, sameEntity, type Value } from './value.ts';

/** What could not be evaluated, and why: Cedar's error. */
export class Failure {
  readonly kind = 'failure';
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Result = Value | Failure;

/** Whether the evaluation failed. */
export const failed = (result: Result): result is Failure =>
  typeof result === 'object' && result.kind === 'failure';

const unknownAncestry = new Failure('it is not known in which country the site is');

export class EvaluationState {
  at: Instant = beginning;
  until: Instant = never;
  request: RequestHistory;
  readonly entities: Entities;
  /** Collects the events behind everything that is read; nothing is collected if there is none. */
  trace: Set<number> | undefined;
  /** Only what began at this instant or later is collected. */
  traceFrom: Instant = beginning;

  /** Whether an ownership was read that rests on an unknown share. */
  restsOnUnknownShare = false;
  /** Counts unknown shares the other way round, to see whether the verdict depends on them. */
  countsOtherwise = false;

  constructor(entities: Entities, request: RequestHistory) {
    this.entities = entities;
    this.request = request;
  }

  /** The piece that holds at `at`, if any. Logarithmic in the pieces. */
  read<P extends Interval>(pieces: ReadonlyArray<P>): P | undefined {
    // Most attributes have one piece: a look at it is cheaper than a search.
    const first = pieces[0];
    const piece =
      first === undefined || this.at < first.to ? first : pieces[firstEndingAfter(pieces, this.at)];
    if (piece === undefined) return undefined;
    if (piece.from <= this.at) {
      if (piece.to < this.until) this.until = piece.to;
      return piece;
    }
    if (piece.from < this.until) this.until = piece.from;
    return undefined;
  }

  valueOf<A>(pieces: ReadonlyArray<SourcedPiece<A>>): A | undefined {
    const piece = this.read(pieces);
    if (piece === undefined) return undefined;
    if (this.trace !== undefined && piece.from >= this.traceFrom) this.collect(piece.events);
    return piece.value;
  }

  collect(events: ReadonlyArray<number> | undefined): void {
    for (const event of events ?? []) this.trace?.add(event);
  }

  principal(): EntityRef | undefined {
    return this.valueOf(this.request.principal);
  }

  attribute(entity: EntityRef, name: string): Value | undefined {
    const { resource } = this.request;
    const pieces = sameEntity(entity, resource.ref)
      ? resource.attribute(name)
      : this.entities.attribute(entity, name);
    return pieces === undefined ? undefined : this.valueOf(pieces);
  }

  /** Cedar's `in`: whether the entity is the ancestor or stands below it. */
  isIn(entity: EntityRef, ancestor: EntityRef): boolean | Failure {
    if (sameEntity(entity, ancestor)) return true;
    const { resource } = this.request;
    if (!sameEntity(entity, resource.ref)) return this.standsIn(entity, ancestor);
    let answer: boolean | Failure = false;
    for (const parent of resource.parents) {
      const within = this.isIn(parent, ancestor);
      if (within === true) return true;
      if (within !== false) answer = within;
    }
    return answer;
  }

  standsIn(entity: EntityRef, ancestor: EntityRef): boolean | Failure {
    const ancestry = this.entities.ancestry(entity, ancestor);
    const within = this.read(ancestry.within);
    if (within !== undefined) {
      if (this.trace !== undefined && within.from >= this.traceFrom)
        this.collect(ancestry.eventsAt?.(this.at));
      return true;
    }
    if (this.read(ancestry.unknown) !== undefined) return unknownAncestry;
    if (this.trace !== undefined) this.collect(ancestry.eventsAgainst?.(this.at, this.traceFrom));
    return false;
  }

  /** Whether the principal, or whom it works for, is owned from the countries that the rule names (R23). */
  isOwned(
    entity: EntityRef,
    name: OwnershipName,
    { countries, unknownShareCounts }: OwnershipAsked,
  ): boolean {
    const history = this.entities.owned(entity, name, countries);
    const { from, value } = this.read(history.pieces)!;
    if (value === 'unknown') this.restsOnUnknownShare = true;
    const isOwned = value === 'yes' || (value === 'unknown' && unknownShareCounts !== this.countsOtherwise);
    if (this.trace === undefined) return isOwned;
    if (isOwned) {
      const proof = history.eventsAt(this.at);
      if (proof.to < this.until) this.until = proof.to;
      if (Math.max(from, proof.from) >= this.traceFrom) this.collect(proof.value);
    } else this.collect(history.eventsAgainst(this.at, this.traceFrom));
    return isOwned;
  }
}

/**
 * The input of a rule over time: who (principal) does what (action) to which holding (resource), and what is known of
 * the entities that the rule reads (R17).
 */

import type { Instant } from '../../time/instant.ts';
import type { Timeline } from '../../time/timeline.ts';
import type { Piece } from '../../time/varying.ts';
import type { EntityRef, Value } from './value.ts';

/** A value while it lasted, with the positions of the events by which it is known. */
export interface SourcedPiece<A> extends Piece<A> {
  readonly events?: ReadonlyArray<number>;
}

/** An attribute over time. Between its pieces it is missing: to read it there is an error, as in Cedar. */
export type Attribute = ReadonlyArray<SourcedPiece<Value>>;

/** When an entity is below another: Cedar's `in`, without the entity itself. */
export interface Ancestry {
  readonly within: Timeline;
  /** When this is unknown, such as the country of an unregistered site. Reading it then is an error. */
  readonly unknown: Timeline;
  /** The positions of the events by which this holds at an instant. */
  readonly eventsAt?: (instant: Instant) => ReadonlyArray<number>;
  /**
   * The positions of the events by which this does not hold at an instant, as far as they applied from an instant on.
   */
  readonly eventsAgainst?: (instant: Instant, since: Instant) => ReadonlyArray<number>;
}

/** Whether something is owned from some countries. `unknown`: only if an unknown share is enough. */
export type Owned = 'yes' | 'unknown' | 'no';

/** Over time whether something is owned from some countries (R23). */
export interface OwnedFrom {
  /** At every instant one. */
  readonly pieces: ReadonlyArray<Piece<Owned>>;
  /** The positions of the events by which it is, or may be, at an instant, and while these are the same. */
  readonly eventsAt: (instant: Instant) => Piece<ReadonlyArray<number>>;
  /** The positions of the events by which it no longer is at an instant, as far as they held from an instant on. */
  readonly eventsAgainst: (instant: Instant, since: Instant) => ReadonlyArray<number>;
}

/** The two attributes of ownership: of the principal itself, or of whom it works for. */
export const ownershipNames = ['ownedFrom', 'employedFrom'] as const;
export type OwnershipName = (typeof ownershipNames)[number];
export const isOwnershipName = (name: string): name is OwnershipName =>
  (ownershipNames as ReadonlyArray<string>).includes(name);

/** What a rule's annotations say of ownership: `@ownedFrom("CN,RU")`, `@unknownShareCounts("false")` (R23). */
export interface OwnershipAsked {
  /** ISO 3166-1 alpha-2 codes, in code-unit order. */
  readonly countries: ReadonlyArray<string>;
  /** Whether a control without a share counts as one of the whole, and else as nothing. */
  readonly unknownShareCounts: boolean;
}

/** What is known of entities other than the resource. */
export interface Entities {
  owned(entity: EntityRef, name: OwnershipName, countries: ReadonlyArray<string>): OwnedFrom;
  /** An attribute over time; `undefined` where the entity never has it. */
  attribute(entity: EntityRef, name: string): Attribute | undefined;
  ancestry(entity: EntityRef, ancestor: EntityRef): Ancestry;
}

/** The resource of a request: the holding. */
export interface ResourceHistory {
  readonly ref: EntityRef;
  /** What it stands in, always. */
  readonly parents: ReadonlyArray<EntityRef>;
  attribute(name: string): Attribute | undefined;
}

/** One request over time. */
export interface RequestHistory {
  /** Where this has a gap, the principal is not known, and a rule that reads it cannot be judged. */
  readonly principal: ReadonlyArray<SourcedPiece<EntityRef>>;
  readonly action: EntityRef;
  readonly resource: ResourceHistory;
}

/** Is in nothing, and this is known. */
export const noAncestry: Ancestry = { within: [], unknown: [] };

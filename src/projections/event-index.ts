/**
 * The port of the projections: what questions ask of the index that is kept of the events.
 *
 * A reader sees one snapshot at a time, up to its checkpoint. The caller passes the last position to know.
 */
import type { EventType } from '../domain/events/catalogue.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { TopicKind } from './topics.ts';

/** The places of enrolments, in folding order, as two columns. */
export interface Enrolments {
  readonly times: Float64Array;
  readonly positions: Float64Array;
}

/** Enrolments in a population, as recorded up to a position. */
export interface EnrolmentList {
  /** All enrolments, in folding order. */
  enrolments(): Enrolments;
  /** How many enrolments come before a place. */
  before(place: FoldingPlace): number;
}

/** Which kind of events: of a source, of a type, or of both. */
export interface EventKind {
  readonly source?: string;
  readonly type?: EventType;
}

/** Some of the individuals of a list. */
export interface SomeIndividuals {
  readonly subjects: ReadonlyArray<string>;
  /** Up to which place of the list they are. */
  readonly upTo: number;
  /** How many places the list has. */
  readonly of: number;
}

export interface EventIndex {
  /** The event at a position; undefined if there is none, or if it cannot be decoded. */
  at(position: number): RecordedEvent | undefined;
  /**
   * The same, as far as it is about one subject: an event that enrols many names this one alone, if it names it at all,
   * and the others are not read. Nothing else of the event differs.
   */
  about(position: number, subject: string): RecordedEvent | undefined;
  /** The size of the stored event, in bytes; 0 if there is none. */
  bytesAt(position: number): number;
  /** When the event at a position was recorded, if there is one. */
  recordedAtOf(position: number): Instant | undefined;
  /** The position of the event with this `source` and `id`, if it is recorded. */
  find(source: string, id: string): number | undefined;
  /** Up to `limit` positions after one, in log order. */
  positionsAfter(position: number, limit: number): ReadonlyArray<number>;

  /** The positions of events under a topic, after one and up to another, in log order: the first `limit` of them. */
  positions(
    kind: TopicKind,
    name: string,
    after: number,
    upTo: number,
    limit?: number,
  ): ReadonlyArray<number>;
  /** The positions of events of a kind, after one and up to another, in log order: the first `limit` of them. */
  positionsOfKind(kind: EventKind, after: number, upTo: number, limit: number): ReadonlyArray<number>;
  /** The source of the event at a position; undefined if there is no event there that can be read. */
  sourceAt(position: number): string | undefined;
  /** Where the first event of a source stands, if there is one. */
  firstOfSource(source: string): number | undefined;
  /** Sources of events up to a position, in the order of their first events: the first `limit` of them. */
  sources(upTo: number, limit: number): ReadonlyArray<string>;
  /** Sources of which an event up to a position names the site or party, or a correction does: `limit` of them. */
  sourcesNaming(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<string>;
  /**
   * The latest instant up to which a source vouched (R22).
   *
   * @param holds whether the event at the position is one by which the source vouches up to this instant: each that
   *   ever did, as recorded or as corrected, is asked about, and rarely one of another source.
   */
  latestVouch(source: string, holds: (position: number, upTo: Instant) => boolean): Instant | undefined;
  /** The positions of what may correct the event with this `source` and `id`, up to one, in log order. */
  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number>;
  /** The positions of everything that may correct an event, up to one: the last `limit`, in log order. */
  lastCorrections(upTo: number, limit: number): ReadonlyArray<number>;
  /** Movements of data whose time, as recorded or as corrected, lies in `[from, to)`: their positions. */
  movementsBetween(from: Instant, to: Instant): ReadonlySet<number>;
  /** Events that could not be applied, after a position and up to another, and why. */
  setAside(
    after: number,
    upTo: number,
  ): ReadonlyArray<{ readonly position: number; readonly reason: string }>;

  /** Where a name is first mentioned, if it is. */
  firstMention(kind: RegisteredKind, name: string): number | undefined;
  /** Names of a kind that are mentioned up to a position, in order, after one. */
  names(kind: RegisteredKind, after: string, upTo: number, limit: number): ReadonlyArray<string>;
  /** Things whose registration was corrected: what names them may fit the other events or not. */
  correctedRegistrations(): ReadonlyArray<{ readonly kind: RegisteredKind; readonly name: string }>;

  /** The enrolments in a population, as recorded up to a position. */
  enrolmentsIn(population: string, upTo: number): EnrolmentList | undefined;
  /** The positions of the enrolments in a population, after one and up to another. */
  enrolmentPositions(population: string, after: number, upTo: number): ReadonlyArray<number>;
  /**
   * The individuals of a population: its subjects about whom more is recorded than one enrolment, so that each has to
   * be followed by itself; perhaps some others too. In the order in which they became such, from the nth on.
   */
  individualsOf(population: string, from?: number, limit?: number): SomeIndividuals;
  /** Subjects whose own data was ever moved, whether they are enrolled or not; in the same way. */
  movedIndividuals(from?: number, limit?: number): SomeIndividuals;
  /** Whether a subject has to be followed by itself. */
  isIndividual(subject: string): boolean;
}

/**
 * The port of the projections: how questions use the index of events.
 *
 * A reader sees one snapshot at a time, up to its checkpoint. The caller passes the last position to know.
 */
import type { EventType } from '../domain/events/catalogue.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { TopicKind } from './topics.ts';

/** The places of enrolments, in folding order, as columns: an event may enrol many people at its place. */
export interface Enrolments {
  readonly times: Float64Array;
  readonly positions: Float64Array;
  /** How many people are enrolled at each place. */
  readonly counts: Uint32Array;
}

/** The enrolments in a population, as recorded up to a position. */
export interface EnrolmentList {
  /** All enrolments, in folding order, in memory of their own. */
  enrolments(): Enrolments;
  /** How many enrolments come before a place. */
  before(place: FoldingPlace): number;
}

/** A kind of events: of a source, of a type, or of both. */
export interface EventKind {
  readonly source?: string;
  readonly type?: EventType;
}

/** A part of a list of individuals. */
export interface SomeIndividuals {
  readonly subjects: ReadonlyArray<string>;
  /** The index in the list at which the part ends. */
  readonly upTo: number;
  /** The length of the list. */
  readonly of: number;
}

export interface EventIndex {
  /** The event at a position; undefined if there is none, or if it cannot be decoded. */
  at(position: number): RecordedEvent | undefined;
  /**
   * The same, reduced to one subject: an event that enrols many has only this one, if it names it at all, and the
   * others are not read. The rest of the event is the same.
   */
  about(position: number, subject: string): RecordedEvent | undefined;
  /**
   * Reads events that name the subjects ahead, up to a position, in place of those read ahead before. Asking for them then
   * costs less.
   *
   * @param goOn called now and then; may throw.
   * @param isWanted which of them to read, by position; by default all.
   */
  readAhead(
    subjects: ReadonlyArray<string>,
    upTo: number,
    goOn: () => void,
    isWanted?: (position: number) => boolean,
  ): void;
  /** Frees the memory of what was read ahead. */
  forgetAhead(): void;
  /** The type of the event at a position; undefined if there is none, or if it is unreadable. Reads no event. */
  typeAt(position: number): EventType | undefined;
  /** The size of the stored event, in bytes; 0 if there is none. */
  bytesAt(position: number): number;
  /** When the event at a position was recorded, if there is one. */
  recordedAtOf(position: number): Instant | undefined;
  /** The position of the event with this `source` and `id`, if it is recorded. */
  find(source: string, id: string): number | undefined;
  /** Up to `limit` positions after a position, in log order. */
  positionsAfter(position: number, limit: number): ReadonlyArray<number>;

  /** The positions of the first `limit` events under a topic, after one position up to another, in log order. */
  positions(
    kind: TopicKind,
    name: string,
    after: number,
    upTo: number,
    limit?: number,
  ): ReadonlyArray<number>;
  /** The positions of the first `limit` events of a kind, after one position up to another, in log order. */
  positionsOfKind(kind: EventKind, after: number, upTo: number, limit: number): ReadonlyArray<number>;
  /** The source of the event at a position; undefined if it is missing or unreadable. */
  sourceAt(position: number): string | undefined;
  /** The position of a source's first event, if there is one. */
  firstOfSource(source: string): number | undefined;
  /** The first `limit` sources of events up to a position, in the order of their first events. */
  sources(upTo: number, limit: number): ReadonlyArray<string>;
  /** Up to `limit` sources with an event, or a correction of one, that names the site or party up to a position. */
  sourcesNaming(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<string>;
  /**
   * The latest instant up to which a source vouched (R22).
   *
   * @param holds whether the event at the position is a valid vouch of the source up to this instant. It is called
   * for
   *   each recorded or corrected vouch and, rarely, for one of another source.
   */
  latestVouch(source: string, holds: (position: number, upTo: Instant) => boolean): Instant | undefined;
  /**
   * The positions up to a given one of possible corrections of the event with this `source` and `id`, in log order.
   */
  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number>;
  /** The positions of the last `limit` possible corrections up to a given position, in log order. */
  lastCorrections(upTo: number, limit: number): ReadonlyArray<number>;
  /** The positions of movements of data whose time, as recorded or as corrected, is in `[from, to)`. */
  movementsBetween(from: Instant, to: Instant): ReadonlySet<number>;
  /** Events after one position up to another that could not be applied, with reasons. */
  setAside(
    after: number,
    upTo: number,
  ): ReadonlyArray<{ readonly position: number; readonly reason: string }>;

  /** The position of a name's first mention, if there is one. */
  firstMention(kind: RegisteredKind, name: string): number | undefined;
  /** Names of a kind mentioned up to a position, in order, after a name. */
  names(kind: RegisteredKind, after: string, upTo: number, limit: number): ReadonlyArray<string>;
  /** Things whose registration was corrected: events that name them may fit or not. */
  correctedRegistrations(): ReadonlyArray<{ readonly kind: RegisteredKind; readonly name: string }>;

  /** The enrolments in a population, as recorded up to a position. */
  enrolmentsIn(population: string, upTo: number): EnrolmentList | undefined;
  /** The positions of the enrolments in a population, after one position up to another. */
  enrolmentPositions(population: string, after: number, upTo: number): ReadonlyArray<number>;
  /**
   * The individuals of a population: its subjects with more than one enrolment recorded, which must be followed
   * individually, and possibly some others. In the order in which they became individuals, from index `from` on.
   */
  individualsOf(population: string, from?: number, limit?: number): SomeIndividuals;
  /** All subjects who must be followed individually, and possibly some others, each once; otherwise the same. */
  everyIndividual(from?: number, limit?: number): SomeIndividuals;
  /** Subjects whose own data was ever moved, enrolled or not; otherwise the same. */
  movedIndividuals(from?: number, limit?: number): SomeIndividuals;
  /** Whether a subject must be followed individually. */
  isIndividual(subject: string): boolean;
  /**
   * The event at a position if it enrols many people, reduced to the first of them; undefined for any other event. The
   * others are not read: `enrolledAmong` tells which of them are followed.
   */
  enrolmentOfMany(position: number): RecordedEvent | undefined;
  /**
   * Of some subjects and of all individuals, those whom enrolments after one position up to another name, as recorded,
   * and possibly some others.
   */
  enrolledAmong(subjects: Iterable<string>, after: number, upTo: number): ReadonlySet<string>;
}

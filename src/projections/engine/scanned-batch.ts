/**
 * A batch of events from the log, as far as it can be understood without earlier events: its index entries, and
 * what must be applied in log order. It consists of typed arrays and plain objects, so that threads can pass it on.
 */
import type { EventType } from '../../domain/events/catalogue.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import { entryOf, sortedEntries } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { byTime, type ListKey } from './posting-list.ts';

/** A name that a batch mentions. */
export interface MentionedName {
  readonly kind: RegisteredKind;
  readonly name: string;
  /** The position of its first mention. */
  readonly position: number;
  /** Whether the batch registers it. */
  registered: boolean;
}

/**
 * The key of a posting list, or the enrolments in a population whose id is not known yet; `name` is its index among
 * the names of the batch.
 */
export type BatchListKey = { readonly name: number } | { readonly key: ListKey };

export interface ScannedBatch {
  readonly positions: Float64Array;
  /** For each event, one more than the index of its kind in `kinds`; 0 if it is unreadable. */
  readonly codes: Uint32Array;
  /** Each with its first position, in that order. */
  readonly kinds: ReadonlyArray<{
    readonly source: string;
    readonly type: EventType;
    readonly position: number;
  }>;
  /**
   * Which sources name which things, as triples: the index of the name, the index of a kind of the source, the
   * position.
   */
  readonly namings: Float64Array;
  /** Sorted, without repetition. */
  readonly entries: Float64Array;
  /** Posting lists, each in order of time. */
  readonly lists: ReadonlyArray<readonly [key: BatchListKey, postings: Float64Array]>;
  /** In order of first mention. */
  readonly names: ReadonlyArray<MentionedName>;
  /** Mentions before a registration in the batch, as pairs: the index of the name, and the position. */
  readonly unregistered: Float64Array;
  /** Positions of events to apply one by one: corrections, and events corrected before they were recorded. */
  readonly oneByOne: ReadonlyArray<number>;
  readonly setAside: ReadonlyArray<{ readonly position: number; readonly reason: string }>;
  /** Whether it reached the end of the log when it was read. */
  readonly isLast: boolean;
}

/** A growing array of numbers. */
class Numbers {
  private numbers = new Float64Array(1_024);
  length = 0;

  push(number: number): void {
    if (this.length === this.numbers.length) {
      const larger = new Float64Array(this.length * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.length++] = number;
  }

  taken(): Float64Array {
    return this.numbers.slice(0, this.length);
  }
}

/** Collects the contents of a batch, event by event. */
export class BatchBuilder {
  private readonly positions = new Numbers();
  private codes = new Uint32Array(1_024);
  private readonly kinds: { source: string; type: EventType; position: number }[] = [];
  private readonly namings = new Numbers();
  private readonly entries = new Numbers();
  /** Enrolments, by the index of the population among the names. */
  private readonly enrolments = new Map<number, Numbers>();
  private readonly otherLists = new Map<ListKey, Numbers>();
  private readonly names: MentionedName[] = [];
  private readonly unregistered = new Numbers();
  private readonly oneByOne: number[] = [];
  private readonly setAside: { position: number; reason: string }[] = [];
  private position = 0;

  /** Starts the next event of the batch. */
  event(position: number): void {
    this.position = position;
    this.positions.push(position);
    if (this.positions.length > this.codes.length) {
      const larger = new Uint32Array(this.codes.length * 2);
      larger.set(this.codes);
      this.codes = larger;
    }
  }

  /** Adds a kind that is new to the batch. @returns its code in the batch. */
  addKind(source: string, type: EventType): number {
    return this.kinds.push({ source, type, position: this.position });
  }

  /** Sets the kind of the event. */
  kind(code: number): void {
    this.codes[this.positions.length - 1] = code;
  }

  /** Records that the source of the kind names this, for the first time in the batch. */
  nameBy(name: number, kind: number): void {
    this.namings.push(name);
    this.namings.push(kind - 1);
    this.namings.push(this.position);
  }

  get events(): number {
    return this.positions.length;
  }

  /** The number of entries in the batch. */
  get weight(): number {
    return this.entries.length;
  }

  /** Indexes the event under the topic. */
  touch(topic: Topic): void {
    this.entries.push(entryOf(topic, this.positions.length - 1));
  }

  /** Adds a name at its first mention. @returns its index among the names. */
  mention(kind: RegisteredKind, name: string): number {
    this.names.push({ kind, name, position: this.position, registered: false });
    return this.names.length - 1;
  }

  register(name: number): void {
    this.names[name]!.registered = true;
  }

  /** Records a mention of a name that may be unregistered. */
  mentionUnregistered(name: number): void {
    this.unregistered.push(name);
    this.unregistered.push(this.position);
  }

  /** Adds an enrolment in a population, given by its index among the names. */
  enrol(name: number, time: number, subject: number): void {
    this.postTo(this.enrolments, name, time, subject);
  }

  /** Adds a posting to another list. */
  post(key: ListKey, time: number, subject: number): void {
    this.postTo(this.otherLists, key, time, subject);
  }

  private postTo(lists: Map<number, Numbers>, key: number, time: number, subject: number): void {
    let list = lists.get(key);
    if (list === undefined) {
      list = new Numbers();
      lists.set(key, list);
    }
    list.push(time);
    list.push(this.position);
    list.push(subject);
  }

  /** Marks the event to be applied by itself. */
  applyByItself(): void {
    this.oneByOne.push(this.position);
  }

  /** Marks the event as one that cannot be applied. */
  cannotApply(reason: string): void {
    this.setAside.push({ position: this.position, reason });
  }

  built(isLast: boolean): ScannedBatch {
    return {
      positions: this.positions.taken(),
      codes: this.codes.slice(0, this.positions.length),
      kinds: this.kinds,
      namings: this.namings.taken(),
      entries: sortedEntries(this.entries.taken()),
      lists: [
        ...[...this.enrolments].map(([name, list]) => [{ name }, byTime(list.taken())] as const),
        ...[...this.otherLists].map(([key, list]) => [{ key }, byTime(list.taken())] as const),
      ],
      names: this.names,
      unregistered: this.unregistered.taken(),
      oneByOne: this.oneByOne,
      setAside: this.setAside,
      isLast,
    };
  }
}

/** The memory of a batch, to be transferred rather than copied. */
export const memoryOf = (batch: ScannedBatch): ArrayBuffer[] =>
  [
    batch.positions,
    batch.codes,
    batch.namings,
    batch.entries,
    batch.unregistered,
    ...batch.lists.map(([, list]) => list),
  ].map((numbers) => numbers.buffer as ArrayBuffer);

/**
 * A stretch of the log, as far as it can be known without what comes before: what it is found under, and what is to be
 * seen to in log order. Typed arrays and words alone, so that threads can hand it on.
 */
import type { RegisteredKind } from '../../domain/events/places.ts';
import { entryOf, sortedEntries } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topics.ts';
import { byTime } from './run-reader.ts';

/** A name that a stretch mentions. */
export interface MentionedName {
  readonly kind: RegisteredKind;
  readonly name: string;
  /** Where it is first mentioned. */
  readonly position: number;
  /** Whether the stretch registers it. */
  registered: boolean;
}

export interface Stretch {
  readonly positions: Float64Array;
  /** Sorted, each once. */
  readonly entries: Float64Array;
  /** Each roll, in the order of its time: of the population that is so manieth among `names`, or of no population. */
  readonly rolls: ReadonlyArray<readonly [key: RollKey, enrolments: Float64Array]>;
  /** In the order in which they are first mentioned. */
  readonly names: ReadonlyArray<MentionedName>;
  /** Mentions before a registration in the stretch: which of the names, and where. */
  readonly unregistered: Float64Array;
  /** Events to be applied one by one: corrections, and what was corrected before it was recorded. */
  readonly alone: ReadonlyArray<number>;
  readonly setAside: ReadonlyArray<{ readonly position: number; readonly reason: string }>;
  /** Whether the log ended with it when it was read. */
  readonly isLast: boolean;
}

export type RollKey = { readonly name: number } | { readonly roll: number };

/** Numbers that come one after the other. */
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

export class StretchBuilder {
  private readonly positions = new Numbers();
  private readonly entries = new Numbers();
  private readonly ofNames = new Map<number, Numbers>();
  private readonly others = new Map<number, Numbers>();
  private readonly names: MentionedName[] = [];
  private readonly unregistered = new Numbers();
  private readonly alone: number[] = [];
  private readonly setAside: { position: number; reason: string }[] = [];
  private position = 0;

  /** The next event of the stretch. */
  event(position: number): void {
    this.position = position;
    this.positions.push(position);
  }

  get events(): number {
    return this.positions.length;
  }

  /** What the stretch weighs: entries and enrolments. */
  get weight(): number {
    return this.entries.length;
  }

  /** The event is found under the topic. */
  touch(topic: Topic): void {
    this.entries.push(entryOf(topic, this.positions.length - 1));
  }

  /** A name is mentioned for the first time: its number. */
  mention(kind: RegisteredKind, name: string): number {
    this.names.push({ kind, name, position: this.position, registered: false });
    return this.names.length - 1;
  }

  register(name: number): void {
    this.names[name]!.registered = true;
  }

  /** The event mentions a name of which it is not known whether it is registered. */
  mentionUnregistered(name: number): void {
    this.unregistered.push(name);
    this.unregistered.push(this.position);
  }

  /** An enrolment in the population that is so manieth among the names. */
  enrol(name: number, time: number, subject: number): void {
    let roll = this.ofNames.get(name);
    if (roll === undefined) {
      roll = new Numbers();
      this.ofNames.set(name, roll);
    }
    this.list(roll, time, subject);
  }

  /** An entry in another roll. */
  enter(key: number, time: number, subject: number): void {
    let roll = this.others.get(key);
    if (roll === undefined) {
      roll = new Numbers();
      this.others.set(key, roll);
    }
    this.list(roll, time, subject);
  }

  private list(roll: Numbers, time: number, subject: number): void {
    roll.push(time);
    roll.push(this.position);
    roll.push(subject);
  }

  /** The event is to be applied by itself. */
  applyAlone(): void {
    this.alone.push(this.position);
  }

  /** The event cannot be applied. */
  cannotApply(reason: string): void {
    this.setAside.push({ position: this.position, reason });
  }

  built(isLast: boolean): Stretch {
    return {
      positions: this.positions.taken(),
      entries: sortedEntries(this.entries.taken()),
      rolls: [
        ...[...this.ofNames].map(([name, roll]) => [{ name }, byTime(roll.taken())] as const),
        ...[...this.others].map(([key, roll]) => [{ roll: key }, byTime(roll.taken())] as const),
      ],
      names: this.names,
      unregistered: this.unregistered.taken(),
      alone: this.alone,
      setAside: this.setAside,
      isLast,
    };
  }
}

/** The memory of a stretch, to be handed over rather than copied. */
export const memoryOf = (stretch: Stretch): ArrayBuffer[] =>
  [stretch.positions, stretch.entries, stretch.unregistered, ...stretch.rolls.map(([, roll]) => roll)].map(
    (numbers) => numbers.buffer as ArrayBuffer,
  );

/**
 * The census: which subjects of a population have to be followed one by one, and how many enrolments there are between
 * two places in folding order.
 *
 * A subject of whom nothing is recorded that could move its data but one enrolment is lone: it shares the fate of all
 * the lone ones enrolled in the same gap between events of their population. The others are storied. The census is
 * kept in memory, made from the runs, and never forgets a story, so that it holds for every moment of knowledge.
 */
import type { EnrolmentList, Enrolments, Place } from '../event-index.ts';
import { enrolmentWidth, type RunReader } from './run-reader.ts';

/** In place of a population: the subject's data was touched by something other than an enrolment. */
export const touchedOtherwise = 0;
/** In place of a population: an enrolment in it, as corrected. */
export const correctedInto = (population: number): number => -population;

/** Hashes of subjects, each with a small number: an open-addressing table, for there are very many. */
class SubjectTable {
  private keys = new Float64Array(1_024);
  private values = new Int32Array(1_024);
  private size = 0;

  private slotOf(keys: Float64Array, key: number): number {
    const mask = keys.length - 1;
    let slot = ((key % 4_294_967_296) >>> 0) & mask;
    // Zero marks a free slot.
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  get(key: number): number | undefined {
    const slot = this.slotOf(this.keys, key);
    return this.keys[slot] === 0 ? undefined : this.values[slot];
  }

  set(key: number, value: number): void {
    if ((this.size + 1) * 2 > this.keys.length) this.grow();
    const slot = this.slotOf(this.keys, key);
    if (this.keys[slot] === 0) this.size++;
    this.keys[slot] = key;
    this.values[slot] = value;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    const values = new Int32Array(this.keys.length * 2);
    this.keys.forEach((key, from) => {
      if (key === 0) return;
      const slot = this.slotOf(keys, key);
      keys[slot] = key;
      values[slot] = this.values[from]!;
    });
    this.keys = keys;
    this.values = values;
  }
}

const storied = -1;

export class Census {
  private readonly runs: RunReader;
  private readonly subjects = new SubjectTable();
  private readonly stories = new Map<number, { readonly seen: Set<number>; readonly inOrder: number[] }>();
  private upTo = 0;

  constructor(runs: RunReader) {
    this.runs = runs;
  }

  /**
   * In the order in which their stories began: the hashes of the storied subjects that were ever enrolled in a
   * population, and perhaps of some others; under
   * `touchedOtherwise`, those whose own data was moved, whether enrolled or not.
   */
  storiedIn(population: number): ReadonlyArray<number> {
    this.update();
    return this.stories.get(population)?.inOrder ?? [];
  }

  /** Whether a subject of this hash has to be followed. */
  isStoried(subject: number): boolean {
    this.update();
    return this.subjects.get(subject) === storied;
  }

  /** Takes in what was recorded since it was last asked. */
  private update(): void {
    let last = this.upTo;
    for (const { population, enrolments, lastPosition } of this.runs.rollsAfter(this.upTo)) {
      last = Math.max(last, lastPosition);
      for (let at = 0; at < enrolments.length; at += enrolmentWidth) {
        if (enrolments[at + 1]! > this.upTo) this.count(population, enrolments[at + 2]!);
      }
    }
    this.upTo = last;
  }

  private count(population: number, subject: number): void {
    const before = this.subjects.get(subject);
    if (before === undefined && population > 0) return this.subjects.set(subject, population);
    if (before !== undefined && before !== storied) this.tell(before, subject);
    this.subjects.set(subject, storied);
    this.tell(Math.abs(population), subject);
  }

  private tell(population: number, subject: number): void {
    const stories = this.stories.get(population) ?? { seen: new Set(), inOrder: [] };
    this.stories.set(population, stories);
    if (stories.seen.has(subject)) return;
    stories.seen.add(subject);
    stories.inOrder.push(subject);
  }
}

const placedBefore = (rolls: Float64Array, at: number, place: Place): boolean => {
  const time = rolls[at * enrolmentWidth]!;
  return time < place.time || (time === place.time && rolls[at * enrolmentWidth + 1]! < place.position);
};

/** How many of the enrolments, in the order of their time, come before a place: logarithmic. */
export const countBefore = (rolls: Float64Array, place: Place): number => {
  let low = 0;
  let high = rolls.length / enrolmentWidth;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placedBefore(rolls, middle, place)) low = middle + 1;
    else high = middle;
  }
  return low;
};

const merged = (a: Enrolments, b: Enrolments): Enrolments => {
  if (a.times.length === 0) return b;
  const length = a.times.length + b.times.length;
  const [times, positions] = [new Float64Array(length), new Float64Array(length)];
  let [i, j] = [0, 0];
  for (let at = 0; at < length; at++) {
    const isFirst =
      j === b.times.length ||
      (i < a.times.length &&
        (a.times[i]! < b.times[j]! || (a.times[i] === b.times[j] && a.positions[i]! <= b.positions[j]!)));
    times[at] = isFirst ? a.times[i]! : b.times[j]!;
    positions[at] = isFirst ? a.positions[i++]! : b.positions[j++]!;
  }
  return { times, positions };
};

/** Enrolments in a population, as recorded up to a position. */
export class Roll implements EnrolmentList {
  private readonly parts: ReadonlyArray<Float64Array>;

  constructor(runs: RunReader, population: number, upTo: number) {
    this.parts = runs.rolls(population).flatMap(({ enrolments, lastPosition }) => {
      if (lastPosition <= upTo) return [enrolments];
      const known: number[] = [];
      for (let at = 0; at < enrolments.length; at += enrolmentWidth) {
        if (enrolments[at + 1]! <= upTo)
          for (let field = 0; field < enrolmentWidth; field++) known.push(enrolments[at + field]!);
      }
      return [Float64Array.from(known)];
    });
  }

  /** All enrolments, in folding order. */
  enrolments(): Enrolments {
    const columns = this.parts.map((part): Enrolments => {
      const length = part.length / enrolmentWidth;
      const [times, positions] = [new Float64Array(length), new Float64Array(length)];
      for (let at = 0; at < length; at++) {
        times[at] = part[at * enrolmentWidth]!;
        positions[at] = part[at * enrolmentWidth + 1]!;
      }
      return { times, positions };
    });
    // The shortest first, so that the longest are copied least often.
    columns.sort((a, b) => a.times.length - b.times.length);
    return columns.reduce(merged, { times: new Float64Array(0), positions: new Float64Array(0) });
  }

  /** How many enrolments come before a place. */
  before(place: Place): number {
    return this.parts.reduce((sum, part) => sum + countBefore(part, place), 0);
  }
}

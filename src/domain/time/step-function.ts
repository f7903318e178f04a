/**
 * Step functions: a number that changes at some instants, such as how many people are somewhere. It is 0 before the first
 * step.
 *
 * The steps are two columns, which many functions share: one cut to an interval costs nothing, however many steps it has.
 */
import { firstNotBefore } from './binary-search.ts';
import { beginning, type Instant, never } from './instant.ts';
import type { Interval } from './interval.ts';
import { extend, type Timeline, type TimelineDraft } from './timeline.ts';
import type { Piece, Varying } from './varying.ts';

export class StepFunction implements Interval {
  /** The instants at which the number changes, in order. Not to be written to. */
  readonly times: Float64Array;
  /** The number from each of these instants on. */
  readonly values: Float64Array;
  /** Outside of `[from, to)` the function is not asked. */
  readonly from: Instant;
  readonly to: Instant;

  /** @param times in order, each once; no two neighbours among the values are equal. */
  constructor(times: Float64Array, values: Float64Array, from: Instant = beginning, to: Instant = never) {
    this.times = times;
    this.values = values;
    this.from = from;
    this.to = to;
  }

  /** The function that has the values of the pieces, and 0 between them. */
  static of(pieces: Varying<number>): StepFunction {
    const times: number[] = [];
    const values: number[] = [];
    const step = (time: Instant, value: number): void => {
      if (times.at(-1) === time) {
        times.pop();
        values.pop();
      }
      if ((values.at(-1) ?? 0) === value) return;
      times.push(time);
      values.push(value);
    };
    for (const { from, to, value } of pieces) {
      step(from, value);
      if (to !== never) step(to, 0);
    }
    return new StepFunction(Float64Array.from(times), Float64Array.from(values));
  }

  /** The number at an instant within the bounds. Logarithmic in the steps. */
  at(instant: Instant): number {
    return this.values[this.stepAt(instant)] ?? 0;
  }

  /** The number just before an instant, within the bounds. Logarithmic in the steps. */
  before(instant: Instant): number {
    return this.values[firstNotBefore(this.times.length, (index) => this.times[index]! < instant) - 1] ?? 0;
  }

  /** The number from the last step on. */
  get last(): number {
    return this.values.at(-1) ?? 0;
  }

  /** The same function within an interval. */
  cut({ from, to }: Interval): StepFunction {
    return new StepFunction(this.times, this.values, Math.max(from, this.from), Math.min(to, this.to));
  }

  /** The instants at which the number is not 0. */
  positive(): Timeline {
    const out: TimelineDraft = [];
    this.visit((from, to) => extend(out, from, to));
    return out;
  }

  /** The pieces in which the number is the same and not 0, in order. */
  pieces(): Varying<number> {
    const out: Piece<number>[] = [];
    this.visit((from, to, value) => out.push({ from, to, value }));
    return out;
  }

  /** How many pieces there are. */
  get length(): number {
    let length = 0;
    this.visit(() => length++);
    return length;
  }

  /** The last pieces, `max` at most. */
  latest(max: number): Varying<number> {
    const out: Piece<number>[] = [];
    let to = this.to;
    for (let index = this.stepAt(this.to === never ? never : this.to - 1); out.length < max; index--) {
      const from = Math.max(this.times[index] ?? beginning, this.from);
      const value = this.values[index] ?? 0;
      if (value !== 0 && from < to) out.push({ from, to, value });
      if (from <= this.from || index < 0) break;
      to = from;
    }
    return out.reverse();
  }

  private visit(visitor: (from: Instant, to: Instant, value: number) => void): void {
    for (let index = Math.max(0, this.stepAt(this.from)); index < this.times.length; index++) {
      const from = Math.max(this.times[index]!, this.from);
      if (from >= this.to) return;
      const to = Math.min(this.times[index + 1] ?? never, this.to);
      const value = this.values[index]!;
      if (value !== 0 && from < to) visitor(from, to, value);
    }
  }

  /** The index of the last step that is not after an instant; -1 if there is none. */
  private stepAt(instant: Instant): number {
    return firstNotBefore(this.times.length, (index) => this.times[index]! <= instant) - 1;
  }
}

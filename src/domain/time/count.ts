/**
 * A number that goes up and down over time, such as how many people are somewhere. It can be changed at any time; the
 * cost of a read depends on the changes since the last one.
 */
import { type Instant, never } from './instant.ts';
import type { Interval } from './interval.ts';
import { StepFunction } from './step-function.ts';

const none = new StepFunction(new Float64Array(0), new Float64Array(0));

export class Count {
  private known = none;
  /** What was added since: the instants at which the number changes by 1, and those at which it changes by -1. */
  private ups: Instant[] = [];
  private downs: Instant[] = [];
  /** By how much it changes otherwise at each instant. */
  private readonly added = new Map<Instant, number>();
  private arrivals: StepFunction[] = [];

  /** @param known the number so far. */
  constructor(known: StepFunction = none) {
    this.known = known;
  }

  /** Adds to the number throughout the interval; negative to subtract. */
  add({ from, to }: Interval, by: number): void {
    this.step(from, by);
    this.step(to, -by);
  }

  /** Adds people who arrived one after another, and stayed until an instant: how many had by each instant. */
  addArrivals(arrivals: StepFunction, to: Instant): void {
    this.arrivals.push(arrivals);
    this.step(to, -arrivals.last);
  }

  private step(at: Instant, by: number): void {
    if (at === never) return;
    // Most people are counted one by one, and a list of instants takes much less memory than a map.
    if (by === 1) this.ups.push(at);
    else if (by === -1) this.downs.push(at);
    else this.added.set(at, (this.added.get(at) ?? 0) + by);
  }

  /** The sum of counts. */
  static sumOf(counts: ReadonlyArray<Count>): Count {
    const sum = new Count(counts[0]?.overTime());
    for (const count of counts.slice(1)) {
      const { times, values } = count.overTime();
      for (let index = 0; index < times.length; index++)
        sum.step(times[index]!, values[index]! - (values[index - 1] ?? 0));
    }
    return sum;
  }

  /** An independent count that starts with the same numbers. */
  copy(): Count {
    return new Count(this.overTime());
  }

  /** Whether the number is 0 at all times. */
  get isNone(): boolean {
    return this.overTime().times.length === 0;
  }

  /** The number over time. */
  overTime(): StepFunction {
    const isChanged = this.added.size + this.ups.length + this.downs.length + this.arrivals.length > 0;
    if (isChanged) {
      let sum = plus(this.known, stepsOfOne(this.ups, this.downs));
      sum = plus(sum, stepsOf(this.added));
      if (this.arrivals.length > 0) sum = plus(sum, stepsIn(sumOf(this.arrivals)));
      this.known = sum;
      this.added.clear();
      [this.ups, this.downs] = [[], []];
      this.arrivals = [];
    }
    return this.known;
  }
}

/** Steps as the numbers that they add. */
interface Steps {
  readonly times: Float64Array;
  readonly by: (index: number) => number;
}

const stepsOfOne = (ups: ReadonlyArray<Instant>, downs: ReadonlyArray<Instant>): Steps => {
  const [rises, falls] = [Float64Array.from(ups).sort(), Float64Array.from(downs).sort()];
  const length = rises.length + falls.length;
  const [times, by] = [new Float64Array(length), new Int8Array(length)];
  for (let at = 0, rise = 0, fall = 0; at < length; at++) {
    const isRise = fall === falls.length || (rise < rises.length && rises[rise]! <= falls[fall]!);
    times[at] = isRise ? rises[rise++]! : falls[fall++]!;
    by[at] = isRise ? 1 : -1;
  }
  return { times, by: (index) => by[index]! };
};

const stepsOf = (added: ReadonlyMap<Instant, number>): Steps => {
  // Numbers in an array of numbers are sorted several times as fast as pairs.
  const times = Float64Array.from(added.keys()).sort();
  return { times, by: (index) => added.get(times[index]!)! };
};

const stepsIn = ({ times, values }: StepFunction): Steps => ({
  times,
  by: (index) => values[index]! - (values[index - 1] ?? 0),
});

/** The sum of some functions. Each step is copied as often as their number can be halved. */
const sumOf = (all: ReadonlyArray<StepFunction>): StepFunction => {
  if (all.length === 1) return all[0]!;
  const half = all.length >> 1;
  return plus(sumOf(all.slice(0, half)), stepsIn(sumOf(all.slice(half))));
};

/** The sum of a function and of steps in order, of which several may be at one instant. Linear in both. */
const plus = (sum: StepFunction, { times: added, by }: Steps): StepFunction => {
  if (added.length === 0) return sum;
  const { times, values } = sum;
  const length = times.length + added.length;
  const outTimes = new Float64Array(length);
  const outValues = new Float64Array(length);
  let [kept, i, j, old, more] = [0, 0, 0, 0, 0];
  while (i < times.length || j < added.length) {
    const at = j === added.length || (i < times.length && times[i]! <= added[j]!) ? times[i]! : added[j]!;
    if (i < times.length && times[i] === at) old = values[i++]!;
    while (j < added.length && added[j] === at) more += by(j++);
    const value = old + more;
    if (value === (kept === 0 ? 0 : outValues[kept - 1]!)) continue;
    outTimes[kept] = at;
    outValues[kept++] = value;
  }
  return new StepFunction(outTimes.slice(0, kept), outValues.slice(0, kept));
};

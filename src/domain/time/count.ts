/**
 * A number that goes up and down over time, such as how many people are somewhere.
 */
import type { Instant } from './instant.ts';
import type { Interval } from './interval.ts';
import { type Change, untilNext, type Varying } from './varying.ts';

export class Count {
  private readonly steps = new Map<Instant, number>();
  private known: Varying<number> | undefined;

  /** So many more throughout the interval. */
  add({ from, to }: Interval, by: number): void {
    this.step(from, by);
    this.step(to, -by);
  }

  /** One more from each of the instants on, and all of them until another one. */
  addArrivals(arrivals: Float64Array, to: Instant): void {
    for (const arrival of arrivals) this.step(arrival, 1);
    this.step(to, -arrivals.length);
  }

  private step(at: Instant, by: number): void {
    this.steps.set(at, (this.steps.get(at) ?? 0) + by);
    this.known = undefined;
  }

  /** The sum of counts. */
  static sumOf(counts: ReadonlyArray<Count>): Count {
    if (counts.length === 1) return counts[0]!;
    const sum = new Count();
    for (const { steps } of counts) for (const [at, by] of steps) sum.step(at, by);
    return sum;
  }

  /** The number over time; there is no piece where it is 0. */
  overTime(): Varying<number> {
    this.known ??= this.sumOfSteps();
    return this.known;
  }

  private sumOfSteps(): Varying<number> {
    const changes: Change<number>[] = [];
    let value = 0;
    // Numbers in an array of numbers are sorted several times as fast as pairs.
    for (const from of Float64Array.from(this.steps.keys()).sort()) {
      const by = this.steps.get(from)!;
      if (by === 0) continue;
      value += by;
      changes.push({ from, value });
    }
    return untilNext(changes).filter((piece) => piece.value > 0);
  }
}

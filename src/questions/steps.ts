/**
 * Steps: a number that changes from place to place in folding order, such as how many people are somewhere.
 */
import { foldingOrder } from '../domain/recording/folding-order.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Place } from '../projections/event-index.ts';

interface Step extends Place {
  readonly by: number;
}

/** After every event of an instant. */
const endOf = (instant: Instant): Place => ({ time: instant, position: Number.POSITIVE_INFINITY });

export class Steps {
  private times = new Float64Array(0);
  private positions = new Float64Array(0);
  /** From each place on. */
  private sums = new Float64Array(0);
  private added: Step[] = [];

  /** From a place on there are so many more, or fewer. */
  add({ time, position }: Place, by: number): void {
    this.added.push({ time, position, by });
  }

  /** How many there are just before a place. */
  before(place: Place): number {
    const step = this.stepBefore(place);
    return this.sums[step] ?? 0;
  }

  /** How many there are at an instant, after all its events. */
  at(instant: Instant): number {
    return this.before(endOf(instant));
  }

  /** Since when there has been any at all at an instant, if there is. */
  since(instant: Instant): Instant | undefined {
    let step = this.stepBefore(endOf(instant));
    if ((this.sums[step] ?? 0) === 0) return undefined;
    while (step > 0 && this.sums[step - 1] !== 0) step--;
    return this.times[step];
  }

  /** The index of the last step before a place; -1 if it is before all. */
  private stepBefore(place: Place): number {
    this.settle();
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (foldingOrder({ time: this.times[middle]!, position: this.positions[middle]! }, place) < 0)
        low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Takes in what was added since. */
  private settle(): void {
    if (this.added.length === 0) return;
    const added = this.added.sort(foldingOrder);
    this.added = [];
    const { times, positions, sums } = this;
    const length = times.length + added.length;
    const [newTimes, newPositions, newSums] = [
      new Float64Array(length),
      new Float64Array(length),
      new Float64Array(length),
    ];
    let [kept, sum, before] = [0, 0, 0];
    for (let old = 0, next = 0; old < times.length || next < added.length; ) {
      const step = added[next];
      const isOld =
        step === undefined ||
        (old < times.length && foldingOrder({ time: times[old]!, position: positions[old]! }, step) <= 0);
      const [time, position] = isOld ? [times[old]!, positions[old]!] : [step.time, step.position];
      if (isOld) {
        sum += sums[old]! - before;
        before = sums[old++]!;
      } else {
        sum += step.by;
        next++;
      }
      // Steps at one place are one.
      if (kept > 0 && newTimes[kept - 1] === time && newPositions[kept - 1] === position) kept--;
      if (sum === (kept === 0 ? 0 : newSums[kept - 1]!)) continue;
      newTimes[kept] = time;
      newPositions[kept] = position;
      newSums[kept++] = sum;
    }
    this.times = newTimes.subarray(0, kept);
    this.positions = newPositions.subarray(0, kept);
    this.sums = newSums.subarray(0, kept);
  }
}

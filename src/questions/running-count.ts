/** A count that changes from place to place in folding order (R3), such as the number of people in a holding. */

import type { FoldingPlace } from '../domain/recording/folding-order.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import { firstNotBefore } from '../domain/time/binary-search.ts';
import type { Instant } from '../domain/time/instant.ts';

interface Change extends FoldingPlace {
  readonly by: number;
}

/** A count as columns in folding order: the places at which it changes, and its values from there on. */
export interface CountColumns {
  readonly times: Float64Array;
  readonly positions: Float64Array;
  readonly sums: Float64Array;
}

/** After every event of an instant. */
const endOf = (instant: Instant): FoldingPlace => ({ time: instant, position: Number.POSITIVE_INFINITY });

/** A count over time that can be changed at any place. */
export class RunningCount {
  private times: Float64Array = new Float64Array(0);
  private positions: Float64Array = new Float64Array(0);
  /** The count from each place on. */
  private sums: Float64Array = new Float64Array(0);
  /** Changes that are not in the columns yet. */
  private added: Change[] = [];

  /** Changes the count from a place on by `by`. */
  add({ time, position }: FoldingPlace, by: number): void {
    this.added.push({ time, position, by });
  }

  /** The count just before a place. */
  before(place: FoldingPlace): number {
    const index = this.lastBefore(place);
    return this.sums[index] ?? 0;
  }

  /** The count at an instant, after all its events. */
  at(instant: Instant): number {
    return this.before(endOf(instant));
  }

  /** Since when the count has been positive at an instant; undefined if it is 0. */
  since(instant: Instant): Instant | undefined {
    let index = this.lastBefore(endOf(instant));
    if ((this.sums[index] ?? 0) === 0) return undefined;
    while (index > 0 && this.sums[index - 1] !== 0) index--;
    return this.times[index];
  }

  /** Every place at which the count rises, repeated by the amount, in folding order. */
  places(): ReadonlyArray<FoldingPlace> {
    this.mergeAdded();
    const places: FoldingPlace[] = [];
    for (let index = 0; index < this.times.length; index++) {
      const by = this.sums[index]! - (this.sums[index - 1] ?? 0);
      for (let nth = 0; nth < by; nth++) places.push(this.placeAt(index));
    }
    return places;
  }

  /** The count as columns. */
  columns(): CountColumns {
    this.mergeAdded();
    const { times, positions, sums } = this;
    return { times: times.slice(), positions: positions.slice(), sums: sums.slice() };
  }

  /** The count with the given columns. */
  static of({ times, positions, sums }: CountColumns): RunningCount {
    const count = new RunningCount();
    count.times = times;
    count.positions = positions;
    count.sums = sums;
    return count;
  }

  /** An independent count that starts with the same numbers. */
  copy(): RunningCount {
    this.mergeAdded();
    const copy = new RunningCount();
    copy.times = this.times;
    copy.positions = this.positions;
    copy.sums = this.sums;
    return copy;
  }

  private placeAt(index: number): FoldingPlace {
    return { time: this.times[index]!, position: this.positions[index]! };
  }

  /** The index of the last change before a place; -1 if there is none. */
  private lastBefore(place: FoldingPlace): number {
    this.mergeAdded();
    return firstNotBefore(this.times.length, (index) => foldingOrder(this.placeAt(index), place) < 0) - 1;
  }

  private mergeAdded(): void {
    if (this.added.length === 0) return;
    const added = this.added.sort(foldingOrder);
    this.added = [];
    const { times: oldTimes, positions: oldPositions, sums: oldSums } = this;
    const length = oldTimes.length + added.length;
    const times = new Float64Array(length);
    const positions = new Float64Array(length);
    const sums = new Float64Array(length);
    let [kept, sum, oldSum] = [0, 0, 0];
    for (let old = 0, next = 0; old < oldTimes.length || next < added.length; ) {
      const change = added[next];
      const isOld =
        change === undefined || (old < oldTimes.length && foldingOrder(this.placeAt(old), change) <= 0);
      const [time, position] = isOld ? [oldTimes[old]!, oldPositions[old]!] : [change.time, change.position];
      if (isOld) {
        sum += oldSums[old]! - oldSum;
        oldSum = oldSums[old++]!;
      } else {
        sum += change.by;
        next++;
      }
      // Merges changes at one place.
      if (kept > 0 && times[kept - 1] === time && positions[kept - 1] === position) kept--;
      if (sum === (kept === 0 ? 0 : sums[kept - 1]!)) continue;
      times[kept] = time;
      positions[kept] = position;
      sums[kept++] = sum;
    }
    this.times = times.subarray(0, kept);
    this.positions = positions.subarray(0, kept);
    this.sums = sums.subarray(0, kept);
  }
}

/** A set of whole numbers as ranges that do not touch, in order. */

/** Beyond so many ranges, the first gap is filled: the set then has more numbers than were added, never fewer. */
const rangesMax = 1_000;

export class NumberRanges {
  /** The first and the last number of each range, one after the other. */
  private readonly bounds: number[] = [];

  /** Where the first range is that ends at a number or later. */
  private placeOf(number: number): number {
    let place = this.bounds.length;
    // Most additions come last.
    while (place > 0 && this.bounds[place - 1]! >= number) place -= 2;
    return place;
  }

  /** Adds the numbers from one to another. */
  add(first: number, last: number): void {
    if (first > last) return;
    const { bounds } = this;
    const place = this.placeOf(first - 1);
    let [from, to, end] = [first, last, place];
    for (; end < bounds.length && bounds[end]! <= last + 1; end += 2) {
      from = Math.min(from, bounds[end]!);
      to = Math.max(to, bounds[end + 1]!);
    }
    bounds.splice(place, end - place, from, to);
    if (bounds.length > 2 * rangesMax) bounds.splice(1, 2);
  }

  /** Whether the set has any of the numbers from one to another. */
  hasAny(first: number, last: number): boolean {
    const place = this.placeOf(first);
    return first <= last && place < this.bounds.length && this.bounds[place]! <= last;
  }
}

/** Reads positions of events in log order from the index, in windows, and intersects several lists. */

/** Positions of a list to read at once. */
const windowMax = 256;

/** Reads the first `limit` positions of a list after a position; fewer only at its end. */
type ReadPositions = (after: number, limit: number) => ReadonlyArray<number>;

/** A list that is searched forwards. */
class PostedPositions {
  private readonly read: ReadPositions;
  private window: ReadonlyArray<number> = [];
  private next = 0;
  private hasMore = true;

  constructor(read: ReadPositions) {
    this.read = read;
  }

  /** The first position that is at least `least`, which must not decrease between calls. */
  from(least: number): number | undefined {
    while (this.next < this.window.length && this.window[this.next]! < least) this.next++;
    if (this.next === this.window.length) {
      if (!this.hasMore) return undefined;
      this.window = this.read(least - 1, windowMax);
      this.next = 0;
      this.hasMore = this.window.length >= windowMax;
    }
    return this.window[this.next];
  }
}

/**
 * The positions after a given one that are in every group, in log order. A position is in a group if it is in one
 * of its lists.
 */
export function* sharedPositions(
  after: number,
  groups: ReadonlyArray<ReadonlyArray<ReadPositions>>,
): Generator<number> {
  const searched = groups.map((lists) => lists.map((read) => new PostedPositions(read)));
  for (let least = after + 1; ; ) {
    const before = least;
    for (const lists of searched) {
      let first = Number.POSITIVE_INFINITY;
      for (const list of lists) first = Math.min(first, list.from(least) ?? first);
      if (first === Number.POSITIVE_INFINITY) return;
      least = first;
    }
    // All groups contain the position if none of them has moved beyond it in this round.
    if (least === before) yield least++;
  }
}

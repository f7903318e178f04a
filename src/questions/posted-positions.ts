/**
 * Positions of events in log order, read from the index a window at a time, and the positions that several lists share.
 */

/** Positions of a list that are read at once. */
const windowMax = 256;

/** Reads the first `limit` positions of a list after one; fewer only where no more follow. */
type ReadPositions = (after: number, limit: number) => ReadonlyArray<number>;

/** One list, searched forwards. */
class PostedPositions {
  private readonly read: ReadPositions;
  private window: ReadonlyArray<number> = [];
  private next = 0;
  private hasMore = true;

  constructor(read: ReadPositions) {
    this.read = read;
  }

  /** The first position that is at least `least`, which must not be less than before. */
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
 * The positions after one that are in every group, in log order. A position is in a group if it is in one of its lists.
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
    // All groups have it once none of them has led on from where the round began.
    if (least === before) yield least++;
  }
}

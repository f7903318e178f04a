/** Makes a group of runs (`run-group.ts`) from their blocks, a part at a time. */
import { hashOf, sortedByFirst } from '../../sorted-runs/sorted-runs.ts';
import { bucketHashes, groupedRuns, RunGroup } from './run-group.ts';

/** A run to be listed in a group. */
export interface RunToGroup {
  /** The number of its numbers. */
  readonly size: number;
  /** Its numbers in order. The next block overwrites the last one. */
  blocks(): Iterator<Float64Array>;
}

const hashes = 2 ** 32;
/** How many hashes a part spans. With full runs, their records fit into the processor's cache. */
const partHashes = 512 * bucketHashes;

/** The records of a part, as they are collected: the hash less the first hash of the part, then the run. */
class Records {
  all = new Float64Array(2 ** 16);
  length = 0;

  makeRoomFor(more: number): void {
    if (this.length + more <= this.all.length) return;
    const before = this.all;
    this.all = new Float64Array(2 * (this.length + more));
    this.all.set(before);
  }
}

/** The numbers of one run that come next. */
class Unread {
  private readonly blocks: Iterator<Float64Array>;
  private block: Float64Array = new Float64Array(0);
  private at = 0;

  constructor(run: RunToGroup) {
    this.blocks = run.blocks();
  }

  /** Adds records for the hashes from `first` on and before `end`. */
  take(first: number, end: number, run: number, to: Records): void {
    for (;;) {
      const { block } = this;
      to.makeRoomFor(block.length - this.at);
      const { all } = to;
      for (; this.at < block.length; this.at++) {
        const hash = hashOf(block[this.at]!);
        if (hash >= end) return;
        // A copy of the number before replaces a removed one, also where that was listed with the part before.
        if (hash < first) continue;
        all[to.length++] = (hash - first) * groupedRuns + run;
      }
      const next = this.blocks.next();
      if (next.done === true) return;
      this.block = next.value;
      this.at = 0;
    }
  }
}

/** A group of runs of which the first hashes are listed. */
export class GroupInMaking {
  readonly group: RunGroup;
  private readonly runs: ReadonlyArray<Unread>;
  private readonly records = new Records();
  private listedUpTo = 0;
  private length = 0;
  private readonly removed: { readonly hash: number; readonly run: number }[] = [];

  /** @param runs as many as a group has. Until it is made, they must not change but for what `remove` is called with. */
  constructor(runs: ReadonlyArray<RunToGroup>) {
    this.group = RunGroup.of(runs.reduce((sum, { size }) => sum + size, 0));
    this.runs = runs.map((run) => new Unread(run));
  }

  /** Lists the hashes of the next part. Returns whether there is another one. */
  proceed(): boolean {
    const { records, listedUpTo: first } = this;
    records.length = 0;
    for (const [number, run] of this.runs.entries()) run.take(first, first + partHashes, number, records);
    // Runs come in their order already.
    this.list(sortedByFirst(records.all.subarray(0, records.length), 1, groupedRuns));
    this.listedUpTo += partHashes;
    if (this.listedUpTo < hashes) return true;
    for (const each of this.removed) this.group.remove(each.hash, each.run);
    return false;
  }

  /** Has a hash go that its run has no more. It may be listed already, or come with a block that is in memory. */
  remove(hash: number, run: number): void {
    this.removed.push({ hash, run });
  }

  private list(records: Float64Array): void {
    const { starts, list } = this.group;
    let bucket = this.listedUpTo / bucketHashes;
    const end = bucket + partHashes / bucketHashes;
    let next = (bucket + 1) * bucketHashes - this.listedUpTo;
    for (let at = 0; at < records.length; at++) {
      // As a whole number of 32 bits: other remainders would take most of the time.
      const record = records[at]! | 0;
      for (; record >= next * groupedRuns; next += bucketHashes) starts[++bucket] = this.length + at;
      list[this.length + at] = record & (bucketHashes * groupedRuns - 1);
    }
    this.length += records.length;
    starts.fill(this.length, bucket + 1, end + 1);
  }
}

/** Collects what the events that are applied one by one add to their batch. */
import { entryOf, firstAtLeast, mergedSorted } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { byTime, concatenated, type ListKey } from './posting-list.ts';
import type { NewRun } from './run-writer.ts';

/** Entries and postings to add to one batch. */
export class BatchAdditions {
  private readonly entries: number[] = [];
  private readonly lists = new Map<ListKey, number[]>();
  private readonly positions: Float64Array;

  /** @param positions the positions of the events of the batch. */
  constructor(positions: Float64Array) {
    this.positions = positions;
  }

  /** Adds an event of the batch under the topic. Returns false if the event belongs to an earlier batch. */
  touch(position: number, topic: Topic): boolean {
    if (position < this.positions[0]!) return false;
    this.entries.push(entryOf(topic, firstAtLeast(this.positions, position)));
    return true;
  }

  post(key: ListKey, time: number, position: number, subject: number): void {
    const list = this.lists.get(key) ?? [];
    this.lists.set(key, list);
    list.push(time, position, subject);
  }

  /** The run of the batch, including the additions. */
  with(entries: Float64Array, lists: ReadonlyMap<ListKey, Float64Array>, codes: Uint32Array): NewRun {
    const all = new Map(lists);
    for (const [key, added] of this.lists)
      all.set(key, byTime(concatenated([all.get(key) ?? new Float64Array(0), Float64Array.from(added)])));
    const { positions } = this;
    const [firstPosition, lastPosition] = [positions[0]!, positions.at(-1)!];
    const isDense = lastPosition - firstPosition + 1 === positions.length;
    return {
      firstPosition,
      lastPosition,
      events: positions.length,
      positions: isDense ? undefined : positions,
      codes,
      entries: mergedSorted(entries, Float64Array.from(this.entries).sort()),
      lists: all,
    };
  }
}

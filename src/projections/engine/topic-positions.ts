/**
 * Remembers the positions of the events under a topic, so that each run is searched for it once: a question looks the same
 * topics up several times, and all questions look up those of the same populations. Later runs only add positions.
 */
import { LRUCache } from 'lru-cache';
import { firstAtLeast } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';

/** Topics of more events are searched for each time, since their positions would take too much memory. */
const positionsMax = 1_000;
/** About how many bytes a topic takes, besides eight for each position. */
const bytesOfTopic = 250;

/** What the runs hold under a topic, from the first one up to a position; or that it is too much to remember. */
type Remembered = { readonly positions: number[]; readonly upTo: number } | 'too many';

/**
 * Searches the runs for the positions under a topic, after one position, in log order.
 *
 * @param found called with each position; `false` ends the search.
 */
export type SearchRuns = (topic: Topic, after: number, found: (position: number) => boolean) => void;

/** The positions under the topics that were looked up last. */
export class TopicPositions {
  private readonly remembered: LRUCache<Topic, Remembered>;
  private readonly search: SearchRuns;

  /** @param bytesMax the memory that they may take, about. */
  constructor(bytesMax: number, search: SearchRuns) {
    this.search = search;
    this.remembered = new LRUCache({
      maxSize: bytesMax,
      sizeCalculation: (known) =>
        Math.min(bytesOfTopic + (known === 'too many' ? 0 : 8 * known.positions.length), bytesMax),
    });
  }

  /**
   * The positions under a topic after one position and up to another, in log order: the first `limit` of them.
   *
   * @param last the last position that the runs hold.
   */
  between(topic: Topic, after: number, upTo: number, limit: number, last: number): number[] {
    const known = this.broughtTo(topic, last);
    if (known === undefined) return this.searched(topic, after, upTo, limit);
    const { positions } = known;
    const from = firstAtLeast(positions, after + 1);
    return positions.slice(from, Math.min(firstAtLeast(positions, upTo + 1), from + limit));
  }

  /** All positions under a topic, unless there are too many. */
  private broughtTo(topic: Topic, last: number): Exclude<Remembered, string> | undefined {
    const known = this.remembered.get(topic);
    if (known === 'too many') return undefined;
    if (known?.upTo === last) return known;
    const positions = known === undefined ? [] : [...known.positions];
    this.search(topic, known?.upTo ?? 0, (position) => positions.push(position) <= positionsMax);
    const made = { positions, upTo: last };
    const isTooMany = positions.length > positionsMax;
    // Positions are only added, so there are always too many from then on.
    this.remembered.set(topic, isTooMany ? 'too many' : made);
    return isTooMany ? undefined : made;
  }

  private searched(topic: Topic, after: number, upTo: number, limit: number): number[] {
    const positions: number[] = [];
    this.search(topic, after, (position) => {
      if (position > upTo) return false;
      positions.push(position);
      return positions.length < limit;
    });
    return positions;
  }
}

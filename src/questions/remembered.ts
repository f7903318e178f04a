/**
 * What questions remember of their answers, by what was known: an answer as known at a position never changes.
 */
import { LRUCache } from 'lru-cache';
import type { EventIndex } from '../projections/event-index.ts';
import type { View } from './view.ts';

/** A memory of one kind of answer, for each index that is asked. */
export interface Remembered<A> {
  /** What is remembered of a view, made first where nothing is. A view that simulates remembers nothing. */
  of(view: View): A;
  /** The same, if it is remembered. */
  ifAny(view: View): A | undefined;
}

const keyOf = ({ known }: View): string => `${known.minAssurance} ${known.position}`;

/**
 * Remembers answers by assurance and position.
 *
 * @param answersMax how many are kept for an index; the one asked for longest ago goes first.
 */
export const remembered = <A extends object>(answersMax: number, make: (view: View) => A): Remembered<A> => {
  const memories = new WeakMap<EventIndex, LRUCache<string, A>>();
  const ifAny = (view: View): A | undefined =>
    view.isSimulated() ? undefined : memories.get(view.index)?.get(keyOf(view));
  return {
    ifAny,
    of: (view) => {
      const before = ifAny(view);
      if (before !== undefined) return before;
      const made = make(view);
      if (view.isSimulated()) return made;
      let memory = memories.get(view.index);
      if (memory === undefined) {
        memory = new LRUCache({ max: answersMax });
        memories.set(view.index, memory);
      }
      memory.set(keyOf(view), made);
      return made;
    },
  };
};

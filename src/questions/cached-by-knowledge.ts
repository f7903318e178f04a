/** Caches answers by what was known: an answer as known at a position never changes. */
import { LRUCache } from 'lru-cache';
import type { EventIndex } from '../projections/event-index.ts';
import type { View } from './view.ts';

/** A cache of one kind of answer. It never stores answers of views that simulate. */
export interface AnswerCache<A> {
  /** The answer for a view, from the cache or computed. */
  get(view: View): A;
  /** The answer for a view, if it is cached. */
  peek(view: View): A | undefined;
}

const keyOf = ({ known }: View): string => `${known.minAssurance} ${known.position}`;

/**
 * A cache for each index, by assurance and position.
 *
 * @param answersMax how many answers to cache for an index; the least recently used is dropped.
 */
export const cachedByKnowledge = <A extends object>(
  answersMax: number,
  make: (view: View) => A,
): AnswerCache<A> => {
  const caches = new WeakMap<EventIndex, LRUCache<string, A>>();
  const cacheOf = ({ index }: View): LRUCache<string, A> => {
    const existing = caches.get(index);
    if (existing !== undefined) return existing;
    const cache = new LRUCache<string, A>({ max: answersMax });
    caches.set(index, cache);
    return cache;
  };
  const peek = (view: View): A | undefined =>
    view.isSimulated() ? undefined : cacheOf(view).get(keyOf(view));
  return {
    peek,
    get: (view) => {
      const kept = peek(view);
      if (kept !== undefined) return kept;
      const made = make(view);
      if (!view.isSimulated()) cacheOf(view).set(keyOf(view), made);
      return made;
    },
  };
};

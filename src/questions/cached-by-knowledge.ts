/**
 * Caches answers by what was known: an answer as known at a position never changes.
 */
import { LRUCache } from 'lru-cache';
import type { EventIndex } from '../projections/event-index.ts';
import type { View } from './view.ts';

/** A cache of one kind of answer. Answers of views that simulate are never kept. */
export interface AnswerCache<A> {
  /** The answer for a view, made now unless it is kept. */
  get(view: View): A;
  /** The answer for a view, if it is kept. */
  peek(view: View): A | undefined;
}

const keyOf = ({ known }: View): string => `${known.minAssurance} ${known.position}`;

/**
 * A cache by assurance and position, for each index.
 *
 * @param answersMax how many answers are kept for an index; the one used longest ago goes first.
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

/** Caches answers by what was known: an answer as known at a position never changes. */
import { LRUCache } from 'lru-cache';
import type { EventIndex } from '../projections/event-index.ts';
import type { View } from './view.ts';

/** A cache of one kind of answer, which depends on nothing but what was known. It never stores answers of views that simulate. */
export interface AnswerCache<A> {
  /** The answer for a view, from the cache or computed. */
  get(view: View): A;
  /** The answer for a view, if it is cached. */
  peek(view: View): A | undefined;
}

/** A cache of answers to one kind of question. It never stores answers of views that simulate. */
interface QuestionCache<A> {
  /** The answer to a question, from the cache or computed. */
  get(view: View, asked: string, make: () => A): A;
  /** The answer to a question, if it is cached. */
  peek(view: View, asked: string): A | undefined;
}

/**
 * A cache for each index, by assurance, position and question.
 *
 * @param answersMax how many answers to cache for an index; the least recently used is dropped.
 */
export const cachedByQuestion = <A extends object>(answersMax: number): QuestionCache<A> => {
  const caches = new WeakMap<EventIndex, LRUCache<string, A>>();
  const cacheOf = ({ index }: View): LRUCache<string, A> => {
    const existing = caches.get(index);
    if (existing !== undefined) return existing;
    const cache = new LRUCache<string, A>({ max: answersMax });
    caches.set(index, cache);
    return cache;
  };
  const keyOf = ({ known }: View, asked: string): string =>
    `${known.minAssurance} ${known.position} ${asked}`;
  const peek = (view: View, asked: string): A | undefined =>
    view.isSimulated() ? undefined : cacheOf(view).get(keyOf(view, asked));
  return {
    peek,
    get: (view, asked, make) => {
      const kept = peek(view, asked);
      if (kept !== undefined) return kept;
      const made = make();
      if (!view.isSimulated()) cacheOf(view).set(keyOf(view, asked), made);
      return made;
    },
  };
};

/**
 * A cache for each index, by assurance and position.
 *
 * @param answersMax how many answers to cache for an index; the least recently used is dropped.
 */
export const cachedByKnowledge = <A extends object>(
  answersMax: number,
  make: (view: View) => A,
): AnswerCache<A> => {
  const cache = cachedByQuestion<A>(answersMax);
  return { peek: (view) => cache.peek(view, ''), get: (view) => cache.get(view, '', () => make(view)) };
};

/** What a reader of the projections keeps decoded in memory. */
import { LRUCache } from 'lru-cache';

/** How much a reader of the projections keeps decoded in memory, in bytes. */
export interface ReaderCaches {
  readonly blocks: number;
  /** The positions under topics. */
  readonly topics: number;
  readonly lists: number;
  /** Kinds of events. */
  readonly codes: number;
  readonly events: number;
  /** Names of subjects. */
  readonly names: number;
  /** The filters of large runs; beyond that, or where there is none, lookups read a block of each run. */
  readonly filters: number;
}

/** What a reader keeps where its share is not given. */
const cacheBytesDefault = 128 * 1_024 * 1_024;

/**
 * Divides what a reader may keep in memory.
 *
 * @param filters what the filters of large runs may take besides.
 */
export const readerCaches = (bytes: number = cacheBytesDefault, filters = 0): ReaderCaches => {
  const of = (share: number): number => Math.max(1, Math.floor(bytes * share));
  return {
    blocks: of(0.15),
    topics: of(0.15),
    lists: of(0.2),
    codes: of(0.1),
    events: of(0.2),
    names: of(0.2),
    filters,
  };
};

/** A cache of numbers, limited by their bytes; a value larger than the limit is cached alone. */
export const cacheOf = <K extends string | number, V extends { readonly byteLength: number }>(
  bytesMax: number,
): LRUCache<K, V> =>
  new LRUCache({
    maxSize: bytesMax,
    sizeCalculation: ({ byteLength }) => Math.max(1, Math.min(byteLength, bytesMax)),
  });

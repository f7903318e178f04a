/**
 * A bounded map that keeps what was used last, in two generations: to use what is in the younger one moves nothing.
 */

export interface Recent<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  clear(): void;
}

/** Keeps up to `entriesMax` entries, and in any case the half of as many that were used last. */
export const recent = <K, V>(entriesMax: number): Recent<K, V> => {
  let younger = new Map<K, V>();
  let older = new Map<K, V>();
  const set = (key: K, value: V): void => {
    younger.set(key, value);
    if (2 * younger.size < entriesMax) return;
    older = younger;
    younger = new Map();
  };
  return {
    get: (key) => {
      const value = younger.get(key);
      if (value !== undefined) return value;
      const before = older.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
    set,
    clear: () => {
      younger = new Map();
      older = new Map();
    },
  };
};

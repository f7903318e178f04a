/**
 * A bounded map that keeps what was used last.
 */

export interface Recent<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): void;
  clear(): void;
}

/** Keeps up to `entriesMax` entries and drops the least recently used one beyond that. */
export const recent = <K, V>(entriesMax: number): Recent<K, V> => {
  const entries = new Map<K, V>();
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value !== undefined) {
        entries.delete(key);
        entries.set(key, value);
      }
      return value;
    },
    set: (key, value) => {
      entries.delete(key);
      if (entries.size >= entriesMax) entries.delete(entries.keys().next().value!);
      entries.set(key, value);
    },
    clear: () => entries.clear(),
  };
};

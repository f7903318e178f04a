/** The sealed index formulated plainly and slowly, for comparison: keys from decoded events, in a map, as text. */
import { type Hash, leafHash } from '../../src/integrity/merkle-tree.ts';
import { hasFirstOnly, type IndexedEvent, keysOf } from '../../src/sealed-index/index-key.ts';
import { type KeyedPositions, keysInLeaf, leafText } from '../../src/sealed-index/stretch-leaf.ts';

/** The sorted keys of events in log order, each with its positions. */
export const plainKeysOf = (events: ReadonlyArray<IndexedEvent>): ReadonlyArray<KeyedPositions> => {
  const found = new Map<string, number[]>();
  for (const event of events)
    for (const key of keysOf(event)) {
      const positions = found.get(key) ?? [];
      if (positions.length === 0 || !hasFirstOnly(key)) positions.push(event.position);
      found.set(key, positions);
    }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, positions]) => ({ key, positions }));
};

/** The hashes of the leaves over sorted keys. */
export const plainLeavesOf = (keys: ReadonlyArray<KeyedPositions>): ReadonlyArray<Hash> =>
  Array.from({ length: Math.ceil(keys.length / keysInLeaf) }, (_, leaf) =>
    leafHash(Buffer.from(leafText(keys.slice(leaf * keysInLeaf, (leaf + 1) * keysInLeaf)))),
  );

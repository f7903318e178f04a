/** The sorted keys of a few events, for those that answer from them or check them. */
import { hasFirstOnly, type IndexedEvent, type IndexKey, visitKeys } from './index-key.ts';
import type { KeyedPositions } from './stretch-leaf.ts';

/** The keys of some events in log order. */
export const keysOfEvents = (events: Iterable<IndexedEvent>): ReadonlyArray<KeyedPositions> => {
  const found = new Map<IndexKey, number[]>();
  let position = 0;
  const add = (key: IndexKey): void => {
    const positions = found.get(key);
    if (positions === undefined) found.set(key, [position]);
    else if (positions[positions.length - 1] !== position && !hasFirstOnly(key)) positions.push(position);
  };
  for (const event of events) {
    position = event.position;
    visitKeys(event, add);
  }
  // By code units, which is the order of bytes, since keys are ASCII.
  return [...found.keys()].sort().map((key) => ({ key, positions: found.get(key)! }));
};

/**
 * The keys of a stretch, in order: of its events, or of the stretches that it is made of.
 */
import { hasFirstOnly, type IndexedEvent, type IndexKey, keysOf } from './index-key.ts';
import type { KeyedPositions } from './stretch-leaf.ts';

const keyOrder = (a: IndexKey, b: IndexKey): number => (a < b ? -1 : a > b ? 1 : 0);

/** The keys of some events, which are in log order. */
export const keysOfEvents = (
  events: Iterable<IndexedEvent & { readonly position: number }>,
): ReadonlyArray<KeyedPositions> => {
  const found = new Map<IndexKey, number[]>();
  for (const event of events) {
    for (const key of keysOf(event)) {
      const positions = found.get(key);
      if (positions === undefined) found.set(key, [event.position]);
      else if (!hasFirstOnly(key)) positions.push(event.position);
    }
  }
  return [...found].sort(([a], [b]) => keyOrder(a, b)).map(([key, positions]) => ({ key, positions }));
};

/** A stretch that is being merged: its next keys, and its place among the stretches. */
interface Part {
  readonly reader: Iterator<KeyedPositions>;
  readonly place: number;
  head: KeyedPositions;
}

const isBefore = (a: Part, b: Part): boolean =>
  a.head.key < b.head.key || (a.head.key === b.head.key && a.place < b.place);

/** Puts a part where it belongs among others that are in order. */
const insert = (parts: Part[], part: Part): void => {
  let [low, high] = [0, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(parts[middle]!, part)) low = middle + 1;
    else high = middle;
  }
  parts.splice(low, 0, part);
};

/** The keys of consecutive stretches together, each of which is in order. */
export function* mergedKeys(stretches: ReadonlyArray<Iterable<KeyedPositions>>): Generator<KeyedPositions> {
  const parts: Part[] = [];
  for (const [place, stretch] of stretches.entries()) {
    const reader = stretch[Symbol.iterator]();
    const { done, value } = reader.next();
    if (done !== true) insert(parts, { reader, place, head: value });
  }
  while (parts.length > 0) {
    const { key, positions: first } = parts[0]!.head;
    const lists = [first];
    for (;;) {
      const part = parts.shift()!;
      const { done, value } = part.reader.next();
      if (done !== true) insert(parts, Object.assign(part, { head: value }));
      if (parts[0]?.head.key !== key) break;
      lists.push(parts[0].head.positions);
    }
    yield { key, positions: lists.length === 1 || hasFirstOnly(key) ? first : lists.flat() };
  }
}

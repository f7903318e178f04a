/**
 * The keys of a part of the log, as far as they are shown: of a sealed stretch, or of the events after the last seal.
 *
 * What is asked of a part is answered by keys in their places, so that the same asking works where all keys are at hand, and
 * where a proof shows a few of them: there it fails where the proof does not show enough.
 */
import { floorOf } from '../sealed-index/floor.ts';
import type { IndexKey } from '../sealed-index/index-key.ts';
import type { KeyedPositions } from '../sealed-index/stretch-leaf.ts';

/** What a question needs, and what is at hand does not show. */
export class NotShown extends Error {}

/** The keys of a part of the log, in order. */
export interface KeyPart {
  /** The place of the last key at or before one; -1 if there is none. It shows that no other lies in between. */
  floor(key: string): number;
  /** The key at a place. */
  keyAt(place: number): IndexKey;
  /** The positions under the key at a place, in log order. */
  positionsAt(place: number): ReadonlyArray<number>;
}

/** Keys that are all at hand. */
export const wholePart = (keys: ReadonlyArray<KeyedPositions>): KeyPart => ({
  floor: (key) => floorOf(keys.length, (place) => keys[place]!.key, key),
  keyAt: (place) => keys[place]!.key,
  positionsAt: (place) => keys[place]!.positions,
});

/** The positions under a key, in log order. */
export const positionsUnder = (parts: ReadonlyArray<KeyPart>, key: IndexKey): ReadonlyArray<number> =>
  parts.flatMap((part) => {
    const place = part.floor(key);
    return place >= 0 && part.keyAt(place) === key ? part.positionsAt(place) : [];
  });

/** After every key that begins with a text: keys are ASCII. */
const endOf = (start: string): string => `${start}\u007f`;

/** The keys of a part that begin with a text, the last first. */
export function* descending(part: KeyPart, start: string): Generator<KeyedPositions> {
  for (let place = part.floor(endOf(start)); place >= 0; place--) {
    const key = part.keyAt(place);
    if (!key.startsWith(start)) return;
    yield { key, positions: part.positionsAt(place) };
  }
}

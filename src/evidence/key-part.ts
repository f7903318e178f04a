/**
 * The available keys of a part of the log: of a sealed stretch, or of the events after the last seal.
 *
 * Lookups use keys at their indexes. So the same lookup works on all keys of a stretch, and on the few that a proof
 * shows. It fails if the proof does not show enough.
 */
import { floorOf } from '../sealed-index/floor.ts';
import type { IndexKey } from '../sealed-index/index-key.ts';
import type { KeyedPositions } from '../sealed-index/stretch-leaf.ts';

/** A required key is not in the proof. */
export class NotShown extends Error {}

/** The sorted keys of a part of the log. */
export interface KeyPart {
  /**
   * The index of the last key that is not after `key`; -1 if there is none. It also shows that no other key lies
   * between.
   */
  floor(key: string): number;
  /** The key at an index. */
  keyAt(place: number): IndexKey;
  /** The positions of the key at an index, in log order. */
  positionsAt(place: number): ReadonlyArray<number>;
}

/** A part with all its keys. */
export const wholePart = (keys: ReadonlyArray<KeyedPositions>): KeyPart => ({
  floor: (key) => floorOf(keys.length, (place) => keys[place]!.key, key),
  keyAt: (place) => keys[place]!.key,
  positionsAt: (place) => keys[place]!.positions,
});

/** The positions of a key, in log order. */
export const positionsUnder = (parts: ReadonlyArray<KeyPart>, key: IndexKey): ReadonlyArray<number> =>
  parts.flatMap((part) => {
    const place = part.floor(key);
    return place >= 0 && part.keyAt(place) === key ? part.positionsAt(place) : [];
  });

/** Sorts after every key with this prefix, since keys are ASCII. */
const endOf = (start: string): string => `${start}\u007f`;

/** The keys of a part with a prefix, in descending order. */
export function* descending(
  part: KeyPart,
  start: string,
): Generator<Pick<KeyedPositions, 'key' | 'positions'>> {
  for (let place = part.floor(endOf(start)); place >= 0; place--) {
    const key = part.keyAt(place);
    if (!key.startsWith(start)) return;
    yield { key, positions: part.positionsAt(place) };
  }
}

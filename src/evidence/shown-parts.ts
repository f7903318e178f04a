/** Verifies the keys in a bundle against the sealed ones, for each part of the log, and looks them up. */
import * as E from 'fp-ts/lib/Either.js';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { hashBytes } from '../integrity/merkle-tree.ts';
import { rootOfMultiProof, verifyMultiProof } from '../integrity/multi-proof.ts';
import { toBase64 } from '../integrity/signed-note.ts';
import { floorOf } from '../sealed-index/floor.ts';
import type { IndexKey } from '../sealed-index/index-key.ts';
import { keysOfEvents } from '../sealed-index/stretch-keys.ts';
import {
  digestOf,
  keysInLeaf,
  leafOfText,
  parseLeaf,
  type ReadKey,
  sealEntry,
} from '../sealed-index/stretch-leaf.ts';
import { placeOf } from '../sealed-index/stretches.ts';
import type { Completeness, ShownStretch } from './bundle.ts';
import type { Fault } from './fault.ts';
import { type KeyPart, NotShown, wholePart } from './key-part.ts';
import { hashesOf, type ShownEvent } from './shown-events.ts';

type Sealed = Extract<Completeness, { readonly kind: 'sealed' }>;

/** A part that can report unused content. */
export interface ShownPart {
  readonly part: KeyPart;
  /** The first leaf or list that no lookup used. */
  readonly unneeded: () => string | undefined;
}

/** The keys that a stretch shows, with their indexes. */
class ShownKeys implements KeyPart {
  private readonly name: string;
  private readonly count: number;
  private readonly byPlace: ReadonlyMap<number, ReadKey>;
  private readonly places: ReadonlyArray<number>;
  private readonly lists: ReadonlyMap<number, ReadonlyArray<number>>;
  readonly usedLeaves = new Set<number>();
  readonly usedLists = new Set<number>();

  constructor({ start, size, keys, lists }: ShownStretch, byPlace: ReadonlyMap<number, ReadKey>) {
    this.name = `the stretch of positions ${start + 1} to ${size}`;
    this.count = keys;
    this.byPlace = byPlace;
    this.places = [...byPlace.keys()];
    this.lists = new Map(lists.map(({ place, positions }) => [place, positions]));
  }

  private read(place: number, key: string): ReadKey {
    const read = this.byPlace.get(place);
    if (read === undefined) throw new NotShown(`${this.name} does not show the entry for the key ${key}`);
    this.usedLeaves.add(Math.floor(place / keysInLeaf));
    return read;
  }

  floor(key: string): number {
    const at = floorOf(this.places.length, (each) => this.byPlace.get(this.places[each]!)!.key, key);
    const place = at < 0 ? -1 : this.places[at]!;
    if (place >= 0 && this.read(place, key).key === key) return place;
    // The keys before and after show that there is none between.
    if (place + 1 < this.count) this.read(place + 1, key);
    return place;
  }

  keyAt(place: number): IndexKey {
    return this.read(place, `at place ${place}`).key;
  }

  positionsAt(place: number): ReadonlyArray<number> {
    const { key, positions } = this.read(place, `at place ${place}`);
    if (!('digest' in positions)) return positions;
    const list = this.lists.get(place);
    if (list === undefined || digestOf(list) !== positions.digest)
      throw new NotShown(`${this.name} does not show the positions for the key ${key}`);
    this.usedLists.add(place);
    return list;
  }
}

const isPositions = (positions: ReadonlyArray<number>, { start, size }: ShownStretch): boolean =>
  positions.every((position, at) => position > (at === 0 ? start : positions[at - 1]!) && position <= size);

/** Reads a stretch, after verifying that it has the root that it names. */
const shownStretch = (stretch: ShownStretch, place: string): E.Either<Fault, ShownPart> => {
  const { keys, leaves, lists, proof, root } = stretch;
  const refuse = (message: string, within = '') => E.left({ place: `${place}${within}`, message });
  const byPlace = new Map<number, ReadKey>();
  let before = '';
  for (const [at, { index, text }] of leaves.entries()) {
    const within = `/leaves/${at}`;
    const read = parseLeaf(text);
    const expected = Math.min(keysInLeaf, keys - index * keysInLeaf);
    if (read === undefined || read.length !== expected) return refuse('is not a leaf of the index', within);
    for (const [line, key] of read.entries()) {
      if (key.key <= before) return refuse('the keys are not sorted', within);
      if (!('digest' in key.positions) && !isPositions(key.positions, stretch))
        return refuse('a key has positions outside the stretch', within);
      byPlace.set(index * keysInLeaf + line, key);
      before = key.key;
    }
  }
  const hashed = leaves.map(({ index, text }) => ({ index, hash: leafOfText(text) }));
  const found = rootOfMultiProof(hashed, hashesOf(proof), Math.ceil(keys / keysInLeaf));
  if (found === undefined || toBase64(found) !== root)
    return refuse(
      'the leaves do not lead to the root of the stretch: one of them, or the proof, was changed',
    );
  const disordered = lists.findIndex((each, at) => at > 0 && each.place <= lists[at - 1]!.place);
  if (disordered !== -1)
    return refuse('the lists of positions are not sorted, or one is given twice', `/lists/${disordered}`);
  const part = new ShownKeys(stretch, byPlace);
  const unneeded = (): string | undefined => {
    const leaf = leaves.findIndex(({ index }) => !part.usedLeaves.has(index));
    if (leaf !== -1) return `${place}/leaves/${leaf}`;
    const list = lists.findIndex((each) => !part.usedLists.has(each.place));
    return list === -1 ? undefined : `${place}/lists/${list}`;
  };
  return E.right({ part, unneeded });
};

/**
 * The parts of the log up to a position, after verifying that all their keys are sealed, or come from events that
 * the bundle contains.
 *
 * @param index the checkpoint of the second log; undefined if nothing is sealed yet.
 * @param events the events in the bundle.
 */
export const shownParts = (
  { stretches, proof }: Sealed,
  index: Checkpoint | undefined,
  events: ReadonlyArray<ShownEvent>,
  position: number,
): E.Either<Fault, ReadonlyArray<ShownPart>> => {
  const place = '/completeness';
  const parts: ShownPart[] = [];
  const leaves: { readonly index: number; readonly hash: Uint8Array }[] = [];
  let sealed = 0;
  for (const [at, stretch] of stretches.entries()) {
    const within = `${place}/stretches/${at}`;
    const leaf = placeOf(stretch);
    if (leaf === undefined || stretch.start !== sealed || sealed >= position)
      return E.left({ place: within, message: `no stretch of the log begins at ${sealed} and ends there` });
    const root = hashesOf([stretch.root])[0]!;
    if (root.length !== hashBytes) return E.left({ place: `${within}/root`, message: 'is not a hash' });
    const shown = shownStretch(stretch, within);
    if (E.isLeft(shown)) return shown;
    parts.push(shown.right);
    leaves.push({ index: leaf, hash: leafOfText(sealEntry({ ...stretch, root })) });
    sealed = stretch.size;
  }
  leaves.sort((a, b) => a.index - b.index);
  const isProved =
    index === undefined
      ? leaves.length === 0 && proof.length === 0
      : verifyMultiProof(leaves, hashesOf(proof), index.size, index.root);
  if (!isProved)
    return E.left({
      place: `${place}/proof`,
      message: 'the stretches do not lead to the root of the checkpoint of the index',
    });
  const tail = events.filter((each) => each.position > sealed && each.position <= position);
  const missing = Array.from({ length: Math.max(0, position - sealed) }, (_, at) => sealed + at + 1).find(
    (each, at) => tail[at]?.position !== each,
  );
  if (missing !== undefined)
    return E.left({
      place: '/events',
      message: `the event at position ${missing} is missing: no stretch of the index covers it`,
    });
  return E.right([...parts, { part: wholePart(keysOfEvents(tail)), unneeded: () => undefined }]);
};

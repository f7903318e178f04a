/**
 * Tiles (C2SP tlog-tiles): the hashes of a tree in groups of 256. A tile of level 0 has leaf hashes; each hash of a
 * higher tile is the root of a full tile below.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Hash, hashBytes, rootOfFull } from './merkle-tree.ts';

/** Hashes in a full tile. */
export const tileWidth = 256;
/** Levels of nodes that a tile spans. */
export const tileHeight = 8;

/** A tile by its level and its index on that level. */
export interface TileId {
  readonly level: number;
  readonly index: number;
  /** The number of its hashes, 1 to 256. */
  readonly width: number;
}

/** The number of leaves under one hash of a tile at a level. */
const entriesOfHash = (level: number): number => tileWidth ** level;

/** The width of a tile in a tree of a size; 0 if it does not exist. */
export const widthOfTile = (size: number, level: number, index: number): number =>
  Math.max(0, Math.min(tileWidth, Math.floor(size / entriesOfHash(level)) - index * tileWidth));

const pathOfIndex = (index: number): string => {
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g)!;
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/');
};

const suffixOf = (width: number): string => (width === tileWidth ? '' : `.p/${width}`);

/** The path of a tile after `tile/`, such as `0/x001/067.p/8`. */
export const tilePath = ({ level, index, width }: TileId): string =>
  `${level}/${pathOfIndex(index)}${suffixOf(width)}`;

const pathPattern = /^(\d{1,2}|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
const levelMax = 63;

/** Parses a path after `tile/`, of a tile or of a bundle of entries. */
export const parseTilePath = (
  path: string,
): E.Either<string, { readonly kind: 'hashes' | 'entries' } & TileId> => {
  const match = pathPattern.exec(path);
  if (match === null) return E.left('expected a path such as 0/000, 1/x001/067.p/8 or entries/000');
  const [, first, groups, partial] = match as unknown as [string, string, string, string | undefined];
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = partial === undefined ? tileWidth : Number(partial);
  const level = first === 'entries' ? 0 : Number(first);
  if (width >= tileWidth && partial !== undefined) return E.left('a partial tile has 1 to 255 hashes');
  if (level > levelMax || (first.length === 2 && first.startsWith('0')))
    return E.left('a level is a number from 0 to 63');
  if (!Number.isSafeInteger(index) || pathOfIndex(index) !== groups)
    return E.left('an index has no further leading zeroes');
  return E.right({ kind: first === 'entries' ? 'entries' : 'hashes', level, index, width });
};

/** The hash at a place of a tile. */
export const hashIn = (tile: Uint8Array, at: number): Hash =>
  tile.subarray(at * hashBytes, (at + 1) * hashBytes);

/** The root over `count` hashes of a tile from `from` on; `count` is a power of two. */
export const rootIn = (tile: Uint8Array, from: number, count: number): Hash =>
  rootOfFull(new Uint8Array(tile.subarray(from * hashBytes, (from + count) * hashBytes)));

/** Encodes a bundle of entries, each after its length in two bytes, big-endian. */
export const encodeEntries = (entries: ReadonlyArray<Uint8Array>): Uint8Array => {
  const bundle = new Uint8Array(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const entry of entries) {
    bundle[at++] = entry.length >> 8;
    bundle[at++] = entry.length & 0xff;
    bundle.set(entry, at);
    at += entry.length;
  }
  return bundle;
};

/** Decodes a bundle of entries. */
export const decodeEntries = (bundle: Uint8Array): E.Either<string, ReadonlyArray<Uint8Array>> => {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const end = at + 2 + (((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0));
    if (at + 2 > bundle.length || end > bundle.length)
      return E.left(`entry ${entries.length} of the bundle is cut off`);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return E.right(entries);
};

/** Roots and proofs of a tree (RFC 6962, 2.1), computed from its tiles. */
import { emptyRoot, type Hash, isPowerOfTwo, nodeHash, splitOf } from './merkle-tree.ts';
import { hashIn, rootIn, tileHeight, tileWidth } from './tiles.ts';

/**
 * The hashes of a tile in the current tree, at least `width` of them. The result never changes: a tile that has
 * grown is a new one.
 *
 * @throws if the tile does not exist: a tree that has lost tiles is broken.
 */
export type TileReader = (level: number, index: number, width: number) => Uint8Array;

/**
 * Computed roots within a tile, cached while the tile is in use. Proofs of one tree share most of them, and each
 * may take up to 255 hashes.
 */
const rootsWithin = new WeakMap<Uint8Array, Map<number, Hash>>();

/** As `rootIn`, cached. */
const keptRootIn = (tile: Uint8Array, from: number, count: number): Hash => {
  if (count === 1) return hashIn(tile, from);
  let roots = rootsWithin.get(tile);
  if (roots === undefined) {
    roots = new Map();
    rootsWithin.set(tile, roots);
  }
  const place = count * tileWidth + from;
  let root = roots.get(place);
  if (root === undefined) {
    root = rootIn(tile, from, count);
    roots.set(place, root);
  }
  return root;
};

/** The root over a full, aligned subtree of 2^height entries. */
const fullSubtree = (tiles: TileReader, start: number, height: number): Hash => {
  const level = Math.floor(height / tileHeight);
  const count = 2 ** (height % tileHeight);
  const first = start / tileWidth ** level;
  const index = Math.floor(first / tileWidth);
  const from = first % tileWidth;
  return keptRootIn(tiles(level, index, from + count), from, count);
};

/** The root over the entries `[start, end)`, for which RFC 6962 has a node. */
export const rootOver = (tiles: TileReader, start: number, end: number): Hash => {
  const size = end - start;
  if (isPowerOfTwo(size)) return fullSubtree(tiles, start, Math.round(Math.log2(size)));
  const split = start + splitOf(size);
  return nodeHash(rootOver(tiles, start, split), rootOver(tiles, split, end));
};

/** The root of the tree of a size. */
export const rootOf = (tiles: TileReader, size: number): Hash =>
  size === 0 ? emptyRoot : rootOver(tiles, 0, size);

/** The inclusion proof of the entry at an index in the tree of a larger size. */
export const inclusionProof = (tiles: TileReader, index: number, size: number): ReadonlyArray<Hash> => {
  const proof: Hash[] = [];
  for (let [start, end] = [0, size]; end - start > 1; ) {
    const split = start + splitOf(end - start);
    if (index < split) {
      proof.push(rootOver(tiles, split, end));
      end = split;
    } else {
      proof.push(rootOver(tiles, start, split));
      start = split;
    }
  }
  return proof.reverse();
};

/** The consistency proof from the tree of one size to that of another size, which is not smaller. */
export const consistencyProof = (tiles: TileReader, from: number, to: number): ReadonlyArray<Hash> => {
  if (from === 0 || from === to) return [];
  const proof: Hash[] = [];
  let [start, end, whole] = [0, to, true];
  while (end > from) {
    const split = start + splitOf(end - start);
    if (from <= split) {
      proof.push(rootOver(tiles, split, end));
      end = split;
    } else {
      proof.push(rootOver(tiles, start, split));
      [start, whole] = [split, false];
    }
  }
  if (!whole) proof.push(rootOver(tiles, start, end));
  return proof.reverse();
};

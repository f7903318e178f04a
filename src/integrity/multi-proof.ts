/**
 * Inclusion proofs of several leaves of one tree. They contain the hashes of all nodes above none of the leaves
 * whose sibling is above one, in the order in which RFC 6962 (2.1) splits the tree, from left to right. For one
 * leaf this is its inclusion proof; nearby leaves share most hashes.
 */
import { type Hash, hashBytes, nodeHash, sameHash, splitOf } from './merkle-tree.ts';
import { rootOver, type TileReader } from './tree-over-tiles.ts';

/** The hashes that prove the leaves at the given sorted indexes in the tree of a size. */
export const multiProof = (
  tiles: TileReader,
  indexes: ReadonlyArray<number>,
  size: number,
): ReadonlyArray<Hash> => {
  const proof: Hash[] = [];
  const prove = (start: number, end: number, from: number, to: number): void => {
    if (from === to) proof.push(rootOver(tiles, start, end));
    else if (end - start > 1) {
      const split = start + splitOf(end - start);
      let middle = from;
      while (middle < to && indexes[middle]! < split) middle++;
      prove(start, split, from, middle);
      prove(split, end, middle, to);
    }
  };
  if (indexes.length > 0) prove(0, size, 0, indexes.length);
  return proof;
};

/** A leaf to prove in a tree. */
export interface ProvedLeaf {
  readonly index: number;
  readonly hash: Hash;
}

/** Whether the proof shows that the leaves are in the tree with this root; see `rootOfMultiProof`. */
export const verifyMultiProof = (
  leaves: ReadonlyArray<ProvedLeaf>,
  proof: ReadonlyArray<Hash>,
  size: number,
  root: Hash,
): boolean => {
  const found = rootOfMultiProof(leaves, proof, size);
  return found !== undefined && sameHash(found, root);
};

/**
 * The root to which a proof of some leaves leads; undefined if it has too few or too many hashes for these leaves
 * and this size.
 *
 * @param leaves at least one, in order of their indexes, without repetition.
 */
export const rootOfMultiProof = (
  leaves: ReadonlyArray<ProvedLeaf>,
  proof: ReadonlyArray<Hash>,
  size: number,
): Hash | undefined => {
  const isInOrder = leaves.every(
    ({ index }, at) =>
      Number.isSafeInteger(index) && index < size && index > (at === 0 ? -1 : leaves[at - 1]!.index),
  );
  if (!Number.isSafeInteger(size) || leaves.length === 0 || !isInOrder) return undefined;
  if (![...leaves.map(({ hash }) => hash), ...proof].every(({ length }) => length === hashBytes))
    return undefined;
  let used = 0;
  const rootOf = (start: number, end: number, from: number, to: number): Hash | undefined => {
    if (from === to) return proof[used++];
    if (end - start === 1) return leaves[from]!.hash;
    const split = start + splitOf(end - start);
    let middle = from;
    while (middle < to && leaves[middle]!.index < split) middle++;
    const left = rootOf(start, split, from, middle);
    const right = left === undefined ? undefined : rootOf(split, end, middle, to);
    return left === undefined || right === undefined ? undefined : nodeHash(left, right);
  };
  const found = rootOf(0, size, 0, leaves.length);
  return used === proof.length ? found : undefined;
};

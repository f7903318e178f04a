/**
 * Inclusion of several leaves of one tree at once: the hashes of all nodes that have none of the leaves below them and whose
 * sibling has, in the order in which RFC 6962 (2.1) splits the tree, from left to right. For one leaf these are the hashes of its
 * inclusion proof; leaves that are close to each other share most of theirs.
 */
import { type Hash, hashBytes, nodeHash, sameHash, splitOf } from './merkle-tree.ts';
import { rootOver, type TileReader } from './tree-over-tiles.ts';

/** The hashes that prove the leaves at some indexes, which are in order, in the tree of a size. */
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

/** A leaf that a proof shows to be in a tree. */
export interface ProvedLeaf {
  readonly index: number;
  readonly hash: Hash;
}

/** Whether the proof shows that the leaves are in the tree with this root; otherwise as `rootOfMultiProof`. */
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
 * The root that a proof of some leaves, in their places, leads to; none if it cannot be one of these leaves and this
 * size, or has a hash too many.
 *
 * @param leaves in order of their indexes, each once, and at least one.
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

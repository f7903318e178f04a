/**
 * Merkle trees of RFC 6962 (section 2.1): hashing of leaves and nodes, and verification of proofs. Verification
 * follows RFC 9162, 2.1.3.2 and 2.1.4.2; that of subtrees follows draft-ietf-plants-merkle-tree-certs, 4.
 *
 * Hashes have 32 bytes. Sizes and indexes are integers below 2^53.
 */
import { sha256, sha256Into } from '#sha256';

export type Hash = Uint8Array;

export const hashBytes = 32;

/** The root of the empty tree: the hash of nothing. */
export const emptyRoot: Hash = sha256(new Uint8Array(0));

const leafPrefix = 0x00;
const nodePrefix = 0x01;

/** The hash of a leaf with this entry. */
export const leafHash = (entry: Uint8Array): Hash => {
  const prefixed = new Uint8Array(entry.length + 1);
  prefixed[0] = leafPrefix;
  prefixed.set(entry, 1);
  return sha256(prefixed);
};

/** The prefix of a node and two hashes; reused for each node. */
const nodeInput = new Uint8Array(1 + 2 * hashBytes);
nodeInput[0] = nodePrefix;

/** The hash of a node over two others. */
export const nodeHash = (left: Hash, right: Hash): Hash => {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  return sha256(nodeInput);
};

/**
 * The root over consecutive hashes, which lie one after another.
 *
 * @param hashes a power of two of them; they are overwritten.
 */
export const rootOfFull = (hashes: Uint8Array): Hash => {
  for (let bytes = hashes.length; bytes > hashBytes; bytes /= 2) {
    for (let at = 0; at < bytes; at += 2 * hashBytes) {
      nodeInput.set(hashes.subarray(at, at + 2 * hashBytes), 1);
      sha256Into(nodeInput, hashes, at / 2);
    }
  }
  return hashes.slice(0, hashBytes);
};

/** Whether two hashes are the same. */
export const sameHash = (a: Hash, b: Hash): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The largest power of two below a number of at least 2, at which RFC 6962 splits a tree of that size. */
export const splitOf = (size: number): number => {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
};

/** Whether a number is a power of two. */
export const isPowerOfTwo = (number: number): boolean => {
  let power = 1;
  while (power < number) power *= 2;
  return power === number;
};

/** The root over the given leaf hashes. */
export const rootOfLeaves = (leaves: ReadonlyArray<Hash>): Hash => {
  if (leaves.length === 0) return emptyRoot;
  if (leaves.length === 1) return leaves[0]!;
  const split = splitOf(leaves.length);
  return nodeHash(rootOfLeaves(leaves.slice(0, split)), rootOfLeaves(leaves.slice(split)));
};

const isCount = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;
const isOdd = (number: number): boolean => number % 2 === 1;
const half = (number: number): number => Math.floor(number / 2);
const areHashes = (hashes: ReadonlyArray<Hash>): boolean =>
  hashes.every(({ length }) => length === hashBytes);

/** An inclusion proof of the leaf at an index in the tree of a size. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Hash;
  readonly proof: ReadonlyArray<Hash>;
}

/**
 * The root to which an inclusion proof leads; undefined if the proof has the wrong length for its index and size.
 */
const rootOfInclusion = ({ index, size, leaf, proof }: Inclusion): Hash | undefined => {
  if (!isCount(index) || !isCount(size) || index >= size) return undefined;
  if (!areHashes([leaf, ...proof])) return undefined;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return undefined;
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 ? hash : undefined;
};

/** Whether the proof shows that the leaf is in the tree with this root. */
export const verifyInclusion = (inclusion: Inclusion, root: Hash): boolean => {
  const found = rootOfInclusion(inclusion);
  return found !== undefined && sameHash(found, root);
};

/** The size in leaves and the root of a tree or a part of one. */
export interface TreeHead {
  readonly size: number;
  readonly root: Hash;
}

/** Whether `[start, end)` is a subtree: `start` is a multiple of the smallest power of two not below the size. */
const isSubtree = (start: number, end: number): boolean => {
  if (!isCount(start) || !isCount(end) || start >= end) return false;
  let power = 1;
  while (power < end - start) power *= 2;
  return start % power === 0;
};

/** Whether the proof shows that the leaf is in the subtree `[start, end)` with this hash. */
export const verifySubtreeInclusion = (
  {
    index,
    start,
    end,
    leaf,
    proof,
  }: Omit<Inclusion, 'size'> & { readonly start: number; readonly end: number },
  hash: Hash,
): boolean =>
  isSubtree(start, end) &&
  index >= start &&
  verifyInclusion({ index: index - start, size: end - start, leaf, proof }, hash);

/**
 * Whether the proof shows that the tree of a size contains all leaves of the subtree `[start, end)` in place. Every
 * tree has the empty subtrees.
 */
export const verifySubtreeConsistency = (
  { start, end, hash }: { readonly start: number; readonly end: number; readonly hash: Hash },
  { size, root }: TreeHead,
  proof: ReadonlyArray<Hash>,
): boolean => {
  if (!isCount(start) || !isCount(size) || end > size || !areHashes(proof)) return false;
  if (start === end) return proof.length === 0 && sameHash(hash, emptyRoot);
  if (!isSubtree(start, end)) return false;
  let [first, last, rest] = [start, end - 1, size - 1];
  const up = (): void => {
    [first, last, rest] = [half(first), half(last), half(rest)];
  };
  if (last === rest) while (first !== last) up();
  else while (first !== last && isOdd(last)) up();
  const hashes = [...proof];
  const seed = first === last ? hash : hashes.shift();
  if (seed === undefined) return false;
  let [part, whole] = [seed, seed];
  for (const sibling of hashes) {
    if (rest === 0) return false;
    if (isOdd(last) || last === rest) {
      if (first < last) part = nodeHash(sibling, part);
      whole = nodeHash(sibling, whole);
      while (!isOdd(last) && last !== 0) up();
    } else whole = nodeHash(whole, sibling);
    up();
  }
  return rest === 0 && sameHash(part, hash) && sameHash(whole, root);
};

/**
 * Whether the proof shows that the later tree begins with all leaves of the earlier one. An empty earlier tree is
 * refused, since it proves nothing.
 */
export const verifyConsistency = (
  earlier: TreeHead,
  later: TreeHead,
  proof: ReadonlyArray<Hash>,
): boolean => {
  if (earlier.size === 0) return false;
  if (earlier.size === later.size) return proof.length === 0 && sameHash(earlier.root, later.root);
  return verifySubtreeConsistency({ start: 0, end: earlier.size, hash: earlier.root }, later, proof);
};

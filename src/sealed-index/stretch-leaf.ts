/**
 * The leaves of the sealed index, as text: of a stretch, one for each eight of its keys; of the second log, one for each
 * stretch. Eight keys together cost a fraction of the hashing, and a proof of about the same size.
 */

import { sha256Hex, sha256OfText } from '#sha256';
import type { Hash } from '../integrity/merkle-tree.ts';
import type { IndexKey } from './index-key.ts';
import type { Stretch } from './stretches.ts';

/** A key of a stretch, with the positions of the events under it, in log order. */
export interface KeyedPositions {
  readonly key: IndexKey;
  readonly positions: ReadonlyArray<number>;
  /** Its line in a leaf, once it has been made: the same in every stretch that has these positions. */
  line?: string;
}

/** Positions that stand in a leaf itself, at most; of more, their hash does. */
export const positionsInLeafMax = 8;

const encoder = new TextEncoder();
const listOf = (positions: ReadonlyArray<number>): string => `[${positions.join(',')}]`;

/** The hash of a list of positions, as its canonical JSON, in hexadecimal. */
export const digestOf = (positions: ReadonlyArray<number>): string =>
  sha256Hex(encoder.encode(listOf(positions)));

/** Keys to a leaf; the last leaf of a stretch has fewer. */
export const keysInLeaf = 8;

/** The line of a key: with its positions, or with their hash where they are many. */
const lineText = (keyed: KeyedPositions): string => {
  const { key, positions } = keyed;
  keyed.line ??=
    positions.length <= positionsInLeafMax ? `${key}${listOf(positions)}` : `${key}"${digestOf(positions)}"`;
  return keyed.line;
};

/** The text of a leaf: a line for each of its keys. */
export const leafText = (keys: ReadonlyArray<KeyedPositions>): string => keys.map(lineText).join('\n');

/** The texts of the leaves that some keys make, the first of which begins one. */
export const leavesOf = (keys: ReadonlyArray<KeyedPositions>): ReadonlyArray<string> =>
  Array.from({ length: Math.ceil(keys.length / keysInLeaf) }, (_, leaf) =>
    leafText(keys.slice(leaf * keysInLeaf, (leaf + 1) * keysInLeaf)),
  );

/** The hash of a leaf with this text: the prefix of a leaf is a zero byte, which is one character. */
export const leafOfText = (text: string): Hash => sha256OfText(`\0${text}`);

/** A key as it is read from a leaf: its positions, or the hash of them. */
export interface ReadKey {
  readonly key: IndexKey;
  readonly positions: ReadonlyArray<number> | { readonly digest: string };
}

const line = /^(\["[^\n]*"\])(?:\[((?:[1-9]\d*,)*[1-9]\d*)\]|"([0-9a-f]{64})")$/;

/** Reads the text of a leaf; none if it is not one. */
export const parseLeaf = (text: string): ReadonlyArray<ReadKey> | undefined => {
  const keys: ReadKey[] = [];
  for (const each of text.split('\n')) {
    const match = line.exec(each);
    if (match === null) return undefined;
    const [, key, positions, digest] = match;
    keys.push({
      key: key!,
      positions: positions === undefined ? { digest: digest! } : positions.split(',').map(Number),
    });
  }
  return keys.length > keysInLeaf ? undefined : keys;
};

/** A sealed stretch: its events, how many keys they have, and the root over these. */
export interface Seal extends Stretch {
  readonly keys: number;
  readonly root: Hash;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The entry of a stretch in the second log: canonical JSON (RFC 8785). `size` is that of the first log. */
export const sealEntry = ({ keys, root, size, start }: Seal): string =>
  `{"keys":${keys},"root":"${hex(root)}","size":${size},"start":${start},"v":1}`;

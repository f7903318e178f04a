/**
 * The leaves of the sealed index as text: for a stretch, one for every eight keys; for the second log, one for each
 * stretch. Grouping eight keys takes a fraction of the hashing, and proofs stay about the same size.
 */

import { sha256Hex, sha256OfText } from '#sha256';
import type { Hash } from '../integrity/merkle-tree.ts';
import type { IndexKey } from './index-key.ts';
import type { Stretch } from './stretches.ts';

/** A key of a stretch, with the positions of its events in log order. */
export interface KeyedPositions {
  readonly key: IndexKey;
  readonly positions: ReadonlyArray<number>;
}

/** Positions that a leaf lists; for more, it has their hash. */
export const positionsInLeafMax = 8;

const encoder = new TextEncoder();
const listOf = (positions: ReadonlyArray<number>): string => `[${positions.join(',')}]`;

/** The hash in hexadecimal of a list of positions as canonical JSON. */
export const digestOf = (positions: ReadonlyArray<number>): string =>
  sha256Hex(encoder.encode(listOf(positions)));

/** Keys in a leaf; the last leaf of a stretch has fewer. */
export const keysInLeaf = 8;

/** The line of a key, with its positions or with their hash if there are many. */
const lineText = ({ key, positions }: KeyedPositions): string =>
  positions.length <= positionsInLeafMax ? `${key}${listOf(positions)}` : `${key}"${digestOf(positions)}"`;

/** The text of a leaf, with a line for each of its keys. */
export const leafText = (keys: ReadonlyArray<KeyedPositions>): string => keys.map(lineText).join('\n');

/** The hash of a leaf with this text. Its prefix is a zero byte, which is one character. */
export const leafOfText = (text: string): Hash => sha256OfText(`\0${text}`);

/** A key from a leaf, with its positions or their hash. */
export interface ReadKey {
  readonly key: IndexKey;
  readonly positions: ReadonlyArray<number> | { readonly digest: string };
}

const line = /^(\["[^\n]*"\])(?:\[((?:[1-9]\d*,)*[1-9]\d*)\]|"([0-9a-f]{64})")$/;

/** Parses the text of a leaf; undefined if it is invalid. */
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

/** A sealed stretch, with the number of its keys and their root. */
export interface Seal extends Stretch {
  readonly keys: number;
  readonly root: Hash;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The entry of a stretch in the second log: canonical JSON (RFC 8785). `size` is a size of the first log. */
export const sealEntry = ({ keys, root, size, start }: Seal): string =>
  `{"keys":${keys},"root":"${hex(root)}","size":${size},"start":${start},"v":1}`;

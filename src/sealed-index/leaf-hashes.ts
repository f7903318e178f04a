/** The hashes of the leaves over lines of keys (V12). */
import { sha256Hex, sha256Into } from '#sha256';
import { type Hash, hashBytes } from '../integrity/merkle-tree.ts';
import type { KeyLines } from './key-lines.ts';
import { keysInLeaf, leafOfText } from './stretch-leaf.ts';

const leafPrefix = 0x00;
const lineFeed = 0x0a;

/** The line of a key as a leaf has it: with the hash of its positions if they are many. */
const lineInLeaf = (lines: KeyLines, n: number): string =>
  lines.isLong(n) ? `${lines.keyAt(n)}"${sha256Hex(lines.listAt(n))}"` : lines.lineAt(n);

const hasLong = (lines: KeyLines, first: number, end: number): boolean => {
  for (let n = first; n < end; n++) if (lines.isLong(n)) return true;
  return false;
};

/** The hashes of the leaves of some lines; the first line begins a leaf. */
export const leafHashesOf = (lines: KeyLines): ReadonlyArray<Hash> => {
  const { bytes, count } = lines;
  const all = new Uint8Array(Math.ceil(count / keysInLeaf) * hashBytes);
  const hashes: Hash[] = [];
  for (let first = 0; first < count; first += keysInLeaf) {
    const end = Math.min(count, first + keysInLeaf);
    const at = hashes.length * hashBytes;
    if (hasLong(lines, first, end)) {
      const text = Array.from({ length: end - first }, (_, each) => lineInLeaf(lines, first + each));
      all.set(leafOfText(text.join('\n')), at);
    } else {
      // The prefix of a leaf takes the place of the line feed before it.
      const start = lines.start(first) - 1;
      bytes[start] = leafPrefix;
      sha256Into(bytes.subarray(start, lines.end(end - 1)), all, at);
      bytes[start] = lineFeed;
    }
    hashes.push(all.subarray(at, at + hashBytes));
  }
  return hashes;
};

/** The checks of the Merkle tree (V13): its tiles, and all checkpoints that were signed. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { parseCheckpoint } from '../../integrity/checkpoint.ts';
import type { VerifierKey } from '../../integrity/keys.ts';
import { sameHash } from '../../integrity/merkle-tree.ts';
import { parseNote, verifyNote } from '../../integrity/signed-note.ts';
import { hashIn, rootIn, tileWidth, widthOfTile } from '../../integrity/tiles.ts';
import type { SignedCheckpoint, TreeReader } from '../../integrity/tree-file.ts';
import { type Check, count, failed, ok } from '../examine/check.ts';

/** Checkpoints to read at a time. */
const checkpointsAtOnce = 1_000;

const remedy = 'Restore the tree and the log together from a copy that passes domicile verify';

/** Checks that each tile above the leaves contains the roots of the tiles below it. */
export function* checkTiles(tree: TreeReader, name = 'tree'): Generator<number, Check> {
  const size = tree.size();
  for (let level = 1; tileWidth ** level <= size; level++) {
    const below = Math.floor(size / tileWidth ** level);
    for (let index = 0; index < below; index++) {
      const at = Math.floor(index / tileWidth);
      const above = tree.tiles(level, at, widthOfTile(size, level, at));
      const root = rootIn(tree.tiles(level - 1, index, tileWidth), 0, tileWidth);
      if (!sameHash(hashIn(above, index % tileWidth), root)) {
        const first = index * tileWidth ** level + 1;
        return failed(
          name,
          `a hash of level ${level}, over the events from position ${first} on, is wrong`,
          remedy,
        );
      }
      if (level === 1) yield (index + 1) * tileWidth;
    }
  }
  return ok(name, `${count.format(size)} leaves, and every hash above them is correct`);
}

/** Why a checkpoint is invalid; undefined if it is valid. */
const faultOf = (
  { size, root, note }: SignedCheckpoint,
  tree: TreeReader,
  origin: string,
  keys: ReadonlyArray<VerifierKey>,
): string | undefined => {
  if (size > tree.size()) return `the tree has ${tree.size()} leaves, but ${size} were signed`;
  if (!sameHash(tree.rootAt(size), root))
    return `the tree of ${size} leaves has another root than was signed`;
  if (note === undefined) return undefined;
  return pipe(
    parseNote(note),
    E.flatMap((each) => verifyNote(each, keys)),
    E.flatMap(({ text }) => parseCheckpoint(text)),
    E.matchW(
      (fault) => `the checkpoint of ${size} leaves: ${fault}`,
      (signed) =>
        signed.origin === origin && signed.size === size && sameHash(signed.root, root)
          ? undefined
          : `the checkpoint kept for ${size} leaves says something else`,
    ),
  );
};

/** Checks every signed checkpoint against the tree, and the stored signatures. */
export const checkCheckpoints = (
  tree: TreeReader,
  origin: string,
  keys: ReadonlyArray<VerifierKey>,
  name = 'checkpoints',
): Check => {
  let checked = 0;
  for (let upTo = Number.MAX_SAFE_INTEGER; ; ) {
    const page = tree.checkpoints(upTo, checkpointsAtOnce);
    for (const checkpoint of page) {
      const fault = faultOf(checkpoint, tree, origin, keys);
      if (fault !== undefined) return failed(name, fault, remedy);
      checked++;
    }
    if (page.length < checkpointsAtOnce) break;
    upTo = page.at(-1)!.size - 1;
  }
  return ok(name, `${count.format(checked)} signed so far, and the tree leads to each`);
};

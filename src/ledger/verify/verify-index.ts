/**
 * The check of the sealed index against the log (V12, V13): each stretch is sealed again and compared with the
 * stored one.
 */
import { join } from 'node:path';
import { builderOf } from '../../integrity/follow-log.ts';
import { hashBytes, sameHash } from '../../integrity/merkle-tree.ts';
import { tileWidth } from '../../integrity/tiles.ts';
import { type GrownTile, TreeBuilder } from '../../integrity/tree-builder.ts';
import { openTreeToWrite, type TreeReader } from '../../integrity/tree-file.ts';
import { rootOf, type TileReader } from '../../integrity/tree-over-tiles.ts';
import type { KeptStretch, SealedIndexReader } from '../../sealed-index/index-reader.ts';
import { openIndexToWrite } from '../../sealed-index/index-writer.ts';
import { leafHashesOf } from '../../sealed-index/leaf-hashes.ts';
import { sealUpTo } from '../../sealed-index/seal-log.ts';
import { partsOf, placeOf } from '../../sealed-index/stretches.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { type Check, count, failed, ok } from '../examine/check.ts';

const name = 'index';
const remedy =
  'Stop the server, and restore index-2.sqlite and index-2-tree.sqlite together with the log they belong to';

/**
 * Nothing has to be durable here: so many events are sealed, and so many keys kept in memory, before anything is written.
 * Most stretches are then part of a larger one already.
 */
const eventsAtOnce = 262_144;
const keysInMemoryMax = 2_097_152;

const noTiles: TileReader = () => {
  throw new Error('a tree that is empty has no tiles');
};

/** Whether the keys of a stretch and the hashes above them lead to its seal, and lookups to each block of keys. */
const leadsToSeal = (stretch: KeptStretch, kept: SealedIndexReader): boolean => {
  const tiles = kept.tilesOf(stretch);
  const builder = new TreeBuilder(noTiles, 0);
  const isKept = ({ level, index, hashes }: GrownTile): boolean =>
    Buffer.compare(tiles(level, index, hashes.length / hashBytes), hashes) === 0;
  /** The last tile of each level, which is still incomplete. */
  const growing = new Map<number, GrownTile>();
  const firsts = kept.firstsOf(stretch);
  for (const lines of kept.linesOf(stretch)) {
    if (firsts.next().value !== lines.keyAt(0)) return false;
    for (const tile of builder.append(leafHashesOf(lines))) {
      growing.delete(tile.level);
      if (tile.hashes.length < tileWidth * hashBytes) growing.set(tile.level, tile);
      else if (!isKept(tile)) return false;
    }
  }
  return [...growing.values()].every(isKept) && sameHash(rootOf(tiles, builder.size), stretch.root);
};

const sameCell = (one: unknown, other: unknown): boolean =>
  one instanceof Uint8Array && other instanceof Uint8Array ? Buffer.compare(one, other) === 0 : one === other;

/** Whether both files have the same bytes for a stretch. Files of another version may differ, and be right. */
const hasSameBytes = (stretch: KeptStretch, kept: SealedIndexReader, fresh: SealedIndexReader): boolean => {
  const others = fresh.rowsOf(stretch);
  for (const row of kept.rowsOf(stretch)) {
    const other = others.next();
    if (other.done === true || !row.every((cell, at) => sameCell(cell, other.value[at]))) return false;
  }
  return others.next().done === true;
};

/** The places of the stretches that are part of a larger one. Only of those may the keys be dropped. */
const placesOfParts = (kept: SealedIndexReader, stretches: number): ReadonlySet<number> => {
  const parts = new Set<number>();
  for (let place = 0; place < stretches; place++) {
    const stretch = kept.at(place);
    for (const part of stretch === undefined ? [] : partsOf(stretch)) parts.add(placeOf(part)!);
  }
  return parts;
};

/**
 * What is wrong with a stored stretch; undefined if it is the one that follows from the log.
 *
 * @param isPart whether it is part of a larger one.
 */
const faultOf = (
  place: number,
  kept: SealedIndexReader,
  fresh: SealedIndexReader,
  isPart: boolean,
): string | undefined => {
  const [one, other] = [kept.at(place), fresh.at(place)];
  if (one === undefined) return `stretch ${place} is missing`;
  const where = `the stretch of the events ${count.format(one.start + 1)} to ${count.format(one.size)}`;
  if (
    other === undefined ||
    one.start !== other.start ||
    one.size !== other.size ||
    one.keys !== other.keys ||
    !sameHash(one.root, other.root)
  )
    return `the seal of ${where} does not match the log`;
  const isWhole = kept.snapshot(
    () => (isPart && !kept.isKept(one)) || hasSameBytes(one, kept, fresh) || leadsToSeal(one, kept),
  );
  return isWhole ? undefined : `the keys of ${where} do not match its seal`;
};

/**
 * Seals the log again, and compares.
 *
 * @param tree of the second log, whose leaves are the seals.
 * @param scratch the directory in which it is sealed again.
 */
export function* checkIndex(
  log: LogReader,
  kept: SealedIndexReader,
  tree: TreeReader,
  scratch: string,
): Generator<number, Check> {
  const stretches = kept.count();
  const size = stretches === 0 ? 0 : kept.at(stretches - 1)!.size;
  if (size > log.head())
    return failed(
      name,
      `${count.format(size)} events are sealed, but the log has only ${count.format(log.head())}`,
      remedy,
    );
  const fresh = openIndexToWrite(join(scratch, 'index-2.sqlite'), 0, keysInMemoryMax);
  const freshTree = openTreeToWrite(join(scratch, 'index-2-tree.sqlite'), 0);
  try {
    yield* sealUpTo(log, fresh, freshTree, builderOf(freshTree), size, eventsAtOnce);
    const parts = placesOfParts(kept, stretches);
    for (let place = 0; place < stretches; place++) {
      const fault = faultOf(place, kept, fresh, parts.has(place));
      if (fault !== undefined) return failed(name, fault, remedy);
      yield kept.at(place)!.size;
    }
    const leaves = tree.size();
    if (leaves > freshTree.size() || !sameHash(tree.rootAt(leaves), freshTree.rootAt(leaves)))
      return failed(name, 'the leaves of the second log do not match the stretches of the log', remedy);
    return ok(name, `${count.format(size)} events in ${count.format(stretches)} stretches match their seals`);
  } finally {
    freshTree.close();
    fresh.close();
  }
}

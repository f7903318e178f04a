/** Reads the file of the sealed index. */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { sameHash } from '../integrity/merkle-tree.ts';
import { hashIn, tileWidth } from '../integrity/tiles.ts';
import type { TileReader } from '../integrity/tree-over-tiles.ts';
import { openToRead } from '../store/sqlite/open-database.ts';
import { damaged } from '../store/sqlite/store-problems.ts';
import { floorOf } from './floor.ts';
import { hasChecksum, indexFormat, unpackBlock } from './index-format.ts';
import type { KeyLines } from './key-lines.ts';
import { leafHashesOf } from './leaf-hashes.ts';
import { type KeyBlocks, keysInBlock } from './merged-lines.ts';
import { keysOfLines } from './read-lines.ts';
import { type KeyedPositions, keysInLeaf, type Seal } from './stretch-leaf.ts';
import { placeOf, type Stretch } from './stretches.ts';

/** Blocks to cache. */
const blocksKeptMax = 128;

/** A sealed stretch whose keys are stored. */
export interface KeptStretch extends Seal {
  readonly place: number;
}

const unpackedBlock = (file: string, kept: Uint8Array, otherwise: string): KeyLines => {
  try {
    return unpackBlock(kept);
  } catch {
    throw damaged(file, otherwise);
  }
};

/** Reads the sealed index. */
export class SealedIndexReader {
  protected readonly database: DatabaseSync;
  private readonly statements;
  private readonly blocks = new LRUCache<string, ReadonlyArray<KeyedPositions>>({ max: blocksKeptMax });

  constructor(database: DatabaseSync) {
    this.database = database;
    this.statements = {
      count: database.prepare('SELECT coalesce(max(place) + 1, 0) AS n FROM seal'),
      seal: database.prepare('SELECT place, start, size, keys, root FROM seal WHERE place = ?'),
      block: database.prepare('SELECT lines FROM block WHERE place = ? AND n = ?'),
      floor: database.prepare(
        'SELECT n FROM block WHERE place = ? AND first <= ? ORDER BY first DESC LIMIT 1',
      ),
      blockRows: database.prepare('SELECT n, first, lines FROM block WHERE place = ? ORDER BY n'),
      tileRows: database.prepare('SELECT level, n, hashes FROM tile WHERE place = ? ORDER BY level, n'),
      firsts: database.prepare('SELECT first FROM block WHERE place = ? ORDER BY n'),
      tile: database.prepare('SELECT hashes FROM tile WHERE place = ? AND level = ? AND n = ?'),
    };
    this.statements.blockRows.setReturnArrays(true);
    this.statements.tileRows.setReturnArrays(true);
  }

  /** The number of sealed stretches. */
  count(): number {
    return Number(this.statements.count.get()!.n);
  }

  /** The stretch at a place of the second log. */
  at(place: number): KeptStretch | undefined {
    return this.statements.seal.get(place) as unknown as KeptStretch | undefined;
  }

  /** The sealed stretch, if it is sealed. */
  find(stretch: Stretch): KeptStretch | undefined {
    const place = placeOf(stretch);
    return place === undefined ? undefined : this.at(place);
  }

  /** Whether the stretch's own keys are stored, not only those of a larger stretch. */
  isKept({ place }: KeptStretch): boolean {
    return this.statements.block.get(place, 0) !== undefined;
  }

  /** @throws a StoreProblem if the file has lost the block, or it is damaged. */
  protected lines(place: number, n: number): KeyLines {
    const kept = this.statements.block.get(place, n)?.lines as Uint8Array | undefined;
    const file = this.database.location() ?? 'index-2.sqlite';
    if (kept === undefined) throw damaged(file, `block ${n} of stretch ${place} is missing`);
    const otherwise = `block ${n} of stretch ${place} is damaged`;
    const lines = unpackedBlock(file, kept, otherwise);
    if (!hasChecksum(kept) && !this.leadsToTree(place, n, lines)) throw damaged(file, otherwise);
    return lines;
  }

  /** Whether a block has as many keys as its stretch says, and the leaves that its tree was built from. */
  private leadsToTree(place: number, n: number, lines: KeyLines): boolean {
    const { keys } = this.at(place)!;
    if (lines.count !== Math.min(keysInBlock, keys - n * keysInBlock)) return false;
    const first = (n * keysInBlock) / keysInLeaf;
    const tile = this.tilesOf({ place })(0, Math.floor(first / tileWidth), tileWidth);
    return leafHashesOf(lines).every((hash, at) => sameHash(hash, hashIn(tile, (first % tileWidth) + at)));
  }

  /** The keys of a block, cached. */
  private block(place: number, n: number): ReadonlyArray<KeyedPositions> {
    const name = `${place} ${n}`;
    const kept = this.blocks.get(name);
    if (kept !== undefined) return kept;
    const read = keysOfLines(this.lines(place, n));
    this.blocks.set(name, read);
    return read;
  }

  /** The index of the last key of a stretch that is not after `key`; -1 if there is none. */
  floor({ place }: KeptStretch, key: string): number {
    const n = this.statements.floor.get(place, key)?.n as number | undefined;
    if (n === undefined) return -1;
    const block = this.block(place, n);
    return n * keysInBlock + floorOf(block.length, (at) => block[at]!.key, key);
  }

  /** The nth key of a stretch. */
  keyAt({ place }: KeptStretch, index: number): KeyedPositions {
    return this.block(place, Math.floor(index / keysInBlock))[index % keysInBlock]!;
  }

  /** All keys of a stretch in order, in blocks. */
  *linesOf({ place, keys }: KeptStretch): KeyBlocks {
    for (let n = 0; n * keysInBlock < keys; n++) yield this.lines(place, n);
  }

  /** By what each block of a stretch is looked up, in order. */
  *firstsOf({ place }: Pick<KeptStretch, 'place'>): Generator<unknown> {
    for (const { first } of this.statements.firsts.iterate(place)) yield first;
  }

  /** The rows of a stretch as the file has them, in order: blocks of keys, and tiles. */
  *rowsOf({ place }: Pick<KeptStretch, 'place'>): Generator<ReadonlyArray<unknown>> {
    yield* this.statements.blockRows.iterate(place) as unknown as Iterable<ReadonlyArray<unknown>>;
    yield* this.statements.tileRows.iterate(place) as unknown as Iterable<ReadonlyArray<unknown>>;
  }

  /** The tiles of the tree over the keys of a stretch. */
  tilesOf({ place }: Pick<KeptStretch, 'place'>): TileReader {
    return (level, index) => {
      const hashes = this.statements.tile.get(place, level, index)?.hashes as Uint8Array | undefined;
      if (hashes === undefined)
        throw damaged(this.database.location() ?? 'index-2.sqlite', `a tile of stretch ${place} is missing`);
      return hashes;
    };
  }

  /** Reads within one snapshot of the file. */
  snapshot<A>(read: () => A): A {
    this.database.exec('BEGIN');
    try {
      return read();
    } finally {
      this.database.exec('COMMIT');
    }
  }

  /** Closes the file. */
  close(): void {
    this.database.close();
  }
}

/**
 * Opens the file for reading.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openIndexToRead = (file: string): SealedIndexReader =>
  new SealedIndexReader(openToRead(file, indexFormat));

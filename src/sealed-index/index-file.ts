/**
 * The file of the sealed index: the keys of every stretch that is not part of a larger one, 256 to a block, with the
 * hashes over them. All of it can be made again from the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Instant } from '../domain/time/instant.ts';
import { hashBytes } from '../integrity/merkle-tree.ts';
import { tileWidth } from '../integrity/tiles.ts';
import { TreeBuilder } from '../integrity/tree-builder.ts';
import { rootOf, type TileReader } from '../integrity/tree-over-tiles.ts';
import type { FileFormat } from '../store/sqlite/file-checks.ts';
import { type OpenDatabase, openToRead, openToWrite } from '../store/sqlite/open-database.ts';
import { damaged } from '../store/sqlite/store-problems.ts';
import { floorOf } from './floor.ts';
import { type KeyedPositions, keysInLeaf, leafOfText, leavesOf, type Seal } from './stretch-leaf.ts';
import { partsOf, placeOf, type Stretch } from './stretches.ts';

const schema = `
  -- Every stretch that was sealed, by its place in the second log.
  CREATE TABLE seal (
    place INTEGER PRIMARY KEY, start INTEGER NOT NULL, size INTEGER NOT NULL, keys INTEGER NOT NULL, root BLOB NOT NULL
  ) STRICT;
  -- The stretches before this place have let go of the keys of their parts.
  CREATE TABLE forgotten (only INTEGER PRIMARY KEY CHECK (only = 1), place INTEGER NOT NULL) STRICT;
  INSERT INTO forgotten VALUES (1, 0);
  -- The keys of a stretch in order, each on a line with its positions; the first of each block.
  CREATE TABLE block (
    place INTEGER NOT NULL, n INTEGER NOT NULL, first TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (place, n)
  ) STRICT;
  CREATE INDEX block_by_key ON block (place, first);
  CREATE TABLE tile (
    place INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (place, level, n)
  ) STRICT;
`;

/** The format of the file; `application_id` is `DMCI` in ASCII. */
const indexFormat: FileFormat = {
  name: 'sealed index',
  applicationId: 0x444d4349,
  schemaVersion: 1,
  schema,
  contradiction: () => undefined,
};

/** Blocks that are kept in memory. */
const blocksKeptMax = 1_024;
/** Keys in a block. */
const keysInBlock = 32 * keysInLeaf;
/** Blocks that are written at a time while a stretch is sealed. */
const blocksAtOnceMax = 32;

/** A sealed stretch that has its keys at hand. */
export interface KeptStretch extends Seal {
  readonly place: number;
}

const noTiles: TileReader = () => {
  throw new Error('a tree that is empty has no tiles');
};

const lineOf = ({ key, positions }: KeyedPositions): string => `${key}\t${positions.join(',')}`;
const keyedOf = (line: string): KeyedPositions => {
  const tab = line.indexOf('\t');
  return {
    key: line.slice(0, tab),
    positions: line
      .slice(tab + 1)
      .split(',')
      .map(Number),
  };
};

/** Reads the sealed index. */
export class SealedIndexReader {
  protected readonly database: DatabaseSync;
  private readonly statements;
  private readonly blocks = new LRUCache<string, ReadonlyArray<KeyedPositions>>({ max: blocksKeptMax });

  constructor(database: DatabaseSync) {
    this.database = database;
    this.statements = {
      count: database.prepare('SELECT count(*) AS n FROM seal'),
      seal: database.prepare('SELECT place, start, size, keys, root FROM seal WHERE place = ?'),
      block: database.prepare('SELECT lines FROM block WHERE place = ? AND n = ?'),
      floor: database.prepare(
        'SELECT n FROM block WHERE place = ? AND first <= ? ORDER BY first DESC LIMIT 1',
      ),
      tile: database.prepare('SELECT hashes FROM tile WHERE place = ? AND level = ? AND n = ?'),
    };
  }

  /** How many stretches are sealed. */
  count(): number {
    return Number(this.statements.count.get()!.n);
  }

  /** The stretch at a place of the second log. */
  at(place: number): KeptStretch | undefined {
    return this.statements.seal.get(place) as unknown as KeptStretch | undefined;
  }

  /** A sealed stretch, if it is one. */
  find(stretch: Stretch): KeptStretch | undefined {
    const place = placeOf(stretch);
    return place === undefined ? undefined : this.at(place);
  }

  /** Whether the keys of a stretch are there, and not with those of a larger one alone. */
  isKept({ place }: KeptStretch): boolean {
    return this.statements.block.get(place, 0) !== undefined;
  }

  /** @throws a StoreProblem where the file has lost it. */
  private block(place: number, n: number): ReadonlyArray<KeyedPositions> {
    const id = `${place} ${n}`;
    const kept = this.blocks.get(id);
    if (kept !== undefined) return kept;
    const lines = this.statements.block.get(place, n)?.lines as string | undefined;
    if (lines === undefined)
      throw damaged(this.database.location() ?? 'index.sqlite', `block ${n} of stretch ${place} is missing`);
    const read = lines.split('\n').map(keyedOf);
    this.blocks.set(id, read);
    return read;
  }

  /** The place of the last key of a stretch at or before one; -1 where there is none. */
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

  /** All keys of a stretch, in order. */
  *keysOf({ place, keys }: KeptStretch): Generator<KeyedPositions> {
    for (let n = 0; n * keysInBlock < keys; n++) yield* this.block(place, n);
  }

  /** The tiles of the tree over the keys of a stretch. */
  tilesOf({ place }: KeptStretch): TileReader {
    return (level, index) => {
      const hashes = this.statements.tile.get(place, level, index)?.hashes as Uint8Array | undefined;
      if (hashes === undefined)
        throw damaged(this.database.location() ?? 'index.sqlite', `a tile of stretch ${place} is missing`);
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

/** Writes the sealed index; one process at a time can. */
export class SealedIndexWriter extends SealedIndexReader {
  private readonly opened: OpenDatabase;
  private readonly writes;

  constructor(opened: OpenDatabase) {
    super(opened.database);
    this.opened = opened;
    const { database } = opened;
    this.writes = {
      seal: database.prepare('INSERT INTO seal VALUES (?, ?, ?, ?, ?)'),
      block: database.prepare('INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)'),
      tile: database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?, ?, ?)'),
      forgotten: database.prepare('SELECT place FROM forgotten'),
      forget: database.prepare('UPDATE forgotten SET place = ?'),
      forgetBlocks: database.prepare('DELETE FROM block WHERE place = ?'),
      forgetTiles: database.prepare('DELETE FROM tile WHERE place = ?'),
    };
    // What a stretch had that was not sealed to its end.
    const places = 'WHERE place NOT IN (SELECT place FROM seal)';
    database.exec(`DELETE FROM block ${places}; DELETE FROM tile ${places};`);
  }

  private write(
    place: number,
    blocks: ReadonlyArray<readonly [number, string, string]>,
    tiles: TileWrites,
  ): void {
    this.begin();
    for (const [n, first, lines] of blocks) this.writes.block.run(place, n, first, lines);
    for (const { level, index, hashes } of tiles) this.writes.tile.run(place, level, index, hashes);
  }

  private begin(): void {
    if (!this.database.isTransaction) this.database.exec('BEGIN IMMEDIATE');
  }

  /** Makes durable what was written since. What was sealed in between is there as a whole or not at all. */
  flush(): void {
    if (this.database.isTransaction) this.database.exec('COMMIT');
  }

  /**
   * Seals a stretch with the keys that it has, in order. Tells after each piece how many keys are written; it is durable
   * after the next `flush`.
   *
   * @returns the seal.
   */
  *seal(stretch: Stretch, keys: Iterable<KeyedPositions>): Generator<number, Seal> {
    const place = placeOf(stretch);
    if (place === undefined) throw new Error('no stretch of the log begins and ends there');
    const builder = new TreeBuilder(noTiles, 0);
    const tiles = new Map<string, { level: number; index: number; hashes: Uint8Array }>();
    let blocks: [number, string, string][] = [];
    let pending: KeyedPositions[] = [];
    let count = 0;
    const add = (): void => {
      blocks.push([count / keysInBlock, pending[0]!.key, pending.map(lineOf).join('\n')]);
      for (const tile of builder.append(leavesOf(pending).map(leafOfText)))
        tiles.set(`${tile.level} ${tile.index}`, tile);
      count += pending.length;
      pending = [];
    };
    for (const leaf of keys) {
      pending.push(leaf);
      if (pending.length < keysInBlock) continue;
      add();
      if (blocks.length < blocksAtOnceMax) continue;
      const full = [...tiles.values()].filter(({ hashes }) => hashes.length === tileWidth * hashBytes);
      this.write(place, blocks, full);
      for (const { level, index } of full) tiles.delete(`${level} ${index}`);
      blocks = [];
      yield count;
    }
    if (pending.length > 0) add();
    this.write(place, blocks, tiles.values());
    const sealed: KeptStretch = { ...stretch, place, keys: count, root: new Uint8Array(hashBytes) };
    const seal = { ...stretch, keys: count, root: rootOf(this.tilesOf(sealed), builder.size) };
    this.begin();
    this.writes.seal.run(place, seal.start, seal.size, seal.keys, seal.root);
    return seal;
  }

  /**
   * Lets go of the keys of all stretches that are part of one of the first `count`. A checkpoint of these needs them no
   * more.
   */
  forgetParts(count: number): void {
    this.begin();
    for (let place = Number(this.writes.forgotten.get()!.place); place < count; place++) {
      for (const part of partsOf(this.at(place)!)) {
        this.writes.forgetBlocks.run(placeOf(part)!);
        this.writes.forgetTiles.run(placeOf(part)!);
      }
      this.writes.forget.run(place + 1);
    }
    this.flush();
  }

  override close(): void {
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
    this.opened.close();
  }
}

type TileWrites = Iterable<{ readonly level: number; readonly index: number; readonly hashes: Uint8Array }>;

/**
 * Opens the file to write, and makes it where there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openIndexToWrite = (file: string, now: Instant): SealedIndexWriter =>
  new SealedIndexWriter(openToWrite(file, indexFormat, now));

/** Opens the file to read; throws as `openIndexToWrite` does. */
export const openIndexToRead = (file: string): SealedIndexReader =>
  new SealedIndexReader(openToRead(file, indexFormat));

/**
 * Writes the file of the sealed index.
 *
 * Small stretches stay in memory until the next `flush`. If a larger one that contains them is sealed before that,
 * their keys are never written.
 */
import type { Instant } from '../domain/time/instant.ts';
import { hashBytes } from '../integrity/merkle-tree.ts';
import { tileWidth } from '../integrity/tiles.ts';
import { type GrownTile, TreeBuilder } from '../integrity/tree-builder.ts';
import { rootOf, type TileReader } from '../integrity/tree-over-tiles.ts';
import { type OpenDatabase, openToWrite } from '../store/sqlite/open-database.ts';
import { indexFormat, packBlock } from './index-format.ts';
import { type KeptStretch, SealedIndexReader } from './index-reader.ts';
import type { KeyLines } from './key-lines.ts';
import { leafHashesOf } from './leaf-hashes.ts';
import { type KeyBlocks, keysInBlock } from './merged-lines.ts';
import type { Seal } from './stretch-leaf.ts';
import { partsOf, placeOf, type Stretch } from './stretches.ts';

/** Blocks to build or write at a time while a stretch is sealed. */
const blocksAtOnceMax = 8;
/** Keys to keep in memory until they are written. An event with many people has thousands. */
const keysInMemoryMax = 65_536;

const noTiles: TileReader = () => {
  throw new Error('a tree that is empty has no tiles');
};

/** The unwritten keys of a stretch, and their tree. */
class Contents {
  readonly blocks = new Map<number, KeyLines>();
  private readonly tiles = new Map<string, GrownTile>();
  private readonly builder = new TreeBuilder(noTiles, 0);
  keys = 0;
  /** How many of its keys are in memory. */
  keysInMemory = 0;
  /** Whether nothing of it is written yet. */
  isWhole = true;

  add(lines: KeyLines): void {
    this.blocks.set(Math.floor(this.keys / keysInBlock), lines);
    for (const tile of this.builder.append(leafHashesOf(lines)))
      this.tiles.set(`${tile.level} ${tile.index}`, tile);
    this.keys += lines.count;
    this.keysInMemory += lines.count;
  }

  /** The root, if nothing of it has been written. */
  root(tiles: TileReader): Uint8Array {
    return rootOf(
      (level, index, width) => this.tiles.get(`${level} ${index}`)?.hashes ?? tiles(level, index, width),
      this.builder.size,
    );
  }

  allTiles(): Iterable<GrownTile> {
    return this.tiles.values();
  }

  /** Removes what no longer changes: the blocks and the full tiles. */
  takeFull(): readonly [blocks: ReadonlyMap<number, KeyLines>, tiles: GrownTile[]] {
    this.isWhole = false;
    const blocks = new Map(this.blocks);
    this.blocks.clear();
    this.keysInMemory = 0;
    const full = [...this.tiles.values()].filter(({ hashes }) => hashes.length === tileWidth * hashBytes);
    for (const { level, index } of full) this.tiles.delete(`${level} ${index}`);
    return [blocks, full];
  }
}

/** A stretch that is sealed only in memory; it has no contents once it is part of a larger one. */
interface Unwritten {
  readonly stretch: KeptStretch;
  contents: Contents | undefined;
}

/** Writes the sealed index; one process at a time. */
export class SealedIndexWriter extends SealedIndexReader {
  private readonly opened: OpenDatabase;
  private readonly writes;
  private readonly unwritten = new Map<number, Unwritten>();
  private readonly keysInMemoryMax: number;
  private keysInMemory = 0;
  /** Whether it has sealed a stretch since it was opened. */
  hasSealed = false;

  constructor(opened: OpenDatabase, keysMax: number) {
    super(opened.database);
    this.opened = opened;
    this.keysInMemoryMax = keysMax;
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
    // The leftovers of a stretch that was not completely sealed.
    const places = 'WHERE place NOT IN (SELECT place FROM seal)';
    database.exec(`DELETE FROM block ${places}; DELETE FROM tile ${places};`);
  }

  override count(): number {
    return super.count() + this.unwritten.size;
  }

  override at(place: number): KeptStretch | undefined {
    return this.unwritten.get(place)?.stretch ?? super.at(place);
  }

  protected override lines(place: number, n: number): KeyLines {
    return this.unwritten.get(place)?.contents?.blocks.get(n) ?? super.lines(place, n);
  }

  private write(place: number, blocks: ReadonlyMap<number, KeyLines>, tiles: Iterable<GrownTile>): void {
    for (const [n, lines] of blocks) this.writes.block.run(place, n, lines.keyAt(0), packBlock(lines));
    for (const { level, index, hashes } of tiles) this.writes.tile.run(place, level, index, hashes);
  }

  private begin(): void {
    if (!this.database.isTransaction) this.database.exec('BEGIN IMMEDIATE');
  }

  private commit(): void {
    if (this.database.isTransaction) this.database.exec('COMMIT');
  }

  /** Makes sealed stretches durable. */
  flush(): void {
    if (this.unwritten.size > 0) this.begin();
    for (const [place, { stretch, contents }] of this.unwritten) {
      if (contents !== undefined) this.write(place, contents.blocks, contents.allTiles());
      this.writes.seal.run(place, stretch.start, stretch.size, stretch.keys, stretch.root);
    }
    this.commit();
    this.unwritten.clear();
    this.keysInMemory = 0;
  }

  /**
   * Seals a stretch with its sorted keys. Yields the number of keys after each piece; the seal is durable after the
   * next `flush`.
   *
   * @returns the seal.
   */
  *seal(stretch: Stretch, keys: KeyBlocks): Generator<number, Seal> {
    const place = placeOf(stretch);
    if (place === undefined) throw new Error('no stretch of the log has these ends');
    this.hasSealed = true;
    const contents = new Contents();
    for (const block of keys) {
      contents.add(block);
      if (contents.keys % (blocksAtOnceMax * keysInBlock) !== 0) continue;
      if (this.keysInMemory + contents.keysInMemory > this.keysInMemoryMax) {
        this.flush();
        this.begin();
        this.write(place, ...contents.takeFull());
        this.commit();
      }
      yield contents.keys;
    }
    const root = contents.root(this.tilesOf({ place }));
    const sealed: KeptStretch = { ...stretch, place, keys: contents.keys, root };
    this.unwritten.set(place, { stretch: sealed, contents });
    this.keysInMemory += contents.keysInMemory;
    for (const part of partsOf(stretch)) {
      const inMemory = this.unwritten.get(placeOf(part)!);
      if (inMemory?.contents?.isWhole !== true) continue;
      this.keysInMemory -= inMemory.contents.keysInMemory;
      inMemory.contents = undefined;
    }
    return { ...stretch, keys: contents.keys, root };
  }

  /**
   * Drops the keys of all stretches that are part of one of the first `count`, which are durable. A checkpoint of
   * these no longer needs them.
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
    this.commit();
    this.database.exec('PRAGMA incremental_vacuum');
  }

  override close(): void {
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
    this.opened.close();
  }
}

/**
 * Opens the file for writing, and creates it if there is none.
 *
 * @param keysMax how many keys may stay in memory until they are written.
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openIndexToWrite = (file: string, now: Instant, keysMax = keysInMemoryMax): SealedIndexWriter =>
  new SealedIndexWriter(openToWrite(file, indexFormat, now), keysMax);

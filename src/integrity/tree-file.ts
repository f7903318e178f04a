/**
 * The file of a log's tree: its tiles, and every checkpoint that was ever signed (V3). Everything except the
 * checkpoints can be rebuilt from the log.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { Instant } from '../domain/time/instant.ts';
import { type OpenDatabase, openToRead, openToWrite, transact } from '../store/sqlite/open-database.ts';
import { damaged } from '../store/sqlite/store-problems.ts';
import { type Hash, hashBytes, sameHash, type TreeHead } from './merkle-tree.ts';
import { tileWidth, widthOfTile } from './tiles.ts';
import type { GrownTile } from './tree-builder.ts';
import { treeFormat } from './tree-format.ts';
import { rootOf, type TileReader } from './tree-over-tiles.ts';

/** The number of levels in the ids of tiles: levels go up to 63. */
const levels = 64;
/** Full tiles to cache, of 8 KiB each. */
const tilesKeptMax = 1_024;
/** Checkpoints whose notes are stored: the latest. For older ones, only the size and the root are. */
const notesKeptMax = 10_000;

/** A signed checkpoint. */
export interface SignedCheckpoint extends TreeHead {
  readonly madeAt: Instant;
  /** The signed note; undefined for an old one. */
  readonly note: string | undefined;
}

/** A cosignature of a checkpoint by a witness. */
export interface Cosignature {
  /** The size of the checkpoint. */
  readonly size: number;
  /** The name and id of the witness's key, with which its vkey begins: `name+id`. */
  readonly key: string;
  /** The time in the cosignature, in milliseconds since the epoch. */
  readonly at: Instant;
  /** The signature line with its line feed. */
  readonly line: string;
}

/** Reads the file of a tree. */
export class TreeReader {
  protected readonly database: DatabaseSync;
  private readonly statements;
  private readonly fullTiles = new LRUCache<number, Uint8Array>({ max: tilesKeptMax });
  /** By level, the last read tile that still grows. */
  private readonly growingTiles = new Map<number, { readonly id: number; readonly hashes: Uint8Array }>();

  constructor(database: DatabaseSync) {
    this.database = database;
    const columns = 'size, root, made_at AS madeAt, note';
    this.statements = {
      size: database.prepare('SELECT size FROM head'),
      tile: database.prepare('SELECT hashes FROM tile WHERE id = ?'),
      latest: database.prepare(`SELECT ${columns} FROM checkpoint ORDER BY size DESC LIMIT 1`),
      before: database.prepare(
        `SELECT ${columns} FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT ?`,
      ),
      cosigned: database.prepare(
        `SELECT ${columns} FROM checkpoint WHERE size < ? AND note IS NOT NULL AND size IN (SELECT size FROM cosignature) ORDER BY size DESC LIMIT ?`,
      ),
      cosignatures: database.prepare(
        'SELECT size, key, at, line FROM cosignature WHERE size = ? ORDER BY key',
      ),
      lastOfKey: database.prepare(
        'SELECT size, key, at, line FROM cosignature WHERE key = ? ORDER BY size DESC LIMIT 1',
      ),
    };
  }

  /** The number of leaves in the tree. */
  size(): number {
    return Number(this.statements.size.get()!.size);
  }

  /**
   * The hashes of a tile, at least `width` of them.
   *
   * @throws a StoreProblem if the file has lost them.
   */
  readonly tiles: TileReader = (level, index, width) => {
    const id = index * levels + level;
    const kept = this.fullTiles.get(id);
    if (kept !== undefined) return kept;
    const hashes = this.statements.tile.get(id)?.hashes as Uint8Array | undefined;
    if (hashes === undefined || hashes.length < width * hashBytes) {
      throw damaged(
        this.database.location() ?? 'tree.sqlite',
        `tile ${index} of level ${level} is not as wide as the tree`,
      );
    }
    if (hashes.length === tileWidth * hashBytes) this.fullTiles.set(id, hashes);
    else {
      const growing = this.growingTiles.get(level);
      if (growing?.id === id && growing.hashes.length === hashes.length) return growing.hashes;
      this.growingTiles.set(level, { id, hashes });
    }
    return hashes;
  };

  /** The bytes of a tile of the given width; undefined if the tree is not that large. */
  tile(level: number, index: number, width: number): Uint8Array | undefined {
    return width >= 1 && width <= widthOfTile(this.size(), level, index)
      ? this.tiles(level, index, width).subarray(0, width * hashBytes)
      : undefined;
  }

  /** The root of the tree at a size that it has reached. */
  rootAt(size: number): Hash {
    return rootOf(this.tiles, size);
  }

  /** The last signed checkpoint, if there is one. */
  latest(): SignedCheckpoint | undefined {
    return checkpointIn(this.statements.latest.get());
  }

  /** Checkpoints of up to a size, the largest first. */
  checkpoints(upToSize: number, limit: number): ReadonlyArray<SignedCheckpoint> {
    return this.statements.before.all(upToSize, limit).map((row) => checkpointIn(row)!);
  }

  /** Checkpoints below a size with a cosignature, the largest first. */
  cosigned(belowSize: number, limit: number): ReadonlyArray<SignedCheckpoint> {
    return this.statements.cosigned.all(belowSize, limit).map((row) => checkpointIn(row)!);
  }

  /** The cosignatures of the checkpoint of a size. */
  cosignatures(size: number): ReadonlyArray<Cosignature> {
    return this.statements.cosignatures.all(size).map(cosignatureIn);
  }

  /** The last cosignature by a key, `name+id`. */
  lastCosignature(key: string): Cosignature | undefined {
    const row = this.statements.lastOfKey.get(key);
    return row === undefined ? undefined : cosignatureIn(row);
  }

  close(): void {
    this.database.close();
  }
}

const checkpointIn = (row: Record<string, unknown> | undefined): SignedCheckpoint | undefined =>
  row === undefined
    ? undefined
    : {
        size: Number(row.size),
        root: row.root as Uint8Array,
        madeAt: Number(row.madeAt),
        note: (row.note as string | null) ?? undefined,
      };

const cosignatureIn = (row: Record<string, unknown>): Cosignature => ({
  size: Number(row.size),
  key: String(row.key),
  at: Number(row.at),
  line: String(row.line),
});

/** Why a checkpoint is not signed: another root was signed for its size, or a larger tree was signed. */
export type Contradiction = { readonly kind: 'other-root' | 'smaller'; readonly signed: TreeHead };

/** Writes the file of a tree; one process at a time. */
export class TreeWriter extends TreeReader {
  private readonly opened: OpenDatabase;
  private readonly writes;

  constructor(opened: OpenDatabase) {
    super(opened.database);
    this.opened = opened;
    const { database } = opened;
    this.writes = {
      tile: database.prepare('INSERT OR REPLACE INTO tile VALUES (?, ?)'),
      size: database.prepare('UPDATE head SET size = ?'),
      checkpoint: database.prepare('INSERT INTO checkpoint VALUES (?, ?, ?, ?)'),
      note: database.prepare('UPDATE checkpoint SET note = ? WHERE size = ?'),
      cosignature: database.prepare('INSERT OR REPLACE INTO cosignature VALUES (?, ?, ?, ?)'),
      forgetCosignatures: database.prepare(
        'DELETE FROM cosignature WHERE size IN (SELECT size FROM checkpoint WHERE note IS NULL)',
      ),
      forget: database.prepare(
        'UPDATE checkpoint SET note = NULL WHERE note IS NOT NULL AND size < (SELECT min(size) FROM (SELECT size FROM checkpoint ORDER BY size DESC LIMIT ?))',
      ),
    };
  }

  /** Stores the changed tiles of a tree that has grown to a size. */
  grow(tiles: ReadonlyArray<GrownTile>, size: number): void {
    transact(this.database, () => {
      for (const { level, index, hashes } of tiles) this.writes.tile.run(index * levels + level, hashes);
      this.writes.size.run(size);
    });
  }

  /**
   * Stores a signed checkpoint before it is shown. If the same head is signed again, the first note stays.
   *
   * @returns the contradiction, if there is one; then the checkpoint is not stored and must not be shown.
   */
  keep({ size, root, madeAt, note }: SignedCheckpoint): Contradiction | undefined {
    return transact(this.database, () => {
      const latest = this.latest();
      if (latest !== undefined && size < latest.size) return { kind: 'smaller', signed: latest };
      if (latest?.size === size)
        return sameHash(latest.root, root) ? undefined : { kind: 'other-root', signed: latest };
      this.writes.checkpoint.run(size, root, madeAt, note ?? null);
      if (this.writes.forget.run(notesKeptMax).changes > 0) this.writes.forgetCosignatures.run();
      return undefined;
    });
  }

  /** Replaces the note of a checkpoint that other keys have signed again; its text is the same. */
  keepNote(size: number, note: string): void {
    this.writes.note.run(note, size);
  }

  /** Stores cosignatures of checkpoints signed here; a later one by the same key replaces an earlier one. */
  keepCosignatures(cosignatures: ReadonlyArray<Cosignature>): void {
    transact(this.database, () => {
      for (const { size, key, at, line } of cosignatures) this.writes.cosignature.run(size, key, at, line);
    });
  }

  override close(): void {
    this.opened.close();
  }
}

/**
 * Opens the file of a tree for writing, and creates it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openTreeToWrite = (file: string, now: Instant): TreeWriter =>
  new TreeWriter(openToWrite(file, treeFormat, now));

/** Opens the file of a tree for reading; throws as `openTreeToWrite` does. */
export const openTreeToRead = (file: string): TreeReader => new TreeReader(openToRead(file, treeFormat));

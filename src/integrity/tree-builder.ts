/** Builds a growing tree from leaf hashes into tiles. It keeps only the last tile of each level in memory. */
import { type Hash, hashBytes } from './merkle-tree.ts';
import { rootIn, tileWidth, widthOfTile } from './tiles.ts';
import type { TileReader } from './tree-over-tiles.ts';

/** A changed tile, with the bytes of all its hashes. */
export interface GrownTile {
  readonly level: number;
  readonly index: number;
  readonly hashes: Uint8Array;
}

const tileBytes = tileWidth * hashBytes;

/** Appends leaves to a tree, and returns the changed tiles. */
export class TreeBuilder {
  private entries: number;
  /** The last tile of each level, so far. */
  private readonly last: Uint8Array[] = [];

  /** Continues a tree of a size. */
  constructor(tiles: TileReader, size: number) {
    this.entries = size;
    for (let level = 0; tileWidth ** level <= size; level++) {
      const hashes = Math.floor(size / tileWidth ** level);
      const width = hashes % tileWidth;
      const tile = new Uint8Array(tileBytes);
      if (width > 0) {
        const index = Math.floor(hashes / tileWidth);
        tile.set(tiles(level, index, width).subarray(0, width * hashBytes));
      }
      this.last[level] = tile;
    }
  }

  get size(): number {
    return this.entries;
  }

  /** Adds leaves, and returns the tiles that changed. */
  append(leaves: ReadonlyArray<Hash>): ReadonlyArray<GrownTile> {
    const grown = new Map<string, GrownTile>();
    for (const leaf of leaves) {
      this.add(0, this.entries, leaf, grown);
      this.entries++;
    }
    for (const [level, tile] of this.last.entries()) {
      const hashes = Math.floor(this.entries / tileWidth ** level);
      const width = hashes % tileWidth;
      if (width === 0 || leaves.length === 0) continue;
      const index = Math.floor(hashes / tileWidth);
      if (widthOfTile(this.entries - leaves.length, level, index) === width) continue;
      grown.set(`${level} ${index}`, { level, index, hashes: tile.slice(0, width * hashBytes) });
    }
    return [...grown.values()];
  }

  /** Puts a hash at its place; a full tile adds a hash to the level above. */
  private add(level: number, place: number, hash: Hash, grown: Map<string, GrownTile>): void {
    const tile = this.last[level] ?? new Uint8Array(tileBytes);
    this.last[level] = tile;
    const at = place % tileWidth;
    tile.set(hash, at * hashBytes);
    if (at < tileWidth - 1) return;
    const index = Math.floor(place / tileWidth);
    const full = tile.slice();
    grown.set(`${level} ${index}`, { level, index, hashes: full });
    this.add(level + 1, index, rootIn(full, 0, tileWidth), grown);
  }
}

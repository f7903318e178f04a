/**
 * The slots of the vault's file that hold the blocks of its index. All have the same size, and their number only grows.
 *
 * A slot is freed by overwriting it. No row is ever deleted or changes its length, so SQLite never moves one to another
 * page, which would leave a copy of it behind.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';
import { fromBlob, toBlob } from '../../sorted-runs/sorted-runs.ts';

/** Numbers in a slot: with the row around them and a checksum they fill a page of 4 KiB. */
export const slotNumbers = 500;
/** Slots kept decoded in memory: 128 MiB, which is the index of eight million people. */
const cachedSlotsMax = 32_768;

export const slotTable = 'CREATE TABLE slot (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;';

const emptyBlock = new Float64Array(0);

/** The numbers of a block, filled up with zeros, and their checksum. */
const contentOf = (block: Float64Array): Float64Array => {
  const content = new Float64Array(slotNumbers + 1);
  content.set(block);
  content[slotNumbers] = crc32(toBlob(content.subarray(0, slotNumbers)));
  return content;
};

const isIntact = (content: Float64Array): boolean =>
  content.length === slotNumbers + 1 &&
  content[slotNumbers] === crc32(toBlob(content.subarray(0, slotNumbers)));

export class Slots {
  private readonly statements;
  private readonly damage: () => Error;
  // A cache with a `max` takes the memory for that many entries at once; this one grows.
  private readonly cached = new LRUCache<number, Float64Array>({
    maxSize: cachedSlotsMax,
    sizeCalculation: () => 1,
  });
  private free: number[] = [];
  private count = 0;

  /** @param damage the error for a slot that does not hold what was written to it. */
  constructor(database: DatabaseSync, damage: () => Error) {
    this.damage = damage;
    this.statements = {
      all: database.prepare('SELECT id, content FROM slot ORDER BY id'),
      one: database.prepare('SELECT content FROM slot WHERE id = ?'),
      insert: database.prepare('INSERT INTO slot (id, content) VALUES (?, ?)'),
      update: database.prepare('UPDATE slot SET content = ? WHERE id = ?'),
    };
  }

  /** Reads all slots: the first number in each, by slot; undefined if one of them is damaged. */
  load(): Map<number, number> | undefined {
    this.free = [];
    this.count = 0;
    this.cached.clear();
    const firstNumbers = new Map<number, number>();
    for (const row of this.statements.all.iterate()) {
      const content = fromBlob(row.content);
      this.count++;
      if (row.id !== this.count || !isIntact(content)) return undefined;
      firstNumbers.set(this.count, content[0]!);
      this.cached.set(this.count, content);
    }
    return firstNumbers;
  }

  /** Marks the slots that hold no block. */
  setFree(slots: Iterable<number>): void {
    this.free = [...slots];
  }

  /** All numbers in a slot; those after the block are zeros. */
  read(slot: number): Float64Array {
    const cached = this.cached.get(slot);
    if (cached !== undefined) return cached;
    const content = fromBlob(this.statements.one.get(slot)!.content);
    if (!isIntact(content)) throw this.damage();
    this.cached.set(slot, content);
    return content;
  }

  overwrite(slot: number, block: Float64Array): void {
    const content = contentOf(block);
    this.statements.update.run(toBlob(content), slot);
    this.cached.set(slot, content);
  }

  /** Writes a block to a free slot, or to a new one if none is free; answers which. */
  write(block: Float64Array): number {
    const slot = this.free.pop();
    if (slot !== undefined) {
      this.overwrite(slot, block);
      return slot;
    }
    const content = contentOf(block);
    this.statements.insert.run(++this.count, toBlob(content));
    this.cached.set(this.count, content);
    return this.count;
  }

  /** Frees slots for what is written next; those it leaves free are blanked, since they still hold their old blocks. */
  reuse(slots: ReadonlyArray<number>, writeNext: () => void): void {
    const freeBefore = this.free.length;
    this.free.push(...slots);
    writeNext();
    for (const slot of this.free.slice(freeBefore)) this.overwrite(slot, emptyBlock);
  }
}

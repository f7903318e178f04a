/**
 * The slots in the vault's file that store its index. All have the same size, and their number never decreases.
 *
 * A freed slot is overwritten in the same transaction: by what is written next, or with nothing. No row is ever deleted or changes its length, so SQLite never moves one to
 * another page and leaves a copy behind.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { fromBlob, inBlocks, toBlob } from '../../sorted-runs/sorted-runs.ts';

/** Numbers in a slot: with the rest of the row and a checksum they fill a page of 4 KiB. */
export const slotNumbers = 500;

export const slotTable = 'CREATE TABLE slot (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;';

const emptyBlock = new Float64Array(0);

/** How many slots some numbers take. */
export const slotsFor = (numbers: number): number => Math.ceil(numbers / slotNumbers);

const isIntact = (content: Float64Array): boolean =>
  content.length === slotNumbers + 1 &&
  content[slotNumbers] === crc32(toBlob(content.subarray(0, slotNumbers)));

/** Reads, writes and frees slots. */
export class Slots {
  private readonly statements;
  private readonly damage: () => Error;
  private free: number[] = [];
  /** Those that contain old blocks. */
  private freed: number[] = [];
  private readonly content = new Float64Array(slotNumbers + 1);
  private count = 0;

  /** @param damage creates the error for a slot with the wrong content. */
  constructor(database: DatabaseSync, damage: () => Error) {
    this.damage = damage;
    this.statements = {
      count: database.prepare('SELECT count(*) AS slots, coalesce(max(id), 0) AS last FROM slot'),
      last: database.prepare('SELECT coalesce(max(id), 0) AS last FROM slot'),
      one: database.prepare('SELECT content FROM slot WHERE id = ?'),
      insert: database.prepare('INSERT INTO slot (id, content) VALUES (?, ?)'),
      update: database.prepare('UPDATE slot SET content = ? WHERE id = ?'),
    };
    // An object for each row would take a quarter of the time.
    this.statements.one.setReturnArrays(true);
  }

  /**
   * Starts again from the content of the file.
   *
   * @param used the used slots; all others are free.
   * @returns false if one of them is missing or is used twice.
   */
  load(used: Iterable<number>): boolean {
    this.count = Number(this.statements.last.get()!.last);
    const isUsed = new Uint8Array(this.count + 1);
    for (const slot of used) {
      if (slot < 1 || slot > this.count || isUsed[slot] === 1) return false;
      isUsed[slot] = 1;
    }
    this.free = [];
    this.freed = [];
    for (let slot = 1; slot <= this.count; slot++) if (isUsed[slot] === 0) this.free.push(slot);
    return true;
  }

  /** Whether every slot exists with its written content, including free ones. */
  areIntact(): boolean {
    const { slots, last } = this.statements.count.get() as Record<string, number>;
    if (slots !== last) return false;
    for (let slot = 1; slot <= last!; slot++) if (!isIntact(this.contentAt(slot))) return false;
    return true;
  }

  /** All numbers in a slot; zeros follow the block. */
  read(slot: number): Float64Array {
    const content = this.contentAt(slot);
    if (!isIntact(content)) throw this.damage();
    return content.subarray(0, slotNumbers);
  }

  /** What the file has for a slot: nothing if there is none. */
  private contentAt(slot: number): Float64Array {
    const row = this.statements.one.get(slot) as unknown as [content: unknown] | undefined;
    return row === undefined ? emptyBlock : fromBlob(row[0]);
  }

  /** Copies the first numbers of a slot. */
  copy(slot: number, to: Float64Array): void {
    const content = this.read(slot);
    to.set(content.subarray(0, to.length));
    // SQLite made it for its reader alone. A collection of garbage would come too late for many of them.
    (content.buffer as ArrayBuffer).transfer(0);
  }

  /** Copies numbers from several slots. */
  copyAll(slots: Uint32Array, to: Float64Array): void {
    for (const [place, slot] of slots.entries())
      this.copy(slot, to.subarray(place * slotNumbers, (place + 1) * slotNumbers));
  }

  overwrite(slot: number, block: Float64Array): void {
    this.statements.update.run(this.contentOf(block), slot);
  }

  /** The numbers of a block, padded with zeros, and their checksum. Valid until the next call. */
  private contentOf(block: Float64Array): Uint8Array {
    const { content } = this;
    content.set(block);
    content.fill(0, block.length);
    content[slotNumbers] = crc32(toBlob(content.subarray(0, slotNumbers)));
    return toBlob(content);
  }

  /** Writes a block to a free slot, or to a new one if there is none. Returns the slot. */
  write(block: Float64Array): number {
    const free = this.freed.pop() ?? this.free.pop();
    if (free === undefined) this.statements.insert.run(++this.count, this.contentOf(block));
    else this.overwrite(free, block);
    return free ?? this.count;
  }

  /** Writes numbers as blocks. Returns their slots. */
  writeAll(numbers: Float64Array): ReadonlyArray<number> {
    return inBlocks(numbers, slotNumbers).map((block) => this.write(block));
  }

  /** Frees slots for the next writes. Call `blankFreed` after these. */
  freeUp(slots: Iterable<number>): void {
    for (const slot of slots) this.freed.push(slot);
  }

  /** Blanks the slots that were freed and are free still, since they contain old blocks. */
  blankFreed(): void {
    for (const slot of this.freed) {
      this.overwrite(slot, emptyBlock);
      this.free.push(slot);
    }
    this.freed = [];
  }
}

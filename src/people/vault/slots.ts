/**
 * The slots in the vault's file that store its index. All have the same size, and their number never decreases.
 *
 * A slot is freed by overwriting it. No row is ever deleted or changes its length, so SQLite never moves one to
 * another page and leaves a copy behind.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { fromBlob, toBlob } from '../../sorted-runs/sorted-runs.ts';

/** Numbers in a slot: with the rest of the row and a checksum they fill a page of 4 KiB. */
export const slotNumbers = 500;

export const slotTable = 'CREATE TABLE slot (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;';

const emptyBlock = new Float64Array(0);

/** How many slots some numbers take. */
export const slotsFor = (numbers: number): number => Math.ceil(numbers / slotNumbers);

/** The numbers of a block, padded with zeros, and their checksum. */
const contentOf = (block: Float64Array): Float64Array => {
  const content = new Float64Array(slotNumbers + 1);
  content.set(block);
  content[slotNumbers] = crc32(toBlob(content.subarray(0, slotNumbers)));
  return content;
};

const isIntact = (content: Float64Array): boolean =>
  content.length === slotNumbers + 1 &&
  content[slotNumbers] === crc32(toBlob(content.subarray(0, slotNumbers)));

/** Reads, writes and frees slots. */
export class Slots {
  private readonly statements;
  private readonly damage: () => Error;
  private free: number[] = [];
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
    for (let slot = 1; slot <= this.count; slot++) if (isUsed[slot] === 0) this.free.push(slot);
    return true;
  }

  /** Whether every slot exists with its written content, including free ones. */
  areIntact(): boolean {
    const { slots, last } = this.statements.count.get() as Record<string, number>;
    if (slots !== last) return false;
    for (let slot = 1; slot <= last!; slot++)
      if (!isIntact(fromBlob(this.statements.one.get(slot)!.content))) return false;
    return true;
  }

  /** All numbers in a slot; zeros follow the block. */
  read(slot: number): Float64Array {
    const row = this.statements.one.get(slot);
    const content = row === undefined ? emptyBlock : fromBlob(row.content);
    if (!isIntact(content)) throw this.damage();
    return content.subarray(0, slotNumbers);
  }

  /** A count of numbers from several slots. */
  readAll(slots: Uint32Array, numbers: number): Float64Array {
    const all = new Float64Array(slots.length * slotNumbers);
    for (const [place, slot] of slots.entries()) all.set(this.read(slot), place * slotNumbers);
    return all.subarray(0, numbers);
  }

  overwrite(slot: number, block: Float64Array): void {
    this.statements.update.run(toBlob(contentOf(block)), slot);
  }

  /** Writes numbers to free slots, and to new ones if there are none. Returns the slots. */
  write(numbers: Float64Array): Uint32Array {
    const slots = new Uint32Array(slotsFor(numbers.length));
    for (let place = 0; place < slots.length; place++) {
      const block = numbers.subarray(place * slotNumbers, (place + 1) * slotNumbers);
      const slot = this.free.pop();
      if (slot !== undefined) this.overwrite(slot, block);
      else this.statements.insert.run(++this.count, toBlob(contentOf(block)));
      slots[place] = slot ?? this.count;
    }
    return slots;
  }

  /** Frees slots for `writeNext`, and then blanks those that are still free, since they contain old blocks. */
  reuse(slots: Iterable<number>, writeNext: () => void): void {
    const freeBefore = this.free.length;
    this.free.push(...slots);
    writeNext();
    for (const slot of this.free.slice(freeBefore)) this.overwrite(slot, emptyBlock);
  }
}

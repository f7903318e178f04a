/**
 * Finds entries of the vault by a hash of the identifier or of the pseudonym: sorted runs (see `../sorted-runs/`).
 *
 * Blocks lie in slots of one size, of which there are only ever more. To free a slot is to overwrite it. No row with a
 * hash is deleted or changes its length, so SQLite never moves one to another page, which would leave a copy behind.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  distinct,
  entryOf,
  firstAtLeast,
  fromBlob,
  hashOf,
  lookedAtRuns,
  Merger,
  mergeable,
  offsetsUnder,
  toBlob,
} from '../../sorted-runs/sorted-runs.ts';

/** Numbers in a slot: with the row around them and a checksum they fill a page of 4 KiB. */
const slotNumbers = 500;
/** Slots kept decoded in memory: 128 MiB, which is the index of eight million people. */
const cachedSlotsMax = 32_768;

/** Bits for each number of the index that tell hashes nobody has: so few of them cost a look at the runs. */
const bitsPerNumberMin = 8;
const fewestBits = 2 ** 20;
/** As many bits as there are hashes: 512 MiB, beyond 67 million people. */
const mostBits = 2 ** 32;

/** The tables of the index. */
export const indexTables = `
CREATE TABLE slot (id INTEGER PRIMARY KEY, content BLOB NOT NULL) STRICT;
CREATE TABLE run (
  first_entry INTEGER PRIMARY KEY,
  entries INTEGER NOT NULL,
  size INTEGER NOT NULL,
  slots BLOB NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
`;

/** A run over the vault's entries from `first` on. */
interface Run {
  readonly first: number;
  readonly entries: number;
  /** How many numbers it has. */
  readonly size: number;
  readonly slots: Uint32Array;
  /** The first number in each slot. */
  readonly fences: Float64Array;
}

const bytesOf = (slots: Uint32Array): Uint8Array =>
  new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength);

const runChecksum = (first: number, entries: number, size: number, slots: Uint8Array): number =>
  crc32(slots, crc32(`${first} ${entries} ${size}`));

const contentOf = (block: Float64Array): Float64Array => {
  const content = new Float64Array(slotNumbers + 1);
  content.set(block);
  content[slotNumbers] = crc32(toBlob(content.subarray(0, slotNumbers)));
  return content;
};

const nothing = new Float64Array(0);

/** A bit for each group of hashes: where it is not set, no number has one of them. */
class Taken {
  readonly numbersMax: number;
  private readonly bits: Uint32Array;
  private readonly shift: number;

  constructor(numbers: number) {
    let count = fewestBits;
    while (count < mostBits && count < 2 * numbers * bitsPerNumberMin) count *= 2;
    this.numbersMax = count === mostBits ? Number.POSITIVE_INFINITY : count / bitsPerNumberMin;
    this.bits = new Uint32Array(count / 32);
    this.shift = 32 - Math.log2(count);
  }

  add(hash: number): void {
    const group = hash >>> this.shift;
    this.bits[group >>> 5]! |= 1 << (group & 31);
  }

  has(hash: number): boolean {
    const group = hash >>> this.shift;
    return (this.bits[group >>> 5]! & (1 << (group & 31))) !== 0;
  }
}

/** Whether a slot holds what was written to it. */
const isAsWritten = (content: Float64Array): boolean =>
  content.length === slotNumbers + 1 &&
  content[slotNumbers] === crc32(toBlob(content.subarray(0, slotNumbers)));

/** The index, on the vault's one connection. */
export class EntryIndex {
  private readonly statements;
  private readonly damage: (what: string) => Error;
  private isLoaded = false;
  private runs: Run[] = [];
  private free: number[] = [];
  private slotCount = 0;
  private taken = new Taken(0);
  private readonly cached = new Map<number, Float64Array>();

  /** @param damage the error for what is found to be damaged while reading. */
  constructor(database: DatabaseSync, damage: (what: string) => Error) {
    this.damage = damage;
    this.statements = {
      slots: database.prepare('SELECT id, content FROM slot ORDER BY id'),
      slot: database.prepare('SELECT content FROM slot WHERE id = ?'),
      insertSlot: database.prepare('INSERT INTO slot (id, content) VALUES (?, ?)'),
      updateSlot: database.prepare('UPDATE slot SET content = ? WHERE id = ?'),
      runs: database.prepare(
        'SELECT first_entry, entries, size, slots, checksum FROM run ORDER BY first_entry',
      ),
      insertRun: database.prepare(
        'INSERT INTO run (first_entry, entries, size, slots, checksum) VALUES (?, ?, ?, ?, ?)',
      ),
      removeRun: database.prepare('DELETE FROM run WHERE first_entry = ?'),
      last: database.prepare('SELECT coalesce(max(id), 0) AS last FROM entry'),
    };
  }

  /**
   * Reads the whole index: 16 bytes for each person.
   *
   * @returns what is wrong with it, if anything.
   */
  load(): string | undefined {
    this.runs = [];
    this.free = [];
    this.slotCount = 0;
    this.cached.clear();
    const unused = new Map<number, number>();
    for (const row of this.statements.slots.iterate()) {
      const content = fromBlob(row.content);
      this.slotCount++;
      if (row.id !== this.slotCount || !isAsWritten(content)) return 'its index is not as it was written';
      unused.set(this.slotCount, content[0]!);
      this.cache(this.slotCount, content);
    }
    let next = 1;
    for (const row of this.statements.runs.iterate()) {
      const { first_entry: first, entries, size } = row as Record<string, number>;
      const bytes = Uint8Array.from(row.slots as Uint8Array);
      if (first !== next || runChecksum(first, entries!, size!, bytes) !== row.checksum)
        return 'its index is not as it was written';
      const slots = new Uint32Array(bytes.buffer);
      const fences = new Float64Array(slots.length);
      for (const [place, slot] of slots.entries()) {
        const fence = unused.get(slot);
        if (fence === undefined) return 'its index is not as it was written';
        unused.delete(slot);
        fences[place] = fence;
      }
      this.runs.push({ first, entries: entries!, size: size!, slots, fences });
      next += entries!;
    }
    if (this.statements.last.get()!.last !== next - 1)
      return 'its index leads to other entries than it holds';
    this.free = [...unused.keys()];
    this.take();
    this.isLoaded = true;
    return undefined;
  }

  /** Marks the hashes that are in the index. */
  private take(): void {
    this.taken = new Taken(this.runs.reduce((sum, run) => sum + run.size, 0));
    for (const run of this.runs) {
      for (let place = 0; place < run.slots.length; place++) {
        for (const number of this.block(run, place)) this.taken.add(hashOf(number));
      }
    }
  }

  /** Has the index read again, since a transaction was undone. */
  undone(): void {
    this.isLoaded = false;
  }

  private loaded(): Run[] {
    if (this.isLoaded) return this.runs;
    const fault = this.load();
    if (fault !== undefined) throw this.damage(fault);
    return this.runs;
  }

  private cache(slot: number, content: Float64Array): void {
    if (this.cached.size >= cachedSlotsMax) this.cached.delete(this.cached.keys().next().value!);
    this.cached.set(slot, content);
  }

  private block({ size, slots }: Run, place: number): Float64Array {
    const slot = slots[place]!;
    let content = this.cached.get(slot);
    if (content === undefined) {
      content = fromBlob(this.statements.slot.get(slot)!.content);
      if (!isAsWritten(content)) throw this.damage('its index is not as it was written');
      this.cache(slot, content);
    }
    return content.subarray(0, Math.min(slotNumbers, size - place * slotNumbers));
  }

  /** How many entries the index leads to. */
  get entries(): number {
    const last = this.loaded().at(-1);
    return last === undefined ? 0 : last.first + last.entries - 1;
  }

  /** The numbers of the entries under a hash, and rarely of others. */
  under(hash: number): ReadonlyArray<number> {
    const out: number[] = [];
    const runs = this.loaded();
    if (!this.taken.has(hash)) return out;
    for (const run of runs) {
      offsetsUnder(
        hash,
        run.fences,
        (place) => this.block(run, place),
        (offset) => out.push(run.first + offset),
      );
    }
    return out;
  }

  /** The runs, for their numbers to be compared with the entries. */
  *content(): Iterable<{ readonly first: number; readonly entries: number; readonly numbers: Float64Array }> {
    for (const run of this.loaded()) {
      const numbers = new Float64Array(run.size);
      for (let place = 0; place < run.slots.length; place++)
        numbers.set(this.block(run, place), place * slotNumbers);
      yield { first: run.first, entries: run.entries, numbers: distinct(numbers) };
    }
  }

  private overwrite(slot: number, block: Float64Array): void {
    const content = contentOf(block);
    this.statements.updateSlot.run(toBlob(content), slot);
    this.cache(slot, content);
  }

  private write(block: Float64Array): number {
    const slot = this.free.pop();
    if (slot !== undefined) {
      this.overwrite(slot, block);
      return slot;
    }
    const content = contentOf(block);
    this.statements.insertSlot.run(++this.slotCount, toBlob(content));
    this.cache(this.slotCount, content);
    return this.slotCount;
  }

  private insert(first: number, entries: number, numbers: Float64Array): void {
    const blocks = Math.ceil(numbers.length / slotNumbers);
    const slots = new Uint32Array(blocks);
    const fences = new Float64Array(blocks);
    for (let place = 0; place < blocks; place++) {
      const block = numbers.subarray(place * slotNumbers, (place + 1) * slotNumbers);
      slots[place] = this.write(block);
      fences[place] = block[0]!;
    }
    const bytes = bytesOf(slots);
    const size = numbers.length;
    this.statements.insertRun.run(first, entries, size, bytes, runChecksum(first, entries, size, bytes));
    this.runs.push({ first, entries, size, slots, fences });
  }

  /**
   * Adds the next entries as a run, and merges where so many of its size have come together. To be called inside a
   * transaction; if that is undone, `undone` is to be called.
   *
   * @param hashes those of each entry.
   */
  add(hashes: ReadonlyArray<readonly [identifier: number, pseudonym: number]>): void {
    const first = this.entries + 1;
    const numbers = new Float64Array(2 * hashes.length);
    for (const [offset, [identifier, pseudonym]] of hashes.entries()) {
      numbers[2 * offset] = entryOf(identifier, offset);
      numbers[2 * offset + 1] = entryOf(pseudonym, offset);
    }
    this.insert(first, hashes.length, distinct(numbers.sort()));
    if (2 * this.entries > this.taken.numbersMax) this.take();
    else {
      for (const [identifier, pseudonym] of hashes) {
        this.taken.add(identifier);
        this.taken.add(pseudonym);
      }
    }
    while (this.merge()) {
      // Until no size has too many.
    }
  }

  private merge(): boolean {
    const count = mergeable(this.runs.slice(-lookedAtRuns).map((run) => run.entries));
    if (count === 0) return false;
    const last = this.runs.splice(-count);
    const [{ first }] = last as [Run];
    const merger = new Merger();
    for (const run of last) {
      for (let place = 0; place < run.slots.length; place++)
        merger.add(this.block(run, place), run.first - first);
      this.statements.removeRun.run(run.first);
    }
    const freeBefore = this.free.length;
    for (const run of last) this.free.push(...run.slots);
    const entries = last.reduce((sum, run) => sum + run.entries, 0);
    this.insert(first, entries, distinct(merger.sorted()));
    // The slots freed last are taken first; those that are left still hold what was in them.
    for (let at = freeBefore; at < this.free.length; at++) this.overwrite(this.free[at]!, nothing);
    return true;
  }

  /**
   * Removes the hash of an entry: a neighbour takes its place. To be called inside a transaction; if that is undone,
   * `undone` is to be called.
   */
  remove(hash: number, entry: number): void {
    const run = this.loaded().findLast(({ first }) => first <= entry)!;
    const number = entryOf(hash, entry - run.first);
    const start = Math.max(0, firstAtLeast(run.fences, number) - 1);
    let neighbour: number | undefined;
    if (run.fences[start]! < number) {
      const block = this.block(run, start);
      neighbour = block[firstAtLeast(block, number) - 1]!;
    } else {
      // It is the first of all: what comes after it is taken.
      for (let place = start; place < run.slots.length && neighbour === undefined; place++)
        neighbour = this.block(run, place).find((other) => other > number);
    }
    if (neighbour === undefined) return;
    for (let place = start; place < run.slots.length && run.fences[place]! <= number; place++) {
      const block = this.block(run, place).slice();
      const [from, to] = [firstAtLeast(block, number), firstAtLeast(block, number + 1)];
      if (from === to) continue;
      block.fill(neighbour, from, to);
      this.overwrite(run.slots[place]!, block);
      run.fences[place] = block[0]!;
    }
  }
}

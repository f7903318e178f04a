/**
 * Finds entries of the vault by a hash of the identifier or of the pseudonym: sorted runs (see `../../sorted-runs/`),
 * whose blocks lie in slots.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import {
  distinct,
  entryOf,
  firstAtLeast,
  hashOf,
  Merger,
  mergeable,
  mergeWindow,
  offsetsUnder,
} from '../../sorted-runs/sorted-runs.ts';
import { HashFilter } from './hash-filter.ts';
import { Slots, slotNumbers, slotTable } from './slots.ts';

/** The tables of the index. */
export const indexTables = `
${slotTable}
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

const notAsWritten = 'its index is not as it was written';

/** The index, on the vault's one connection. */
export class EntryIndex {
  private readonly statements;
  private readonly slots: Slots;
  private readonly damage: (what: string) => Error;
  private isLoaded = false;
  private runs: Run[] = [];
  private filter = new HashFilter(0);

  /** @param damage the error for damage that is found while reading. */
  constructor(database: DatabaseSync, damage: (what: string) => Error) {
    this.damage = damage;
    this.slots = new Slots(database, () => damage(notAsWritten));
    this.statements = {
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
    const unused = this.slots.load();
    if (unused === undefined) return notAsWritten;
    let next = 1;
    for (const row of this.statements.runs.iterate()) {
      const { first_entry: first, entries, size } = row as Record<string, number>;
      const bytes = Uint8Array.from(row.slots as Uint8Array);
      if (first !== next || runChecksum(first, entries!, size!, bytes) !== row.checksum) return notAsWritten;
      const slots = new Uint32Array(bytes.buffer);
      const fences = new Float64Array(slots.length);
      for (const [place, slot] of slots.entries()) {
        const fence = unused.get(slot);
        if (fence === undefined) return notAsWritten;
        unused.delete(slot);
        fences[place] = fence;
      }
      this.runs.push({ first, entries: entries!, size: size!, slots, fences });
      next += entries!;
    }
    if (this.statements.last.get()!.last !== next - 1)
      return 'its index leads to other entries than it holds';
    this.slots.setFree(unused.keys());
    this.makeFilter();
    this.isLoaded = true;
    return undefined;
  }

  private makeFilter(): void {
    this.filter = new HashFilter(this.runs.reduce((sum, run) => sum + run.size, 0));
    for (const run of this.runs) {
      for (let place = 0; place < run.slots.length; place++) {
        for (const number of this.block(run, place)) this.filter.add(hashOf(number));
      }
    }
  }

  /** Has the index read again, after a transaction was rolled back. */
  rolledBack(): void {
    this.isLoaded = false;
  }

  private loaded(): Run[] {
    if (this.isLoaded) return this.runs;
    const fault = this.load();
    if (fault !== undefined) throw this.damage(fault);
    return this.runs;
  }

  private block({ size, slots }: Run, place: number): Float64Array {
    return this.slots.read(slots[place]!).subarray(0, Math.min(slotNumbers, size - place * slotNumbers));
  }

  /** How many entries the index leads to. */
  get entries(): number {
    const last = this.loaded().at(-1);
    return last === undefined ? 0 : last.first + last.entries - 1;
  }

  /** The ids of the entries under a hash, and rarely of others. */
  under(hash: number): ReadonlyArray<number> {
    const out: number[] = [];
    const runs = this.loaded();
    if (!this.filter.mayHave(hash)) return out;
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

  /** The numbers of each run, to be compared with the entries. */
  *content(): Iterable<{ readonly first: number; readonly entries: number; readonly numbers: Float64Array }> {
    for (const run of this.loaded()) {
      const numbers = new Float64Array(run.size);
      for (let place = 0; place < run.slots.length; place++)
        numbers.set(this.block(run, place), place * slotNumbers);
      yield { first: run.first, entries: run.entries, numbers: distinct(numbers) };
    }
  }

  private insert(first: number, entries: number, numbers: Float64Array): void {
    const blocks = Math.ceil(numbers.length / slotNumbers);
    const slots = new Uint32Array(blocks);
    const fences = new Float64Array(blocks);
    for (let place = 0; place < blocks; place++) {
      const block = numbers.subarray(place * slotNumbers, (place + 1) * slotNumbers);
      slots[place] = this.slots.write(block);
      fences[place] = block[0]!;
    }
    const bytes = bytesOf(slots);
    const size = numbers.length;
    this.statements.insertRun.run(first, entries, size, bytes, runChecksum(first, entries, size, bytes));
    this.runs.push({ first, entries, size, slots, fences });
  }

  /**
   * Adds the next entries as a run, and merges runs where there are enough of one size. Call it inside a transaction;
   * if that is rolled back, call `rolledBack`.
   *
   * @param hashes the two hashes of each entry.
   */
  add(hashes: ReadonlyArray<readonly [identifier: number, pseudonym: number]>): void {
    const first = this.entries + 1;
    const numbers = new Float64Array(2 * hashes.length);
    for (const [offset, [identifier, pseudonym]] of hashes.entries()) {
      numbers[2 * offset] = entryOf(identifier, offset);
      numbers[2 * offset + 1] = entryOf(pseudonym, offset);
    }
    this.insert(first, hashes.length, distinct(numbers.sort()));
    if (2 * this.entries > this.filter.numbersMax) this.makeFilter();
    else {
      for (const [identifier, pseudonym] of hashes) {
        this.filter.add(identifier);
        this.filter.add(pseudonym);
      }
    }
    while (this.merge()) {
      // Until there are few runs of each size.
    }
  }

  private merge(): boolean {
    const count = mergeable(this.runs.slice(-mergeWindow).map((run) => run.entries));
    if (count === 0) return false;
    const last = this.runs.splice(-count);
    const [{ first }] = last as [Run];
    const merger = new Merger();
    for (const run of last) {
      for (let place = 0; place < run.slots.length; place++)
        merger.add(this.block(run, place), run.first - first);
      this.statements.removeRun.run(run.first);
    }
    const entries = last.reduce((sum, run) => sum + run.entries, 0);
    this.slots.reuse(
      last.flatMap((run) => [...run.slots]),
      () => this.insert(first, entries, distinct(merger.sorted())),
    );
    return true;
  }

  /**
   * Removes the hash of an entry: a neighbour takes its place, so that the block keeps its length. Call it inside a
   * transaction; if that is rolled back, call `rolledBack`.
   */
  remove(hash: number, entry: number): void {
    const run = this.loaded().findLast(({ first }) => first <= entry)!;
    const number = entryOf(hash, entry - run.first);
    const start = Math.max(0, firstAtLeast(run.fences, number) - 1);
    const neighbour = this.neighbourOf(run, number, start);
    if (neighbour === undefined) return;
    for (let place = start; place < run.slots.length && run.fences[place]! <= number; place++) {
      const block = this.block(run, place).slice();
      const [from, to] = [firstAtLeast(block, number), firstAtLeast(block, number + 1)];
      if (from === to) continue;
      block.fill(neighbour, from, to);
      this.slots.overwrite(run.slots[place]!, block);
      run.fences[place] = block[0]!;
    }
  }

  /** The number before a number of a run, or the one after it where it is the first. */
  private neighbourOf(run: Run, number: number, start: number): number | undefined {
    if (run.fences[start]! < number) {
      const block = this.block(run, start);
      return block[firstAtLeast(block, number) - 1]!;
    }
    for (let place = start; place < run.slots.length; place++) {
      const next = this.block(run, place).find((other) => other > number);
      if (next !== undefined) return next;
    }
    return undefined;
  }
}

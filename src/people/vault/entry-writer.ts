/** Adds entries at the end of the vault. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { entryChecksum, entryColumns } from './vault-format.ts';

/** How many entries one statement inserts. It takes a little more than half the time of a statement for each. */
const entriesAtOnce = 16;

const insertion = (entries: number): string =>
  `INSERT INTO entry (${entryColumns}) VALUES ${Array(entries).fill('(?, ?, ?, ?, ?)').join(', ')}`;

/** Adds consecutive entries; call it inside a transaction. */
export class EntryWriter {
  private readonly one;
  private readonly many;

  constructor(database: DatabaseSync) {
    this.one = database.prepare(insertion(1));
    this.many = database.prepare(insertion(entriesAtOnce));
  }

  /**
   * @param first the id of the first entry.
   * @param identifiers the identifier of each.
   * @param pseudonyms the random bytes of the pseudonym of each.
   */
  add(
    first: number,
    identifiers: ReadonlyArray<string>,
    pseudonyms: ReadonlyArray<Uint8Array>,
    isForgotten: boolean,
  ): void {
    const many = identifiers.length - (identifiers.length % entriesAtOnce);
    let values: SQLInputValue[] = [];
    for (const [place, identifier] of identifiers.entries()) {
      const bytes = pseudonyms[place]!;
      const checksum = entryChecksum(identifier, bytes, isForgotten);
      values.push(first + place, identifier, bytes, isForgotten ? 1 : 0, checksum);
      if (place < many && (place + 1) % entriesAtOnce !== 0) continue;
      (place < many ? this.many : this.one).run(...values);
      values = [];
    }
  }
}

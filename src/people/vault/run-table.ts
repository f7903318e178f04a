/** The table of the runs of the vault's index. */
import type { DatabaseSync } from 'node:sqlite';
import { type RunRow, runRowIn, storedRun } from './run-row.ts';
import { slotTable } from './slots.ts';

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

/** Later additions to them: the version of each run's filter. */
export const filterColumn = 'ALTER TABLE run ADD COLUMN filter INTEGER NOT NULL DEFAULT 1;';

const columns = 'first_entry, entries, size, slots, checksum, filter';

/** Reads and writes the rows of runs. */
export class RunTable {
  private readonly statements;

  constructor(database: DatabaseSync) {
    this.statements = {
      runs: database.prepare(`SELECT ${columns} FROM run ORDER BY first_entry`),
      ends: database.prepare('SELECT first_entry, entries FROM run ORDER BY first_entry'),
      one: database.prepare(`SELECT ${columns} FROM run WHERE first_entry = ?`),
      insert: database.prepare(`INSERT INTO run (${columns}) VALUES (?, ?, ?, ?, ?, ?)`),
      remove: database.prepare('DELETE FROM run WHERE first_entry = ?'),
      lastEntry: database.prepare('SELECT coalesce(max(id), 0) AS last FROM entry'),
    };
  }

  /** All rows in order; undefined for each that is damaged. */
  *rows(): Iterable<RunRow | undefined> {
    for (const stored of this.statements.runs.iterate()) yield runRowIn(stored);
  }

  /** The first entry and the number of entries of each run, in order. */
  ends(): ReadonlyArray<{ readonly first: number; readonly entries: number }> {
    return this.statements.ends
      .all()
      .map(({ first_entry, entries }) => ({ first: Number(first_entry), entries: Number(entries) }));
  }

  /** The row of a run; undefined if it is damaged. */
  row(first: number): RunRow | undefined {
    return runRowIn(this.statements.one.get(first)!);
  }

  insert(row: RunRow): void {
    const { first, entries, size, bytes, checksum, filter } = storedRun(row);
    this.statements.insert.run(first, entries, size, bytes, checksum, filter);
  }

  remove(first: number): void {
    this.statements.remove.run(first);
  }

  /** The last entry of the vault. */
  get lastEntry(): number {
    return Number(this.statements.lastEntry.get()!.last);
  }
}

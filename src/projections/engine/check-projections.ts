/**
 * Compares a file of projections with its checksums, row by row, while it is being filled.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { compareRows } from './checked-rows.ts';
import { openProjectionsToRead } from './generations.ts';
import { checked, damaged, runOf } from './run-tables.ts';

/** Rows read in one statement. */
const rowsAtOnceMax = 100;

type Row = Record<string, unknown>;

/** What each row of the tables of the runs must be; see `run-tables.ts`. */
const checks = {
  run: (row: Row) => runOf(row),
  block: ({ entries, checksum }: Row) => checked('a block', entries, checksum),
  roll: ({ enrolments, checksum }: Row) => checked('a posting list', enrolments, checksum),
  code_block: ({ present, present_checksum: ofPresent, codes, checksum }: Row) => {
    if (crc32(present as Uint8Array) !== ofPresent || crc32(codes as Uint8Array) !== checksum)
      throw damaged('a block of codes');
  },
} as const;

type RunTable = keyof typeof checks;

const runTables = Object.keys(checks) as ReadonlyArray<RunTable>;

/**
 * The rows of a table in the order of their numbers, a few at a time, so that the writer of the file is not delayed.
 */
function* rowsOf(database: DatabaseSync, table: RunTable): Generator<Row> {
  const select = database.prepare(
    `SELECT rowid AS number, * FROM ${table} WHERE rowid > ? ORDER BY rowid LIMIT ${rowsAtOnceMax}`,
  );
  for (let last = 0; ; ) {
    const rows = select.all(last);
    if (rows.length === 0) return;
    yield* rows;
    last = Number(rows.at(-1)!.number);
  }
}

/** How far the check is, in rows; while the file is filled, there may be more than were counted. */
export interface ProjectionsProgress {
  readonly done: number;
  readonly of: number;
}

/**
 * Checks the runs, their blocks and posting lists, and the small tables.
 *
 * @throws ProjectionsDamaged; the error of SQLite for an invalid page.
 */
export function* checkProjectionsFile(file: string): Generator<ProjectionsProgress> {
  const database = openProjectionsToRead(file);
  try {
    // In one snapshot, since their numbers of rows change with them; there are few.
    database.exec('BEGIN');
    for (const _ of compareRows(database)) {
      // Row after row.
    }
    database.exec('COMMIT');
    const count = (table: RunTable): number =>
      Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()!.rows);
    const of = runTables.reduce((sum, table) => sum + count(table), 0);
    let done = 0;
    for (const table of runTables) {
      for (const row of rowsOf(database, table)) {
        checks[table](row);
        done += 1;
        yield { done, of: Math.max(done, of) };
      }
    }
  } finally {
    database.close();
  }
}

/** Compares a file of projections with its checksums, row by row, while the projector fills it. */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { compareIndexes, compareRows } from './checked-rows.ts';
import { openProjectionsToRead } from './generations.ts';
import { filterPartIn, hasFilters } from './run-filters.ts';
import { checked, damaged, postingsIn, runOf } from './run-tables.ts';

/** Rows to read in one statement: a block has some kilobytes, a posting list may have many more. */
const rowsAtOnceMax = 8;

type Row = Record<string, unknown>;

/** The checks of each row of the run tables; see `run-tables.ts`. */
const checks = {
  run: (row: Row) => runOf(row),
  block: ({ entries, checksum }: Row) => checked('a block', entries, checksum),
  roll: (row: Row) => postingsIn(row),
  filter_part: (row: Row) => filterPartIn(row),
  code_block: ({ present, present_checksum: ofPresent, codes, checksum }: Row) => {
    if (crc32(present as Uint8Array) !== ofPresent || crc32(codes as Uint8Array) !== checksum)
      throw damaged('a block of codes');
  },
} as const;

type RunTable = keyof typeof checks;

const runTables = Object.keys(checks) as ReadonlyArray<RunTable>;

/**
 * The rows of a table in order of their numbers, a few at a time, so that the writer of the file is not delayed.
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

/** Progress of the check, in rows; the projector may add rows meanwhile. */
export interface ProjectionsProgress {
  readonly done: number;
  readonly of: number;
}

/**
 * Checks the runs, their blocks and posting lists, and the small tables.
 *
 * @throws ProjectionsDamaged; SQLite's error for an invalid page.
 */
export function* checkProjectionsFile(file: string): Generator<ProjectionsProgress> {
  const database = openProjectionsToRead(file);
  try {
    // One snapshot, since the numbers of rows change; the tables are small.
    database.exec('BEGIN');
    for (const _ of compareRows(database)) {
      // Each step checks one row.
    }
    compareIndexes(database);
    database.exec('COMMIT');
    const count = (table: RunTable): number =>
      Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()!.rows);
    const tables = runTables.filter((table) => table !== 'filter_part' || hasFilters(database));
    const of = tables.reduce((sum, table) => sum + count(table), 0);
    let done = 0;
    for (const table of tables) {
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

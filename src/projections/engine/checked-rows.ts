/**
 * The small tables of the projections. Each row has a checksum, and `meta` contains the number of rows of each
 * table.
 *
 * A row is compared with its checksum when it is read. A row with an altered key would not be found, so whole
 * tables are compared when they are opened, unless they are large, and when the files are checked.
 */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { ProjectionsDamaged } from './damage.ts';

/** The columns of each table, without the checksum. */
const columnsOf = {
  correction: ['target', 'position'],
  name: ['id', 'kind', 'name', 'position', 'registered'],
  naming_source: ['name', 'source', 'position'],
  shaken: ['kind', 'name'],
  set_aside: ['position', 'reason'],
  late_touch: ['topic', 'position'],
} as const;

export type CheckedTable = keyof typeof columnsOf;

const tables = Object.keys(columnsOf) as ReadonlyArray<CheckedTable>;

type Value = string | number;

type Row = Record<string, SQLOutputValue>;

/** With more rows in total than this, the tables are not compared on opening. */
const comparedAtOpeningRowsMax = 20_000;

/** The key in `meta` of a table's number of rows. */
const countName = (table: CheckedTable): string => `rows of ${table}`;

/** The rows of `meta` for empty tables. */
export const emptyCounts = tables.map((table) => `('${countName(table)}', 0)`).join(', ');

const checksumOf = (table: CheckedTable, values: ReadonlyArray<Value>): number =>
  crc32([table, ...values].join('\n'));

const damaged = (table: CheckedTable): ProjectionsDamaged =>
  new ProjectionsDamaged(`the projections hold a row of ${table} that is damaged, or lack one`);

/**
 * A whole row, if it matches its checksum.
 *
 * @throws ProjectionsDamaged
 */
export const asWritten = (table: CheckedTable, row: Row): Row => {
  const values = columnsOf[table].map((column) => row[column] as Value);
  if (checksumOf(table, values) !== row.checksum) throw damaged(table);
  return row;
};

/** A query that compares each row with its checksum, and throws ProjectionsDamaged if one differs. */
export interface CheckedQuery {
  get(...values: ReadonlyArray<Value>): Row | undefined;
  all(...values: ReadonlyArray<Value>): ReadonlyArray<Row>;
}

/** Prepares a query of whole rows of a table; `rest` is the SQL after the table's name. */
export const checkedQuery = (database: DatabaseSync, table: CheckedTable, rest: string): CheckedQuery => {
  const statement = database.prepare(`SELECT * FROM ${table} ${rest}`);
  return {
    get: (...values) => {
      const row = statement.get(...values);
      return row === undefined ? undefined : asWritten(table, row);
    },
    all: (...values) => statement.all(...values).map((row) => asWritten(table, row)),
  };
};

/**
 * Adds rows, in the transactions of its caller. Use one instance for each writer; after an error it is unusable.
 */
export class CheckedRows {
  private readonly counts = new Map<CheckedTable, number>();
  private readonly changed = new Set<CheckedTable>();
  private readonly inserts: Readonly<Record<CheckedTable, StatementSync>>;
  private readonly statements;

  constructor(database: DatabaseSync) {
    const insert = (table: CheckedTable): StatementSync => {
      const places = [...columnsOf[table], 'checksum'].map(() => '?').join(', ');
      return database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${places})`);
    };
    this.inserts = {
      correction: insert('correction'),
      name: insert('name'),
      naming_source: insert('naming_source'),
      shaken: insert('shaken'),
      set_aside: insert('set_aside'),
      late_touch: insert('late_touch'),
    };
    this.statements = {
      count: database.prepare('SELECT value FROM meta WHERE name = ?'),
      saveCount: database.prepare('UPDATE meta SET value = ? WHERE name = ?'),
      register: database.prepare('UPDATE name SET registered = 1, checksum = ? WHERE id = ?'),
      namedSince: checkedQuery(database, 'naming_source', 'WHERE name = ? AND source = ?'),
      nameEarlier: database.prepare(
        'UPDATE naming_source SET position = ?, checksum = ? WHERE name = ? AND source = ?',
      ),
    };
    for (const table of tables) {
      const count = this.statements.count.get(countName(table))?.value;
      if (count === undefined) throw damaged(table);
      this.counts.set(table, Number(count));
    }
  }

  /** Adds a row unless its key exists. */
  add(table: CheckedTable, ...values: ReadonlyArray<Value>): void {
    const { changes } = this.inserts[table].run(...values, checksumOf(table, values));
    if (changes === 0) return;
    this.counts.set(table, this.counts.get(table)! + 1);
    this.changed.add(table);
  }

  /** Marks a name as registered from a position on. */
  register(id: number, kind: string, name: string, position: number): void {
    this.statements.register.run(checksumOf('name', [id, kind, name, position, 1]), id);
  }

  /** Records that a source names something from a position on; an earlier position wins. */
  named(name: number, source: number, position: number): void {
    const row = this.statements.namedSince.get(name, source);
    if (row === undefined) this.add('naming_source', name, source, position);
    else if (position < Number(row.position)) {
      const checksum = checksumOf('naming_source', [name, source, position]);
      this.statements.nameEarlier.run(position, checksum, name, source);
    }
  }

  /** Stores the numbers of rows; call it before the transaction ends. */
  saveCounts(): void {
    for (const table of this.changed)
      this.statements.saveCount.run(this.counts.get(table)!, countName(table));
    this.changed.clear();
  }
}

/** The expected number of rows in all tables. */
const rowsIn = (database: DatabaseSync): number =>
  Number(
    database.prepare("SELECT coalesce(sum(value), 0) AS rows FROM meta WHERE name LIKE 'rows of %'").get()!
      .rows,
  );

/**
 * Compares every row with its checksum, and every table with its expected number of rows.
 *
 * @throws ProjectionsDamaged
 */
export function* compareRows(database: DatabaseSync): Generator<void> {
  for (const table of tables) {
    const expected = database.prepare('SELECT value FROM meta WHERE name = ?').get(countName(table))?.value;
    let rows = 0;
    for (const row of database.prepare(`SELECT * FROM ${table}`).iterate()) {
      asWritten(table, row);
      rows += 1;
      yield;
    }
    if (rows !== expected) throw damaged(table);
  }
}

/** Tables with an index, in which a damaged entry would hide a row. */
const indexed: ReadonlyArray<CheckedTable> = ['correction', 'name'];

/**
 * Compares the indexes of tables with their rows.
 *
 * @throws ProjectionsDamaged
 */
export const compareIndexes = (database: DatabaseSync): void => {
  for (const table of indexed) {
    const found = database.prepare(`PRAGMA integrity_check('${table}')`).get();
    if (found?.integrity_check !== 'ok') throw damaged(table);
  }
};

/** The same in one call with the indexes, if the tables are small; call it in a snapshot. */
export const compareSmallTables = (database: DatabaseSync): void => {
  if (rowsIn(database) > comparedAtOpeningRowsMax) return;
  for (const _ of compareRows(database)) {
    // Each step checks one row.
  }
  compareIndexes(database);
};

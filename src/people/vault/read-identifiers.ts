/** Reads the people behind the pseudonyms of a vault while another process may write it. */
import type { DatabaseSync } from 'node:sqlite';
import { openToRead } from '../../store/sqlite/open-database.ts';
import { damaged } from '../../store/sqlite/store-problems.ts';
import { pseudonymPrefix } from './vault.ts';
import { type EntryRow, entryColumns, isAsWritten, vaultFormat } from './vault-format.ts';

/** Entries to read in one statement. A longer one would delay erasures, which empty the write-ahead log. */
const rowsAtOnceMax = 5_000;

/** Opens a vault read-only, also one of an earlier version: its entries are the same. */
export const openVaultToRead = (file: string): DatabaseSync => openToRead(file, vaultFormat, undefined, true);

/**
 * The entries of a vault in order.
 *
 * @param atOnce how many to read in one statement.
 */
export const entriesIn = function* (file: string, atOnce = rowsAtOnceMax): Iterable<EntryRow> {
  const database = openVaultToRead(file);
  try {
    const select = database.prepare(
      `SELECT ${entryColumns} FROM entry WHERE id > ? ORDER BY id LIMIT ${atOnce}`,
    );
    select.setReturnArrays(true);
    for (let last = 0; ; ) {
      const rows = select.all(last) as unknown as ReadonlyArray<EntryRow>;
      if (rows.length === 0) break;
      for (const row of rows) {
        if (!isAsWritten(row)) throw damaged(file, 'an entry is damaged');
        yield row;
      }
      last = rows.at(-1)![0];
    }
  } finally {
    database.close();
  }
};

/**
 * The people of a vault who were not forgotten, by pseudonym, in groups.
 *
 * @throws a StoreProblem if the vault cannot be read.
 */
export const identifiersInGroups = function* (
  file: string,
  peopleMax: number,
): Iterable<ReadonlyMap<string, string>> {
  let group = new Map<string, string>();
  for (const [, identifier, pseudonym, forgotten] of entriesIn(file)) {
    if (forgotten === 1) continue;
    group.set(pseudonymPrefix + Buffer.from(pseudonym).toString('base64url'), identifier);
    if (group.size < peopleMax) continue;
    yield group;
    group = new Map();
  }
  if (group.size > 0) yield group;
};

/** Every pseudonym of a vault, including those of forgotten people. */
export const pseudonymsIn = function* (file: string): Iterable<string> {
  for (const row of entriesIn(file)) yield pseudonymPrefix + Buffer.from(row[2]).toString('base64url');
};

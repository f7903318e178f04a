/**
 * The vault in a separate SQLite file, from which every byte of a forgotten person's identifier disappears.
 *
 * Deleting a row does not achieve that. SQLite's `secure_delete` overwrites the row, but when a page is split or
 * merged, copies of moved rows can stay in the unused part of their old page. Entries therefore never move. Each is
 * added after the last one, where SQLite starts a new page and leaves the full one unchanged. To forget an entry,
 * its identifier is overwritten in place by equally many bytes. The index of entries follows the same rule, and the
 * write-ahead log is emptied immediately afterwards. This also makes a new person cheap to write.
 */
import type { Instant } from '../../domain/time/instant.ts';
import { type OpenDatabase, openToWrite, preparing, transact } from '../../store/sqlite/open-database.ts';
import { damaged, StoreLocked, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { EntryWriter } from './entry-writer.ts';
import type { SharedFilter } from './filters-in-memory.ts';
import { newPseudonyms } from './new-pseudonyms.ts';
import { placesWhere } from './places.ts';
import { withRepetitions } from './repeated-identifiers.ts';
import { type Admitted, looksLikePseudonym, type VaultMemory } from './vault.ts';
import {
  entryChecksum,
  identifierHash,
  type LogKnown,
  logKnownChecksum,
  logKnownIn,
  pseudonymHash,
  vaultFormat,
} from './vault-format.ts';
import {
  bytesOfPseudonym,
  type Entry,
  keptAtOnceMax,
  type PeopleOfVault,
  pseudonymOfBytes,
  VaultReading,
} from './vault-reading.ts';

/**
 * The file of a vault, with synchronous calls. Each throws a StoreProblem if the file cannot be read or written.
 */
export interface VaultFile extends PeopleOfVault {
  /** The pseudonyms of the identifiers, which may be repeated; new ones get one, all in one transaction. */
  admit(identifiers: ReadonlyArray<string>): Admitted;
  /** How many entries it has; the last one has this number. */
  entries(): number;
  /** The vault's knowledge of its log. */
  logKnown(): LogKnown;
  /**
   * Stores knowledge of the log: `noteLog` at once, `whenAdmitting` in the next transaction that admits a person.
   */
  noteLog(known: LogKnown): void;
  whenAdmitting(known: () => LogKnown | undefined): void;
  /**
   * Forgets the people behind these pseudonyms in one transaction, and marks unknown pseudonyms as forgotten.
   *
   * @returns how many known people were forgotten.
   */
  forgetAll(pseudonyms: ReadonlyArray<string>): number;
  /** The filters of its index, for other threads that read the file. */
  filters(): ReadonlyArray<SharedFilter>;
  /**
   * Merges the next part of its index, or reads it into memory, so that lookups take less time. Call it between other calls.
   * Returns whether there is more to do.
   */
  prepare(): boolean;
  /** Forgets a person. Returns the pseudonym that now stands for nobody, or undefined if there was none. */
  forget(identifier: string): string | undefined;
  close(): void;
}

export interface SqliteVaultOptions {
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => Instant;
  /** Unpredictable bytes, such as those of `crypto.randomBytes`. */
  readonly random: (bytes: number) => Uint8Array;
  /** How much it may keep in memory. */
  readonly memory?: VaultMemory | undefined;
  /** How many people a run of its index has at most, if not as many as it can. */
  readonly runEntriesMax?: number | undefined;
}

/** Memory for the filters of runs where the share is not given, in bytes. */
const filterBytesDefault = 256 * 1_024 * 1_024;

const vaultIn = (
  { file, database, close }: OpenDatabase,
  { random, memory, runEntriesMax }: SqliteVaultOptions,
): VaultFile => {
  const guard = <A>(act: () => A): A => {
    try {
      return act();
    } catch (error) {
      throw toStoreProblem(file, error);
    }
  };

  const entryWriter = new EntryWriter(database);
  const overwriteEntry = database.prepare(
    'UPDATE entry SET identifier = ?, forgotten = 1, checksum = ? WHERE id = ?',
  );

  const updateLogKnown = database.prepare(
    'UPDATE log SET known_up_to = ?, mark = ?, erased_up_to = ?, checksum = ?',
  );
  const writeLogKnown = (known: LogKnown): void => {
    updateLogKnown.run(known.knownUpTo, known.mark, known.erasedUpTo, logKnownChecksum(known));
  };
  let knownWhenAdmitting = (): LogKnown | undefined => undefined;

  const logKnown = (): LogKnown => {
    const known = logKnownIn(database);
    if (known === undefined) throw damaged(file, 'its record of the log is damaged');
    return known;
  };

  const reading = new VaultReading(database, file, memory?.entries, {
    bytesMax: memory?.filters ?? filterBytesDefault,
    runEntriesMax,
  });
  const { index } = reading;
  const fault = index.load();
  if (fault !== undefined) throw damaged(file, fault);

  /** Changes entries and their index atomically, on disk and in memory. */
  const change = (act: () => void): void => {
    try {
      transact(database, act);
    } catch (error) {
      index.rolledBack();
      throw error;
    }
    index.committed();
  };

  change(() => index.upgrade());

  /** Adds entries for new people; call it inside a transaction. Returns their pseudonyms. */
  const mint = (identifiers: ReadonlyArray<string>, identifierHashes: Uint32Array): ReadonlyArray<string> => {
    const first = index.entries + 1;
    const minted = newPseudonyms(random, first, identifiers.length);
    const hashes = new Uint32Array(2 * identifiers.length);
    for (const [place, hash] of identifierHashes.entries()) {
      hashes[2 * place] = hash;
      hashes[2 * place + 1] = pseudonymHash(minted[place]!);
    }
    entryWriter.add(first, identifiers, minted, false);
    index.add(hashes);
    return minted.map(pseudonymOfBytes);
  };

  /** Admits different identifiers. */
  const admitDifferent = (identifiers: ReadonlyArray<string>, hashes: Uint32Array): Admitted => {
    const pseudonyms = [...reading.pseudonymsOf(identifiers, hashes)];
    const fresh = placesWhere(identifiers.length, (place) => pseudonyms[place] === undefined);
    if (fresh.length === 0) return { pseudonyms: pseudonyms as string[] };
    const others = placesWhere(identifiers.length, (place) => pseudonyms[place] !== undefined);
    const unknown = Array.from(fresh, (place) => identifiers[place]!);
    for (const identifier of unknown) {
      if (!identifier.isWellFormed()) throw new TypeError('an identifier must be well-formed Unicode');
    }
    let minted: ReadonlyArray<string> = [];
    change(() => {
      minted = mint(
        unknown,
        fresh.map((place) => hashes[place]!),
      );
      const known = knownWhenAdmitting();
      if (known !== undefined) writeLogKnown(known);
    });
    for (const [at, place] of fresh.entries()) {
      pseudonyms[place] = minted[at]!;
      if (identifiers.length <= keptAtOnceMax) reading.keep(unknown[at]!, minted[at]!);
    }
    const last = index.entries;
    return {
      pseudonyms: pseudonyms as string[],
      created: { first: last - fresh.length + 1, last, others },
    };
  };

  /** Checkpoints and truncates the write-ahead log, which may contain copies of overwritten content. */
  const emptyLog = (): void => {
    if (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0) return;
    throw new StoreLocked(
      file,
      'another program is reading it, so erased data cannot be overwritten yet',
      'Close that program and erase again',
    );
  };

  /** Adds entries for people who are already forgotten; call it inside a transaction. */
  const markForgotten = (pseudonyms: ReadonlyArray<Uint8Array>): void => {
    const identifiers = pseudonyms.map(() => '');
    entryWriter.add(index.entries + 1, identifiers, pseudonyms, true);
    // Only their pseudonyms lead to them.
    if (pseudonyms.length > 0)
      index.add(
        Uint32Array.from(pseudonyms.flatMap((bytes) => [pseudonymHash(bytes), pseudonymHash(bytes)])),
      );
  };

  /** Overwrites entries; call it inside a transaction. */
  const blankOut = (entries: ReadonlyArray<Entry>): void => {
    for (const { id, identifier, bytes } of entries) {
      const blank = ' '.repeat(Buffer.byteLength(identifier));
      overwriteEntry.run(blank, entryChecksum(blank, bytes, true), id);
    }
    index.remove(
      entries
        .map(({ id, identifier, bytes }) => ({ entry: id, hash: identifierHash(identifier), bytes }))
        // If both have the same hash, it stays for the pseudonym.
        .filter(({ hash, bytes }) => hash !== pseudonymHash(bytes)),
    );
  };

  const forgetAll = (pseudonyms: ReadonlyArray<string>): number => {
    const entries: Entry[] = [];
    const unknown: Uint8Array[] = [];
    for (const pseudonym of new Set(pseudonyms.filter(looksLikePseudonym))) {
      const entry = reading.entryOfPseudonym(pseudonym);
      if (entry === undefined) unknown.push(bytesOfPseudonym(pseudonym));
      else if (!entry.isForgotten) entries.push(entry);
    }
    if (entries.length + unknown.length === 0) return 0;
    change(() => {
      blankOut(entries);
      markForgotten(unknown);
    });
    reading.dropKept();
    emptyLog();
    return entries.length;
  };

  const forget = (identifier: string): string | undefined => {
    const entry = reading.entryOfIdentifier(identifier);
    if (entry !== undefined) change(() => blankOut([entry]));
    reading.dropKept();
    emptyLog();
    return entry === undefined ? undefined : pseudonymOfBytes(entry.bytes);
  };

  const prepare = (): boolean => {
    if (!index.hasMerged) return reading.inOneTransaction(() => index.prepare());
    change(() => index.writeMerged());
    return true;
  };

  // A crash between an erasure and emptying the log would have left copies in it.
  emptyLog();

  return {
    admit: (identifiers) => guard(() => withRepetitions(identifiers, admitDifferent)),
    entries: () => index.entries,
    pseudonymOf: (identifier) => reading.pseudonymOf(identifier),
    identifierOf: (pseudonym) => reading.identifierOf(pseudonym),
    knows: (pseudonym) => reading.knows(pseudonym),
    isForgotten: (pseudonym) => reading.isForgotten(pseudonym),
    hasForgotten: () => reading.hasForgotten(),
    filters: () => guard(() => index.filters()),
    prepare: () => guard(prepare),
    logKnown: () => guard(logKnown),
    noteLog: (known) => guard(() => writeLogKnown(known)),
    whenAdmitting: (known) => {
      knownWhenAdmitting = known;
    },
    forgetAll: (pseudonyms) => guard(() => forgetAll(pseudonyms)),
    forget: (identifier) => guard(() => forget(identifier)),
    close,
  };
};

/**
 * Opens the vault in this file, and creates it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openSqliteVault = (path: string, options: SqliteVaultOptions): VaultFile => {
  const opened = openToWrite(path, vaultFormat, options.now(), options.memory?.pages);
  return preparing(opened, () => vaultIn(opened, options));
};

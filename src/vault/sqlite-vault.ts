/**
 * The vault in an SQLite file of its own, from which a forgotten person's identifier vanishes to the last byte.
 *
 * Deleting a row is not enough for that. SQLite's `secure_delete` overwrites the row, but when a page is split or
 * merged, copies of the rows that moved can stay behind in the unused part of the page that they left. Entries are
 * therefore spread over small tables, and to forget one its whole table is emptied, which overwrites every page the
 * table ever used, and written anew without it. The write-ahead log is emptied right after.
 */
import type { Instant } from '../domain/time.ts';
import { type OpenDatabase, openToWrite, preparing, transact } from '../store/sqlite/open-database.ts';
import { damaged, StoreLocked, toStoreProblem } from '../store/sqlite/store-problems.ts';
import { recent } from './recent.ts';
import { pseudonymBytes, pseudonymPrefix, type Vault } from './vault.ts';
import {
  entryChecksum,
  forgottenChecksum,
  prepareShard,
  type Shard,
  shardOf,
  vaultFormat,
} from './vault-format.ts';

/** How many entries of each direction are kept at hand. */
const entriesAtHandMax = 100_000;

export interface SqliteVaultOptions {
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => Instant;
  /** Unpredictable bytes, such as those of `crypto.randomBytes`. */
  readonly random: (bytes: number) => Uint8Array;
}

const vaultIn = ({ file, database, close }: OpenDatabase, random: SqliteVaultOptions['random']): Vault => {
  const guard = <A>(act: () => A): A => {
    try {
      return act();
    } catch (error) {
      throw toStoreProblem(file, error);
    }
  };

  const pseudonymShards: Shard[] = [];
  const identifierShards: Shard[] = [];
  const byIdentifier = (identifier: string): Shard => {
    const shard = shardOf(identifier);
    pseudonymShards[shard] ??= prepareShard(database, 'pseudonym', shard);
    return pseudonymShards[shard];
  };
  const byPseudonym = (pseudonym: string): Shard => {
    const shard = shardOf(pseudonym);
    identifierShards[shard] ??= prepareShard(database, 'identifier', shard);
    return identifierShards[shard];
  };
  const selectForgotten = database.prepare('SELECT 1 FROM forgotten WHERE pseudonym = ?');
  const selectAnyForgotten = database.prepare('SELECT 1 FROM forgotten LIMIT 1');
  const insertForgotten = database.prepare('INSERT INTO forgotten (pseudonym, checksum) VALUES (?, ?)');

  const pseudonymsAtHand = recent<string, string>(entriesAtHandMax);
  const identifiersAtHand = recent<string, string>(entriesAtHandMax);

  const pseudonymOf = (identifier: string): string | undefined => {
    const atHand = pseudonymsAtHand.get(identifier);
    if (atHand !== undefined) return atHand;
    const row = byIdentifier(identifier).select.get(identifier);
    if (row === undefined) return undefined;
    const pseudonym = String(row.value);
    if (row.checksum !== entryChecksum(identifier, pseudonym))
      throw damaged(file, 'an entry is not as it was written');
    pseudonymsAtHand.set(identifier, pseudonym);
    return pseudonym;
  };

  const identifierOf = (pseudonym: string): string | undefined => {
    const atHand = identifiersAtHand.get(pseudonym);
    if (atHand !== undefined) return atHand;
    const row = byPseudonym(pseudonym).select.get(pseudonym);
    if (row === undefined) return undefined;
    const identifier = String(row.value);
    if (row.checksum !== entryChecksum(identifier, pseudonym))
      throw damaged(file, 'an entry is not as it was written');
    identifiersAtHand.set(pseudonym, identifier);
    return identifier;
  };

  const isForgotten = (pseudonym: string): boolean => selectForgotten.get(pseudonym) !== undefined;

  const mint = (identifier: string): string => {
    const pseudonym = pseudonymPrefix + Buffer.from(random(pseudonymBytes)).toString('base64url');
    if (isForgotten(pseudonym) || identifierOf(pseudonym) !== undefined) {
      throw new Error('the source of randomness repeats itself: a new pseudonym is already in use');
    }
    const checksum = entryChecksum(identifier, pseudonym);
    byIdentifier(identifier).insert.run(identifier, pseudonym, checksum);
    byPseudonym(pseudonym).insert.run(pseudonym, identifier, checksum);
    return pseudonym;
  };

  const pseudonymsFor = (identifiers: ReadonlyArray<string>): ReadonlyMap<string, string> => {
    const pseudonyms = new Map<string, string>();
    const unknown = new Set<string>();
    for (const identifier of identifiers) {
      const pseudonym = pseudonymOf(identifier);
      if (pseudonym === undefined) unknown.add(identifier);
      else pseudonyms.set(identifier, pseudonym);
    }
    if (unknown.size === 0) return pseudonyms;
    for (const identifier of unknown) {
      if (!identifier.isWellFormed()) throw new TypeError('an identifier must be well-formed Unicode');
    }
    transact(database, () => {
      for (const identifier of unknown) pseudonyms.set(identifier, mint(identifier));
    });
    for (const identifier of unknown) pseudonymsAtHand.set(identifier, pseudonyms.get(identifier)!);
    return pseudonyms;
  };

  /** Writes a shard anew without one of its keys, overwriting every page that ever held it. */
  const rewriteWithout = (shard: Shard, forgotten: string): void => {
    const entries = shard.all.all();
    shard.empty.run();
    for (const { key, value, checksum } of entries) {
      if (key !== forgotten) shard.insert.run(key!, value!, checksum!);
    }
  };

  /** Moves the write-ahead log into the file and cuts it off, with every copy of what was overwritten. */
  const emptyLog = (): void => {
    if (database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy === 0) return;
    throw new StoreLocked(
      file,
      'another program reads it, so that copies of what was erased cannot be overwritten yet',
      'Close that program and erase again',
    );
  };

  const forget = (identifier: string): string | undefined => {
    const pseudonym = pseudonymOf(identifier);
    if (pseudonym !== undefined) {
      transact(database, () => {
        rewriteWithout(byIdentifier(identifier), identifier);
        rewriteWithout(byPseudonym(pseudonym), pseudonym);
        insertForgotten.run(pseudonym, forgottenChecksum(pseudonym));
      });
    }
    pseudonymsAtHand.clear();
    identifiersAtHand.clear();
    emptyLog();
    return pseudonym;
  };

  // A crash between an erasure and the emptying of the log would have left copies in it.
  emptyLog();

  return {
    pseudonymsFor: (identifiers) => guard(() => pseudonymsFor(identifiers)),
    pseudonymOf: (identifier) => guard(() => pseudonymOf(identifier)),
    identifierOf: (pseudonym) => guard(() => identifierOf(pseudonym)),
    knows: (pseudonym) => guard(() => identifierOf(pseudonym) !== undefined || isForgotten(pseudonym)),
    isForgotten: (pseudonym) => guard(() => isForgotten(pseudonym)),
    hasForgotten: () => guard(() => selectAnyForgotten.get() !== undefined),
    forget: (identifier) => guard(() => forget(identifier)),
    close,
  };
};

/**
 * Opens the vault in this file, and makes it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openSqliteVault = (path: string, { now, random }: SqliteVaultOptions): Vault => {
  const opened = openToWrite(path, vaultFormat, now());
  return preparing(opened, () => vaultIn(opened, random));
};

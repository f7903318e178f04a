/** Looks up people in the file of a vault, over the writing connection or a separate reading one. */
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import { damaged, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { EntryIndex, type IndexOptions } from './entry-index.ts';
import { placesWhere } from './places.ts';
import { looksLikePseudonym, pseudonymPrefix } from './vault.ts';
import { type EntryRow, entryColumns, identifierHash, isAsWritten, pseudonymHash } from './vault-format.ts';

/** How much of the people who were looked up is kept in memory where the share is not given, in bytes. */
const keptBytesDefault = 32 * 1_024 * 1_024;
/** About how many bytes of memory an entry takes, besides its identifier. */
const bytesOfEntry = 200;

/**
 * Limited by `maxSize`: a cache with a `max` allocates memory for that many entries at once, which delays every
 * start.
 */
const cacheOfEntries = (bytes: number): LRUCache<string, string> =>
  new LRUCache({
    maxSize: Math.max(1, Math.floor(bytes)),
    sizeCalculation: (value, key) => Math.min(bytes, bytesOfEntry + value.length + key.length),
  });

/** The people of a vault, with synchronous calls. Each throws a StoreProblem if the file cannot be read. */
export interface PeopleOfVault {
  /** The pseudonym of this identifier, if it has one. */
  pseudonymOf(identifier: string): string | undefined;
  /** The identifier behind a pseudonym, unless the person was forgotten. */
  identifierOf(pseudonym: string): string | undefined;
  /** Whether this vault created the pseudonym, even if the person was forgotten since. */
  knows(pseudonym: string): boolean;
  /** Whether the person behind the pseudonym was forgotten. */
  isForgotten(pseudonym: string): boolean;
  /** Whether anybody was forgotten. */
  hasForgotten(): boolean;
}

export interface Entry {
  readonly id: number;
  readonly identifier: string;
  readonly bytes: Uint8Array;
  readonly isForgotten: boolean;
}

/** People of whom more are named at once are not cached: they would displace everybody else. */
export const keptAtOnceMax = 1_000;

/** Looking up fewer people takes no transaction of its own: it would cost more than it saves. */
const fewPeople = 16;

/** The pseudonym with the given random bytes. */
export const pseudonymOfBytes = (bytes: Uint8Array): string =>
  pseudonymPrefix + asBuffer(bytes).toString('base64url');

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The random bytes of a pseudonym. */
export const bytesOfPseudonym = (pseudonym: string): Uint8Array =>
  Buffer.from(pseudonym.slice(pseudonymPrefix.length), 'base64url');

/** Finds entries through the index of the file. */
export class VaultReading implements PeopleOfVault {
  readonly index: EntryIndex;
  private readonly database: DatabaseSync;
  private readonly file: string;
  private readonly statements;
  private readonly pseudonyms: LRUCache<string, string>;
  private readonly identifiers: LRUCache<string, string>;

  /**
   * @param keptBytes how much of those who were looked up it may keep in memory, about.
   * @param indexOptions how much its index may take in memory; by default nothing.
   */
  constructor(
    database: DatabaseSync,
    file: string,
    keptBytes: number = keptBytesDefault,
    indexOptions?: IndexOptions,
  ) {
    this.pseudonyms = cacheOfEntries(keptBytes / 2);
    this.identifiers = cacheOfEntries(keptBytes / 2);
    this.database = database;
    this.file = file;
    this.index = new EntryIndex(database, (what) => damaged(file, what), indexOptions);
    this.statements = {
      entry: database.prepare(`SELECT ${entryColumns} FROM entry WHERE id = ?`),
      anyForgotten: database.prepare('SELECT 1 FROM entry WHERE forgotten = 1 LIMIT 1'),
    };
    this.statements.entry.setReturnArrays(true);
  }

  /** Looks up many people in one transaction. Otherwise each statement begins its own, which takes a third of the time. */
  inOneTransaction<A>(look: () => A): A {
    const { database } = this;
    if (database.isTransaction) return look();
    database.exec('BEGIN');
    try {
      return look();
    } finally {
      if (database.isTransaction) database.exec('COMMIT');
    }
  }

  private guard<A>(act: () => A): A {
    try {
      return act();
    } catch (error) {
      throw toStoreProblem(this.file, error);
    }
  }

  private entryAt(id: number): Entry {
    const row = this.statements.entry.get(id) as unknown as EntryRow | undefined;
    if (row === undefined || !isAsWritten(row)) throw damaged(this.file, 'an entry is damaged');
    const [, identifier, bytes, forgotten] = row;
    return { id, identifier, bytes, isForgotten: forgotten === 1 };
  }

  /** The entry with a hash that satisfies the predicate. */
  private entryUnder(hash: number, isIt: (entry: Entry) => boolean): Entry | undefined {
    for (const id of this.index.under(hash)) {
      const entry = this.entryAt(id);
      if (isIt(entry)) return entry;
    }
    return undefined;
  }

  entryOfIdentifier(identifier: string): Entry | undefined {
    return this.entryUnder(
      identifierHash(identifier),
      (entry) => !entry.isForgotten && entry.identifier === identifier,
    );
  }

  entryOfBytes(bytes: Uint8Array): Entry | undefined {
    return this.entryUnder(pseudonymHash(bytes), (entry) => Buffer.compare(entry.bytes, bytes) === 0);
  }

  entryOfPseudonym(pseudonym: string): Entry | undefined {
    return looksLikePseudonym(pseudonym) ? this.entryOfBytes(bytesOfPseudonym(pseudonym)) : undefined;
  }

  pseudonymOf(identifier: string): string | undefined {
    return this.guard(() => {
      const cached = this.pseudonyms.get(identifier);
      if (cached !== undefined) return cached;
      const entry = this.entryOfIdentifier(identifier);
      if (entry === undefined) return undefined;
      const pseudonym = pseudonymOfBytes(entry.bytes);
      this.pseudonyms.set(identifier, pseudonym);
      return pseudonym;
    });
  }

  /**
   * The pseudonym of each of some different identifiers, undefined for those without one; many together take a fraction of the
   * time.
   *
   * @param hashes the hash of each.
   */
  pseudonymsOf(identifiers: ReadonlyArray<string>, hashes: Uint32Array): ReadonlyArray<string | undefined> {
    const look = () => this.pseudonymsAmong(identifiers, hashes);
    return this.guard(() => (identifiers.length < fewPeople ? look() : this.inOneTransaction(look)));
  }

  private pseudonymsAmong(
    identifiers: ReadonlyArray<string>,
    hashes: Uint32Array,
  ): ReadonlyArray<string | undefined> {
    const pseudonyms = identifiers.map((identifier) => this.pseudonyms.get(identifier));
    const asked = placesWhere(identifiers.length, (place) => pseudonyms[place] === undefined);
    this.index.underAll(
      asked.map((place) => hashes[place]!),
      (at, id) => {
        const place = asked[at]!;
        const identifier = identifiers[place]!;
        const entry = this.entryAt(id);
        if (entry.isForgotten || entry.identifier !== identifier) return;
        const pseudonym = pseudonymOfBytes(entry.bytes);
        pseudonyms[place] = pseudonym;
        if (identifiers.length <= keptAtOnceMax) this.keep(identifier, pseudonym);
      },
    );
    return pseudonyms;
  }

  /** Caches a person who is likely to be named again soon. */
  keep(identifier: string, pseudonym: string): void {
    this.pseudonyms.set(identifier, pseudonym);
  }

  identifierOf(pseudonym: string): string | undefined {
    return this.guard(() => {
      const cached = this.identifiers.get(pseudonym);
      if (cached !== undefined) return cached;
      const entry = this.entryOfPseudonym(pseudonym);
      if (entry === undefined || entry.isForgotten) return undefined;
      this.identifiers.set(pseudonym, entry.identifier);
      return entry.identifier;
    });
  }

  knows(pseudonym: string): boolean {
    return this.guard(
      () => this.identifiers.get(pseudonym) !== undefined || this.entryOfPseudonym(pseudonym) !== undefined,
    );
  }

  isForgotten(pseudonym: string): boolean {
    return this.guard(() => this.entryOfPseudonym(pseudonym)?.isForgotten === true);
  }

  hasForgotten(): boolean {
    return this.guard(() => this.statements.anyForgotten.get() !== undefined);
  }

  /** Clears the cache of entries after a person was forgotten. */
  dropKept(): void {
    this.pseudonyms.clear();
    this.identifiers.clear();
  }
}

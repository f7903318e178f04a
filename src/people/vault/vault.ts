/**
 * The port to the vault, which links pseudonyms to people (R21).
 *
 * The log knows people only by random pseudonyms, and the vault beside it has the only link back. Destroying an
 * entry leaves the history and its proofs unchanged, about nobody.
 */

import type * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';

/** The prefix of pseudonyms. */
export const pseudonymPrefix = 'psn_';
/** A pseudonym is its prefix and this many random bytes in base64url, without padding. */
export const pseudonymBytes = 16;

/** Whether a text has the form of a pseudonym. Only its vault knows whether it is one. */
export const looksLikePseudonym = (text: string): boolean => /^psn_[A-Za-z0-9_-]{21}[AQgw]$/.test(text);

/**
 * The name of the vault's random key for fingerprints. No person can have it, since identifiers do not begin with a
 * space.
 */
export const fingerprintKey = ' (the key of fingerprints)';

/** How much of a vault's file one connection keeps in memory, in bytes. */
export interface VaultMemory {
  readonly pages: number;
  /** People who were looked up or admitted. */
  readonly entries: number;
  /** Filters of its index; others are read from the file. */
  readonly filters: number;
}

/** Names to look up. */
export interface NamesToFind {
  /** Names of people in events and questions: identifiers or pseudonyms. */
  readonly names: ReadonlyArray<string>;
  readonly pseudonyms: ReadonlyArray<string>;
}

/** The people found. People whom the vault does not know are missing. */
export interface FoundPeople {
  /** By name: the pseudonym. A pseudonym maps to itself. */
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** By pseudonym: the person's identifier, or null for a forgotten person. */
  readonly people: ReadonlyMap<string, string | null>;
}

/**
 * People were forgotten, so the log must be searched, at least up to this position, for events that name the people
 * to admit. Otherwise an event that is sent again would bring a person back.
 */
export interface LookFirst {
  readonly upTo: Position;
}

/** The people for whom a call created entries: one after the other, and nobody else's are in between. */
export interface Created {
  /** The numbers of the first entry and the last one. */
  readonly first: number;
  readonly last: number;
  /** The places of the names of all others: they had an entry, or the name is a pseudonym. */
  readonly others: Uint32Array;
}

/** The people whom a call admitted. */
export interface Admitted {
  /** The pseudonym of each name, in the order of the names: a map of ten thousand takes far longer to make. */
  readonly pseudonyms: ReadonlyArray<string>;
  /** Undefined if it created no entry, or if another process keeps the vault. */
  readonly created?: Created | undefined;
}

/**
 * Every call rejects with a tagged error that says what to do, if the vault cannot be asked, read or written. Any
 * call may be repeated.
 */
export interface Vault {
  /** The address of the process with the vault; null if it is this one. */
  readonly at: string | null;
  /** Looks up people, names before pseudonyms. It creates no pseudonyms. */
  find(asked: NamesToFind): Promise<FoundPeople>;
  /**
   * The pseudonyms of the named people. New people get one, which is durable before it is returned.
   *
   * @param names which may be repeated.
   * @param lookedUpTo the position up to which the log was searched for events that name them; undefined if it was
   * not. If it is before the last erasure, the answer is to search first.
   */
  admit(
    names: ReadonlyArray<string>,
    lookedUpTo: Position | undefined,
  ): Promise<E.Either<LookFirst, Admitted>>;
  /**
   * Destroys the link permanently and marks the pseudonym as forgotten. If the identifier comes back, it gets
   * another pseudonym.
   *
   * @param saidAt the position at which the log records it.
   */
  forget(pseudonym: string, saidAt: Position): Promise<void>;
  /**
   * How many entries it has: at least the number of the last one that a call of `admit` has returned; undefined if another
   * process keeps it.
   * Entries are numbered from 1 on, in the order in which they are created, and keep their numbers.
   */
  entries(): number | undefined;
  /** Why the vault cannot be asked; undefined if it can. */
  fault(): Promise<string | undefined>;
  /** Releases everything. */
  close(): Promise<void>;
}

/** The process that keeps the vault cannot be asked. The message names neither a person nor an address. */
export class VaultUnavailable extends Error {
  readonly _tag = 'VaultUnavailable';
  override readonly name = 'VaultUnavailable';
}

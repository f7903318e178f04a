/**
 * The port to the vault: who a pseudonym stands for (R21).
 *
 * The log knows people by random pseudonyms alone; the vault beside it holds the only link back. Destroying an entry
 * leaves the history and its proofs as they are, about nobody.
 */

import type * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';

/** What pseudonyms begin with. */
export const pseudonymPrefix = 'psn_';
/** A pseudonym is its prefix and this many random bytes in base64url, without padding. */
export const pseudonymBytes = 16;

/** Whether a text has the form of a pseudonym; whether it is one, only the vault that minted it knows. */
export const looksLikePseudonym = (text: string): boolean => /^psn_[A-Za-z0-9_-]{21}[AQgw]$/.test(text);

/**
 * The vault keeps a random key for fingerprints under this name, which no person can have: identifiers begin with no
 * space.
 */
export const fingerprintKey = ' (the key of fingerprints)';

/** Names to look up. */
export interface NamesToFind {
  /** What people are called in events and questions: their own identifiers, or pseudonyms. */
  readonly names: ReadonlyArray<string>;
  readonly pseudonyms: ReadonlyArray<string>;
}

/** Who was found. People whom the vault does not know are missing. */
export interface Found {
  /** By name: the pseudonym; of a pseudonym, the pseudonym itself. */
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** By pseudonym: the person's own identifier, or null of somebody forgotten. */
  readonly people: ReadonlyMap<string, string | null>;
}

/**
 * People were forgotten, so the log has to be searched for the events that name the people to admit, at least up to this position.
 * Otherwise an event that is sent again would bring somebody back.
 */
export interface LookFirst {
  readonly upTo: Position;
}

/**
 * Every call rejects with a tagged error, which says what to do, if the vault cannot be asked, read or written. Any call
 * may be repeated.
 */
export interface Vault {
  /** The address of the process that keeps the vault; null if this one does. */
  readonly at: string | null;
  /** Looks people up, names no later than pseudonyms. Nobody gets a new pseudonym. */
  find(asked: NamesToFind): Promise<Found>;
  /**
   * The pseudonym of everybody named; those not known yet get one, which is durable before it is returned.
   *
   * @param lookedUpTo the position up to which the log was searched for the events that name them; undefined if it was
   * not. If it is before the last erasure, the answer is to look first.
   */
  admit(
    names: ReadonlyArray<string>,
    lookedUpTo: Position | undefined,
  ): Promise<E.Either<LookFirst, ReadonlyMap<string, string>>>;
  /**
   * Destroys the link for good and leaves the pseudonym marked as forgotten. The same identifier gets another
   * pseudonym if it comes back.
   *
   * @param saidAt where the log says so.
   */
  forget(pseudonym: string, saidAt: Position): Promise<void>;
  /** Why the vault cannot be asked; undefined when it can. */
  fault(): Promise<string | undefined>;
  /** Releases everything. */
  close(): Promise<void>;
}

/** The vault is kept by another process, which cannot be asked. The message names nobody and no address. */
export class VaultUnavailable extends Error {
  readonly _tag = 'VaultUnavailable';
  override readonly name = 'VaultUnavailable';
}

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

/** Names to look up. */
export interface NamesToFind {
  /** What people are called in events and questions: their own identifiers, or pseudonyms. */
  readonly names: ReadonlyArray<string>;
  readonly pseudonyms: ReadonlyArray<string>;
}

/** Who was found. Whoever the vault does not know is missing. */
export interface Found {
  /** By name: the pseudonym; of a pseudonym, the pseudonym itself. */
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** By pseudonym: the person's own identifier, or null of somebody forgotten. */
  readonly people: ReadonlyMap<string, string | null>;
}

/**
 * People were forgotten: whoever admits people first looks for their events in the log, up to this position at least.
 * An event that is there already, sent once more, would otherwise bring somebody back.
 */
export interface LookFirst {
  readonly upTo: Position;
}

/**
 * Every call rejects with a tagged error, with what to do, when the vault cannot be asked, read or written: nothing it
 * says is ever a guess. Any call may be made again.
 */
export interface Vault {
  /** The address of the process that keeps the vault; null if this one does. */
  readonly at: string | null;
  /** Looks people up, names no later than pseudonyms; nobody gets a pseudonym by it. */
  find(asked: NamesToFind): Promise<Found>;
  /**
   * The pseudonym of everybody named; those not known yet get one, which is durable before it is returned.
   *
   * @param lookedUpTo up to where the log was searched for the events that name them; undefined if it was not. It must
   * be where every erasure was said that is done, or the answer is to look first.
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
  close(): void;
}

/** The vault is kept by another process, which cannot be asked. The message names nobody and no address. */
export class VaultUnavailable extends Error {
  readonly _tag = 'VaultUnavailable';
  override readonly name = 'VaultUnavailable';
}

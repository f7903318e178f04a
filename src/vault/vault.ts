/**
 * The port to the vault: who a pseudonym stands for (R21).
 *
 * The log knows people by random pseudonyms alone; the vault beside it holds the only link back. Destroying an entry
 * leaves the history and its proofs as they are, about nobody.
 */

/** What pseudonyms begin with. */
export const pseudonymPrefix = 'psn_';
/** A pseudonym is its prefix and this many random bytes in base64url, without padding. */
export const pseudonymBytes = 16;

/** Whether a text has the form of a pseudonym; whether it is one, only the vault that minted it knows. */
export const looksLikePseudonym = (text: string): boolean => /^psn_[A-Za-z0-9_-]{21}[AQgw]$/.test(text);

/**
 * Calls answer at once. Each throws a tagged error, with what to do, when the vault cannot be read or written; an
 * entry is durable before its pseudonym is returned.
 */
export interface Vault {
  /** The pseudonym of each of the identifiers; those not known yet get one, all in one transaction. */
  pseudonymsFor(identifiers: ReadonlyArray<string>): ReadonlyMap<string, string>;
  /** The pseudonym of this identifier, if it has one. */
  pseudonymOf(identifier: string): string | undefined;
  /** Who the pseudonym stands for, unless they were forgotten. */
  identifierOf(pseudonym: string): string | undefined;
  /** Whether this vault minted the pseudonym, be the person forgotten or not. */
  knows(pseudonym: string): boolean;
  /** Whether the person behind the pseudonym was forgotten. */
  isForgotten(pseudonym: string): boolean;
  /** Whether anybody was forgotten. */
  hasForgotten(): boolean;
  /**
   * Destroys the link for good and leaves the pseudonym marked as forgotten. The same identifier gets another
   * pseudonym if it comes back.
   *
   * @returns the pseudonym that now stands for nobody, or undefined when there was none.
   */
  forget(identifier: string): string | undefined;
  /** Releases everything. */
  close(): void;
}

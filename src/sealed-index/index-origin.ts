/** The origin of the second log and its signing keys, which are those of the log with another name. */
import { type VerifierKey, verifierKey } from '../integrity/keys.ts';

/**
 * The origin of the second log: that of the log with a suffix. The number is the version of the keys in stretches:
 * a log whose stretches have other keys is another log.
 */
export const indexOriginOf = (origin: string): string => `${origin}/index-2`;

/** The keys of the second log, derived from those of the log. */
export const indexKeysOf = (keys: ReadonlyArray<VerifierKey>): ReadonlyArray<VerifierKey> =>
  keys.map(({ name, type, publicKey }) => verifierKey(indexOriginOf(name), type, publicKey));

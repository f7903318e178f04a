/**
 * What the second log is called, and by which keys it is signed: those of the log, under its name.
 */
import { type VerifierKey, verifierKey } from '../integrity/keys.ts';

/**
 * The origin of the second log: that of the log with this behind it. The number says by which keys stretches are indexed:
 * a log whose stretches have other keys is another log.
 */
export const indexOriginOf = (origin: string): string => `${origin}/index-2`;

/** The keys of the second log, of those of the log. */
export const indexKeysOf = (keys: ReadonlyArray<VerifierKey>): ReadonlyArray<VerifierKey> =>
  keys.map(({ name, type, publicKey }) => verifierKey(indexOriginOf(name), type, publicKey));

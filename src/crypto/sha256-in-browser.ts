/** SHA-256 (FIPS 180-4) in a browser: the same functions as `sha256.ts`. */
import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

const encoder = new TextEncoder();

/** The digest of bytes: 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => digest(bytes);

/** Writes the digest of bytes into others, from a place on. */
export const sha256Into = (bytes: Uint8Array, target: Uint8Array, at: number): void =>
  target.set(digest(bytes), at);

/** The digest of a text in UTF-8: 32 bytes. */
export const sha256OfText = (text: string): Uint8Array => digest(encoder.encode(text));

/** The digest of bytes in lowercase hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => bytesToHex(digest(bytes));

/** The digest of several concatenated pieces. */
export const sha256OfPieces = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const hash = digest.create();
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};

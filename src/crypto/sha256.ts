/** SHA-256 (FIPS 180-4), in one place: a browser has another one. */
import { createHash, hash } from 'node:crypto';

/** The digest of some bytes: 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** The digest of a text in UTF-8: 32 bytes. */
export const sha256OfText = (text: string): Uint8Array => hash('sha256', text, 'buffer');

/** The digest of some bytes in lowercase hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The digest of several pieces, one after the other. */
export const sha256OfPieces = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};

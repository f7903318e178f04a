/** SHA-256 (FIPS 180-4) in Node; `sha256-in-browser.ts` replaces it in browsers. */
import { createHash, hash } from 'node:crypto';

/** The digest of bytes: 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** The digest of a text in UTF-8: 32 bytes. */
export const sha256OfText = (text: string): Uint8Array => hash('sha256', text, 'buffer');

/** The digest of bytes in lowercase hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The digest of several concatenated pieces. */
export const sha256OfPieces = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};

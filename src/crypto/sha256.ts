/** SHA-256 (FIPS 180-4) in Node; `sha256-in-browser.ts` replaces it in browsers. */
import { createHash, hash } from 'node:crypto';

const digestBytes = 32;

/** Writes a digest that Node has made as text, in half of the time that it takes for a buffer: one character a byte. */
const write = (digest: string, target: Uint8Array, at: number): Uint8Array => {
  for (let each = 0; each < digestBytes; each++) target[at + each] = digest.charCodeAt(each);
  return target;
};

/** Writes the digest of bytes into others, from a place on. */
export const sha256Into = (bytes: Uint8Array, target: Uint8Array, at: number): void => {
  write(hash('sha256', bytes, 'binary'), target, at);
};

/** The digest of bytes: 32 bytes. */
export const sha256 = (bytes: Uint8Array): Uint8Array =>
  write(hash('sha256', bytes, 'binary'), new Uint8Array(digestBytes), 0);

/** The digest of a text in UTF-8: 32 bytes. */
export const sha256OfText = (text: string): Uint8Array =>
  write(hash('sha256', text, 'binary'), new Uint8Array(digestBytes), 0);

/** The digest of bytes in lowercase hexadecimal. */
export const sha256Hex = (bytes: Uint8Array): string => hash('sha256', bytes, 'hex');

/** The digest of several concatenated pieces. */
export const sha256OfPieces = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
};

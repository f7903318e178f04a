/**
 * Verifies signatures by Ed25519 (RFC 8032) and ML-DSA-44 (FIPS 204) in Node; `signatures-in-browser.ts` replaces
 * it in browsers.
 */
import { createPublicKey, verify } from 'node:crypto';

export type SignatureAlgorithm = 'ed25519' | 'ml-dsa-44';

/** Whether a signature on a message is valid. */
export type VerifySignature = (message: Uint8Array, signature: Uint8Array) => boolean;

/** The DER (SPKI) prefix of a public key, before the key itself. */
export const spkiPrefix: Readonly<Record<SignatureAlgorithm, Uint8Array>> = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  'ml-dsa-44': Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
};

/** A verifier for a public key, given as its bytes. */
export const signatureVerifier = (algorithm: SignatureAlgorithm, publicKey: Uint8Array): VerifySignature => {
  const spki = Buffer.concat([spkiPrefix[algorithm], publicKey]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return (message, signature) => verify(null, message, key, signature);
};

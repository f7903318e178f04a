/**
 * Verifies signatures by Ed25519 (RFC 8032) and ML-DSA-44 (FIPS 204) in browsers: the same functions as
 * `signatures.ts`.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js';
import type { SignatureAlgorithm, VerifySignature } from './signatures.ts';

/** A verifier for a public key, given as its bytes. */
export const signatureVerifier =
  (algorithm: SignatureAlgorithm, publicKey: Uint8Array): VerifySignature =>
  (message, signature) => {
    try {
      return algorithm === 'ed25519'
        ? ed25519.verify(signature, message, publicKey, { zip215: false })
        : ml_dsa44.verify(signature, message, publicKey);
    } catch {
      // An invalid key or signature throws.
      return false;
    }
  };

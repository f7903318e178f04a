/** Keys that sign notes with `node:crypto`. Keys that verify are in `keys.ts`. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { spkiPrefix } from '../crypto/signatures.ts';
import { cosigned, type SignatureType, type VerifierKey, verifierKey } from './keys.ts';
import type { NoteSigner } from './signed-note.ts';

const encoder = new TextEncoder();

/** The bytes of a public key, as in a vkey. */
const publicKeyOf = (key: KeyObject): Uint8Array => {
  const { length } = spkiPrefix[key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'ml-dsa-44'];
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(length));
};

/**
 * A signer with a private key.
 *
 * @param seconds the time of a cosignature, in whole seconds since the epoch.
 * @throws if a text to cosign with ML-DSA-44 is not a checkpoint: a broken invariant.
 */
export const noteSigner = (
  name: string,
  type: SignatureType,
  privateKey: KeyObject,
  seconds: () => number,
): NoteSigner & { readonly verifier: VerifierKey } => {
  const verifier = verifierKey(name, type, publicKeyOf(privateKey));
  return {
    name,
    keyId: verifier.keyId,
    verifier,
    sign: (text) => {
      if (type === 'ed25519') return sign(null, encoder.encode(text), privateKey);
      const at = seconds();
      const message = cosigned(type, name, at, text);
      if (message === undefined) throw new Error('only a checkpoint can be cosigned');
      const stamp = Buffer.alloc(8);
      stamp.writeBigUInt64BE(BigInt(at));
      return Buffer.concat([stamp, sign(null, message, privateKey)]);
    },
  };
};

/**
 * Keys that sign and verify notes: Ed25519 (type 0x01), and the timestamped cosignatures of C2SP tlog-cosignature by
 * Ed25519 (0x04) and ML-DSA-44 (0x06). Their public halves are written as verifier keys (vkeys).
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { parseCheckpoint } from './checkpoint.ts';
import {
  fromBase64,
  isKeyName,
  keyIdOf,
  type NoteSigner,
  type NoteVerifier,
  toBase64,
} from './signed-note.ts';

/** How a key signs. */
export const signatureTypes = {
  ed25519: 0x01,
  'ed25519-cosignature': 0x04,
  'ml-dsa-44-cosignature': 0x06,
} as const;
export type SignatureType = keyof typeof signatureTypes;

/** A verifier key: a name, and a public key with its type. */
export interface VerifierKey extends NoteVerifier {
  readonly type: SignatureType;
  readonly publicKey: Uint8Array;
  /** The key as text, `name+id+base64`. */
  readonly vkey: string;
  /** When the signature was made, in seconds since the epoch; none for a type that does not say. */
  timeOf(signature: Uint8Array): number | undefined;
}

/** How the public keys of node:crypto begin in DER (SPKI), before the key itself. */
const spkiPrefix: Readonly<Record<'ed25519' | 'ml-dsa-44', Uint8Array>> = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  'ml-dsa-44': Buffer.from('30820532300b0609608648016503040311038205210' + '0', 'hex'),
};
const publicKeyBytes = { ed25519: 32, 'ml-dsa-44': 1_312 } as const;
const signatureBytes = { ed25519: 64, 'ml-dsa-44': 2_420 } as const;
const timestampBytes = 8;

const algorithmOf = (type: SignatureType): 'ed25519' | 'ml-dsa-44' =>
  type === 'ml-dsa-44-cosignature' ? 'ml-dsa-44' : 'ed25519';

/** The bytes of a public key, as a vkey holds them. */
const publicKeyOf = (key: KeyObject): Uint8Array => {
  const { length } = spkiPrefix[key.asymmetricKeyType === 'ed25519' ? 'ed25519' : 'ml-dsa-44'];
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(length));
};

const encoder = new TextEncoder();

const withLength = (text: string): Uint8Array => {
  const bytes = encoder.encode(text);
  return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
};

const uint64 = (number: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
};

/** The longest name or origin in bytes: its length is written in eight bits. */
const nameBytesMax = 255;

/** What a cosignature signs: the text of a checkpoint, and when. None for a text that is no checkpoint. */
const cosigned = (
  type: SignatureType,
  name: string,
  seconds: number,
  text: string,
): Uint8Array | undefined => {
  if (type === 'ed25519-cosignature') return encoder.encode(`cosignature/v1\ntime ${seconds}\n${text}`);
  const checkpoint = parseCheckpoint(text);
  if (E.isLeft(checkpoint)) return undefined;
  const { origin, size, root } = checkpoint.right;
  if (encoder.encode(origin).length > nameBytesMax || encoder.encode(name).length > nameBytesMax)
    return undefined;
  return Buffer.concat([
    encoder.encode('subtree/v1\n\0'),
    withLength(name),
    uint64(seconds),
    withLength(origin),
    uint64(0),
    uint64(size),
    root,
  ]);
};

const timestampOf = (signature: Uint8Array): number | undefined => {
  if (signature.length <= timestampBytes) return undefined;
  const seconds = Buffer.from(signature.buffer, signature.byteOffset, timestampBytes).readBigUInt64BE();
  return seconds > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(seconds);
};

const holds = (
  type: SignatureType,
  name: string,
  key: KeyObject,
  text: string,
  signature: Uint8Array,
): boolean => {
  if (type === 'ed25519') {
    return signature.length === signatureBytes.ed25519 && verify(null, encoder.encode(text), key, signature);
  }
  const seconds = timestampOf(signature);
  if (seconds === undefined || signature.length !== timestampBytes + signatureBytes[algorithmOf(type)])
    return false;
  const message = cosigned(type, name, seconds, text);
  return message !== undefined && verify(null, message, key, signature.subarray(timestampBytes));
};

/** The verifier key of a name and a public key. */
export const verifierKey = (name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey => {
  const byte = signatureTypes[type];
  const keyId = keyIdOf(name, byte, publicKey);
  const spki = Buffer.concat([spkiPrefix[algorithmOf(type)], publicKey]);
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const encoded = toBase64(Buffer.concat([Uint8Array.of(byte), publicKey]));
  return {
    name,
    keyId,
    type,
    publicKey,
    vkey: `${name}+${keyId.toString(16).padStart(8, '0')}+${encoded}`,
    verify: (text, signature) => holds(type, name, key, text, signature),
    timeOf: (signature) => (type === 'ed25519' ? undefined : timestampOf(signature)),
  };
};

/** Reads a verifier key as text. */
export const parseVerifierKey = (vkey: string): E.Either<string, VerifierKey> => {
  const form = 'expected a verifier key, name+id+base64, with an id of 8 hexadecimal digits';
  const parts = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey);
  if (parts === null || !isKeyName(parts[1]!)) return E.left(form);
  const bytes = fromBase64(parts[3]!);
  const type = (Object.keys(signatureTypes) as SignatureType[]).find(
    (each) => signatureTypes[each] === bytes?.[0],
  );
  if (bytes === undefined || type === undefined)
    return E.left('expected a key of type 01 (Ed25519), 04 or 06 (cosignatures by Ed25519 and ML-DSA-44)');
  const publicKey = bytes.subarray(1);
  if (publicKey.length !== publicKeyBytes[algorithmOf(type)])
    return E.left(`expected a public key of ${publicKeyBytes[algorithmOf(type)]} bytes`);
  const key = verifierKey(parts[1]!, type, publicKey);
  return key.vkey === vkey
    ? E.right(key)
    : E.left('the id of the verifier key is not that of its name and key');
};

/**
 * A key that signs.
 *
 * @param seconds the time of a cosignature, in whole seconds since the epoch.
 * @throws where a cosignature of ML-DSA-44 is to be made of a text that is no checkpoint: a broken invariant.
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
      if (message === undefined) throw new Error('what is cosigned is not a checkpoint');
      return Buffer.concat([uint64(at), sign(null, message, privateKey)]);
    },
  };
};

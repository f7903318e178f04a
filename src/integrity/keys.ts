/**
 * Keys that verify notes: Ed25519 (type 0x01), and timestamped cosignatures of C2SP tlog-cosignature by Ed25519
 * (0x04) and ML-DSA-44 (0x06). Public keys are written as verifier keys (vkeys).
 */

import * as E from 'fp-ts/lib/Either.js';
import { type SignatureAlgorithm, signatureVerifier, type VerifySignature } from '#signatures';
import { parseCheckpoint } from './checkpoint.ts';
import { fromBase64, isKeyName, keyIdOf, type NoteVerifier, toBase64 } from './signed-note.ts';

/** The signature types. */
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
  /** The time of the signature, in seconds since the epoch; undefined if its type has none. */
  timeOf(signature: Uint8Array): number | undefined;
}

const publicKeyBytes = { ed25519: 32, 'ml-dsa-44': 1_312 } as const;
const signatureBytes = { ed25519: 64, 'ml-dsa-44': 2_420 } as const;
const timestampBytes = 8;

const algorithmOf = (type: SignatureType): SignatureAlgorithm =>
  type === 'ml-dsa-44-cosignature' ? 'ml-dsa-44' : 'ed25519';

const encoder = new TextEncoder();

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
};

const withLength = (text: string): Uint8Array => {
  const bytes = encoder.encode(text);
  return joined([Uint8Array.of(bytes.length), bytes]);
};

const uint64 = (number: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
};

/** The longest name or origin in bytes: its length is encoded in eight bits. */
const nameBytesMax = 255;

/**
 * The signed message of a cosignature, from the text of a checkpoint and the time; undefined for a text that is not
 * a checkpoint.
 */
export const cosigned = (
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
  return joined([
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
  const seconds = new DataView(signature.buffer, signature.byteOffset, timestampBytes).getBigUint64(0);
  return seconds > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(seconds);
};

const holds = (
  type: SignatureType,
  name: string,
  verify: VerifySignature,
  text: string,
  signature: Uint8Array,
): boolean => {
  if (type === 'ed25519') {
    return signature.length === signatureBytes.ed25519 && verify(encoder.encode(text), signature);
  }
  const seconds = timestampOf(signature);
  if (seconds === undefined || signature.length !== timestampBytes + signatureBytes[algorithmOf(type)])
    return false;
  const message = cosigned(type, name, seconds, text);
  return message !== undefined && verify(message, signature.subarray(timestampBytes));
};

/** The verifier key for a name and a public key. */
export const verifierKey = (name: string, type: SignatureType, publicKey: Uint8Array): VerifierKey => {
  const byte = signatureTypes[type];
  const keyId = keyIdOf(name, byte, publicKey);
  const verify = signatureVerifier(algorithmOf(type), publicKey);
  const encoded = toBase64(joined([Uint8Array.of(byte), publicKey]));
  return {
    name,
    keyId,
    type,
    publicKey,
    vkey: `${name}+${keyId.toString(16).padStart(8, '0')}+${encoded}`,
    verify: (text, signature) => holds(type, name, verify, text, signature),
    timeOf: (signature) => (type === 'ed25519' ? undefined : timestampOf(signature)),
  };
};

/** Parses a verifier key. */
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
    : E.left('the id of the verifier key does not match its name and key');
};

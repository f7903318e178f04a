/**
 * The keys with which a ledger signs its checkpoints (V4) or a witness cosigns (V8): an Ed25519 key, an ML-DSA-44
 * key and, for a while after a rotation, the previous ones. `key-file.ts` stores them.
 */
import { createPrivateKey } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type KeyFile, type KeyPair, readKeyFile, retireInKeyFile, rotateKeyFile } from './key-file.ts';
import { parseVerifierKey, type SignatureType, type VerifierKey } from './keys.ts';
import { noteSigner } from './note-signer.ts';
import type { NoteSigner } from './signed-note.ts';

/** The keys of a ledger or a witness, ready to sign in its name. */
export interface SigningKeys {
  /** The current ones first. */
  readonly signers: ReadonlyArray<NoteSigner>;
  readonly verifiers: ReadonlyArray<VerifierKey>;
  /** The current ones, if they came from a rotation. */
  readonly rotatedTo: ReadonlyArray<VerifierKey>;
  /** The previous ones, which sign beside them until they are retired. */
  readonly earlier: ReadonlyArray<VerifierKey>;
  /** The former ones, which verify earlier checkpoints. */
  readonly retired: ReadonlyArray<VerifierKey>;
}

type Ed25519Type = Exclude<SignatureType, 'ml-dsa-44-cosignature'>;

const signersOf = (
  { ed25519, mldsa44 }: KeyPair,
  name: string,
  seconds: () => number,
  ed25519Type: Ed25519Type,
) => [
  noteSigner(name, ed25519Type, createPrivateKey(ed25519), seconds),
  noteSigner(name, 'ml-dsa-44-cosignature', createPrivateKey(mldsa44), seconds),
];

/** Retired keys are stored with the name of the log; the second log uses them with its own name. */
const retiredKey = (vkey: string): ReadonlyArray<VerifierKey> => {
  const key = parseVerifierKey(vkey);
  return E.isRight(key) ? [key.right] : [];
};

const keysOf = (
  { signing, retired, isRotated }: KeyFile,
  name: string,
  seconds: () => number,
  ed25519Type: Ed25519Type,
): SigningKeys => {
  const [current, ...earlier] = signing.map((pair) => signersOf(pair, name, seconds, ed25519Type));
  const signers = [...current!, ...earlier.flat()];
  return {
    signers,
    verifiers: signers.map(({ verifier }) => verifier),
    rotatedTo: isRotated ? current!.map(({ verifier }) => verifier) : [],
    earlier: earlier.flat().map(({ verifier }) => verifier),
    retired: retired.flatMap(retiredKey),
  };
};

/**
 * Reads the keys of a ledger or a witness, and creates them if there are none.
 *
 * @param name the origin of the ledger, or the name of the witness.
 * @param ed25519Type the signature type of the Ed25519 key: a witness cosigns.
 * @param seconds the time of a signature, in whole seconds since the epoch.
 * @returns otherwise what is wrong with the file and what to do.
 */
export const signingKeys = (
  file: string,
  name: string,
  seconds: () => number,
  ed25519Type: Ed25519Type = 'ed25519',
): E.Either<string, SigningKeys> =>
  pipe(
    readKeyFile(file),
    E.flatMap((read) =>
      E.tryCatch(
        () => keysOf(read, name, seconds, ed25519Type),
        (error) =>
          `${file}: the signing keys cannot be read (${error instanceof Error ? error.message : String(error)})`,
      ),
    ),
  );

const neverSigns = () => 0;

/** Rotates the keys of a ledger: new ones sign beside the previous ones. */
export const rotateSigningKeys = (file: string, origin: string): E.Either<string, SigningKeys> =>
  pipe(
    rotateKeyFile(file),
    E.map((rotated) => keysOf(rotated, origin, neverSigns, 'ed25519')),
  );

/** Retires the keys from before the last rotation. */
export const retireEarlierKeys = (file: string, origin: string): E.Either<string, SigningKeys> =>
  pipe(
    retireInKeyFile(file, (pair) =>
      signersOf(pair, origin, neverSigns, 'ed25519').map(({ verifier }) => verifier.vkey),
    ),
    E.map((left) => keysOf(left, origin, neverSigns, 'ed25519')),
  );

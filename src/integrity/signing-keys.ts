/**
 * The keys that a ledger signs its checkpoints with (V4), or a witness cosigns with (V8): an Ed25519 key and an ML-DSA-44
 * key, and after a rotation, for a while, those before them. Their file is in `key-file.ts`.
 */
import { createPrivateKey } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type KeyFile, type KeyPair, readKeyFile, retireInKeyFile, rotateKeyFile } from './key-file.ts';
import { parseVerifierKey, type SignatureType, type VerifierKey } from './keys.ts';
import { noteSigner } from './note-signer.ts';
import type { NoteSigner } from './signed-note.ts';

/** The keys of a ledger or a witness, ready to sign under its name. */
export interface SigningKeys {
  /** The current ones first. */
  readonly signers: ReadonlyArray<NoteSigner>;
  readonly verifiers: ReadonlyArray<VerifierKey>;
  /** Those of them that a rotation brought, if there was one. */
  readonly rotatedTo: ReadonlyArray<VerifierKey>;
  /** Those that sign beside them since, until they are retired. */
  readonly earlier: ReadonlyArray<VerifierKey>;
  /** Those that signed once, and verify what they signed. */
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

/** Retired keys are kept under the name of the log; the second log has them under its own. */
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
 * Reads the keys of a ledger, or of a witness, and creates them if there are none.
 *
 * @param name the origin of the ledger, or the name of the witness.
 * @param ed25519Type how the Ed25519 key signs: a witness cosigns.
 * @param seconds the time of a signature, in whole seconds since the epoch.
 * @returns what is wrong with the file, and what to do.
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

/** Rotates the keys of a ledger: new ones sign beside those of before. */
export const rotateSigningKeys = (file: string, origin: string): E.Either<string, SigningKeys> =>
  pipe(
    rotateKeyFile(file),
    E.map((rotated) => keysOf(rotated, origin, neverSigns, 'ed25519')),
  );

/** Retires the keys that sign beside the current ones since a rotation. */
export const retireEarlierKeys = (file: string, origin: string): E.Either<string, SigningKeys> =>
  pipe(
    retireInKeyFile(file, (pair) =>
      signersOf(pair, origin, neverSigns, 'ed25519').map(({ verifier }) => verifier.vkey),
    ),
    E.map((left) => keysOf(left, origin, neverSigns, 'ed25519')),
  );

/**
 * The keys that a ledger signs its checkpoints with (V4), or a witness cosigns with (V8): an Ed25519 key and an ML-DSA-44
 * key, in one file that only its owner can read.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact } from '../domain/events/codec.ts';
import { faultsOf } from '../domain/events/fault.ts';
import type { SignatureType, VerifierKey } from './keys.ts';
import { noteSigner } from './note-signer.ts';
import type { NoteSigner } from './signed-note.ts';

const KeyFile = exact(
  'a file of signing keys',
  { version: t.literal(1), ed25519: t.string, mldsa44: t.string },
  {},
);

/** Both keys of a ledger or a witness, ready to sign under its name. */
export interface SigningKeys {
  readonly signers: ReadonlyArray<NoteSigner>;
  readonly verifiers: ReadonlyArray<VerifierKey>;
}

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

/** Makes both keys in a new file of mode 0600; a file that appears meanwhile is left as it is. */
const makeKeyFile = (file: string): void => {
  const keys = {
    version: 1,
    ed25519: pem(generateKeyPairSync('ed25519').privateKey),
    mldsa44: pem(generateKeyPairSync('ml-dsa-44').privateKey),
  };
  const draft = `${file}-draft-${process.pid}`;
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(keys, undefined, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

const othersMayRead = 0o077;

/**
 * Reads the keys of a ledger, or of a witness, and makes them where there are none.
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
  ed25519Type: Exclude<SignatureType, 'ml-dsa-44-cosignature'> = 'ed25519',
): E.Either<string, SigningKeys> => {
  try {
    if (!existsSync(file)) makeKeyFile(file);
    if (process.platform !== 'win32' && (statSync(file).mode & othersMayRead) !== 0)
      return E.left(`${file}: others on this machine can read the signing keys. Run chmod 600 on it`);
    const decoded = KeyFile.decode(JSON.parse(readFileSync(file, 'utf8')));
    if (E.isLeft(decoded)) {
      const [fault] = faultsOf(decoded.left);
      return E.left(`${file}${fault!.pointer}: ${fault!.message}`);
    }
    const signers = [
      noteSigner(name, ed25519Type, createPrivateKey(decoded.right.ed25519), seconds),
      noteSigner(name, 'ml-dsa-44-cosignature', createPrivateKey(decoded.right.mldsa44), seconds),
    ];
    return E.right({ signers, verifiers: signers.map(({ verifier }) => verifier) });
  } catch (error) {
    return E.left(
      `${file}: the signing keys cannot be read (${error instanceof Error ? error.message : String(error)})`,
    );
  }
};

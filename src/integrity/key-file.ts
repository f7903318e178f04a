/**
 * The file of signing keys (V4): an Ed25519 key, an ML-DSA-44 key and, after a rotation, the previous pairs. Only
 * its owner can read it, and it is replaced atomically.
 */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { exact, list } from '../domain/events/codec.ts';
import { faultsOf } from '../domain/events/fault.ts';
import { syncFolder } from '../store/sync-folder.ts';

/** Private keys in PKCS 8, as PEM. */
const pair = { ed25519: t.string, mldsa44: t.string };
const KeyPair = exact('a pair of signing keys', pair, {});
export type KeyPair = t.TypeOf<typeof KeyPair>;

const NeverRotated = exact('a file of signing keys', { version: t.literal(1), ...pair }, {});
const Rotated = exact(
  'a file of signing keys',
  {
    version: t.literal(2),
    ...pair,
    /** Pairs that still sign beside the current one. */
    earlier: list(KeyPair),
    /** The vkeys of retired keys, which verify earlier checkpoints. */
    retired: list(t.string),
  },
  {},
);

/** The content of a file of keys. */
export interface KeyFile {
  /** The signing pairs, the current one first. */
  readonly signing: readonly [KeyPair, ...KeyPair[]];
  /** The vkeys of retired keys. */
  readonly retired: ReadonlyArray<string>;
  readonly isRotated: boolean;
}

const pem = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }).toString();

const newPair = (): KeyPair => ({
  ed25519: pem(generateKeyPairSync('ed25519').privateKey),
  mldsa44: pem(generateKeyPairSync('ml-dsa-44').privateKey),
});

/** Writes a durable draft beside the file. */
const writeDraft = (file: string, content: object): string => {
  const draft = `${file}-draft-${process.pid}`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(content, undefined, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return draft;
};

/** Creates a file with a pair of keys, unless one appears meanwhile. */
const makeKeyFile = (file: string): void => {
  const draft = writeDraft(file, { version: 1, ...newPair() });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
};

const replaceKeyFile = (file: string, { signing, retired }: Omit<KeyFile, 'isRotated'>): void => {
  const [current, ...earlier] = signing;
  renameSync(writeDraft(file, { version: 2, ...current, earlier, retired }), file);
  syncFolder(dirname(file));
};

const othersMayRead = 0o077;

const decoded = (file: string): E.Either<string, KeyFile> => {
  if (process.platform !== 'win32' && (statSync(file).mode & othersMayRead) !== 0)
    return E.left(`${file}: others on this machine can read the signing keys. Run chmod 600 on it`);
  const json = JSON.parse(readFileSync(file, 'utf8')) as unknown;
  const isRotated = typeof json === 'object' && json !== null && 'version' in json && json.version === 2;
  return pipe(
    isRotated
      ? pipe(
          Rotated.decode(json),
          E.map(({ ed25519, mldsa44, earlier, retired }): KeyFile => {
            return { signing: [{ ed25519, mldsa44 }, ...earlier], retired, isRotated };
          }),
        )
      : pipe(
          NeverRotated.decode(json),
          E.map(({ ed25519, mldsa44 }): KeyFile => {
            return { signing: [{ ed25519, mldsa44 }], retired: [], isRotated };
          }),
        ),
    E.mapLeft((errors) => {
      const [fault] = faultsOf(errors);
      return `${file}${fault!.pointer}: ${fault!.message}`;
    }),
  );
};

/** Runs `act` on the file, and turns errors into a sentence. */
const withFile = <A>(file: string, act: () => E.Either<string, A>): E.Either<string, A> => {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return E.left(`${file}: the signing keys cannot be read or replaced (${reason})`);
  }
};

/**
 * Reads the file, and creates it if there is none.
 *
 * @returns otherwise what is wrong with it and what to do.
 */
export const readKeyFile = (file: string): E.Either<string, KeyFile> =>
  withFile(file, () => {
    if (!existsSync(file)) makeKeyFile(file);
    return decoded(file);
  });

/** Adds a new current pair; the previous one still signs beside it. */
export const rotateKeyFile = (file: string): E.Either<string, KeyFile> =>
  withFile(file, () =>
    pipe(
      decoded(file),
      E.map(({ signing, retired }): KeyFile => {
        const rotated = { signing: [newPair(), ...signing], retired } as const;
        replaceKeyFile(file, rotated);
        return { ...rotated, isRotated: true };
      }),
    ),
  );

/**
 * Retires the pairs before the current one: deletes their private keys from the file.
 *
 * @param vkeysOf the public keys of a pair, which are kept.
 */
export const retireInKeyFile = (
  file: string,
  vkeysOf: (pair: KeyPair) => ReadonlyArray<string>,
): E.Either<string, KeyFile> =>
  withFile(file, () =>
    pipe(
      decoded(file),
      E.map(({ signing: [current, ...earlier], retired }): KeyFile => {
        const left = { signing: [current], retired: [...earlier.flatMap(vkeysOf), ...retired] } as const;
        replaceKeyFile(file, left);
        return { ...left, isRotated: true };
      }),
    ),
  );

/** A witness (C2SP tlog-witness): checks a log's submission, stores it, and cosigns it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { sha256Hex } from '#sha256';
import {
  type AddCheckpoint,
  type Cosignable,
  judgeSubmission,
  parseAddCheckpoint,
  type WitnessRefusal,
} from '../integrity/add-checkpoint.ts';
import {
  formatNote,
  formatSignature,
  isKeyName,
  type NoteVerifier,
  signNote,
} from '../integrity/signed-note.ts';
import { type SigningKeys, signingKeys } from '../integrity/signing-keys.ts';
import type { PolicyLog } from '../integrity/tlog-policy.ts';
import { type Cosigned, openWitnessFile, readWitnessName, type WitnessFile } from './witness-file.ts';

/** The files of a witness in its directory. */
const filesIn = (directory: string) => ({
  record: join(directory, 'witness.sqlite'),
  keys: join(directory, 'witness-keys.json'),
});

/** The longest name in bytes: a cosignature encodes its length in eight bits. */
const nameBytesMax = 255;

const secondsOf = (ms: number): number => Math.floor(ms / 1_000);

/** The keys of the logs, by their origin. */
const verifiersByOrigin = (
  logs: ReadonlyArray<PolicyLog>,
): ReadonlyMap<string, ReadonlyArray<NoteVerifier>> => {
  const byOrigin = new Map<string, NoteVerifier[]>();
  for (const { key } of logs) byOrigin.set(key.name, [...(byOrigin.get(key.name) ?? []), key]);
  return byOrigin;
};

/** The state of a known log. */
export interface WitnessedLog {
  readonly origin: string;
  /** Undefined before its first checkpoint was cosigned. */
  readonly latest: Cosigned | undefined;
}

/** A witness with its keys, logs and stored checkpoints (V8). */
export class Witness {
  readonly name: string;
  private readonly file: WitnessFile;
  private readonly keys: SigningKeys;
  private readonly now: () => number;
  private readonly verifiers: ReadonlyMap<string, ReadonlyArray<NoteVerifier>>;

  constructor(
    name: string,
    file: WitnessFile,
    keys: SigningKeys,
    logs: ReadonlyArray<PolicyLog>,
    now: () => number,
  ) {
    this.name = name;
    this.file = file;
    this.keys = keys;
    this.now = now;
    this.verifiers = verifiersByOrigin(logs);
  }

  /** Its public keys: ML-DSA-44 and Ed25519. */
  vkeys(): ReadonlyArray<string> {
    return this.keys.verifiers.map(({ vkey }) => vkey);
  }

  /**
   * Handles a submission. Comparing the checkpoint with the last one and storing it is one transaction, which is
   * durable before this returns.
   *
   * @param body the body of the `add-checkpoint` request.
   * @returns the signature lines, or the refusal.
   */
  addCheckpoint(body: string): E.Either<WitnessRefusal, string> {
    return pipe(
      parseAddCheckpoint(body),
      E.mapLeft((message): WitnessRefusal => ({ status: 400, message })),
      E.flatMap((submission) => this.file.atomically(() => this.cosign(submission))),
    );
  }

  private cosign(submission: AddCheckpoint): E.Either<WitnessRefusal, string> {
    return pipe(
      judgeSubmission(submission, {
        verifiersOf: (origin) => this.verifiers.get(origin),
        latestOf: (origin) => this.file.latestOf(origin),
      }),
      E.map((cosignable) => this.signAndKeep(cosignable)),
    );
  }

  private signAndKeep({ checkpoint, note }: Cosignable): string {
    const { signatures } = signNote(note.text, this.keys.signers);
    this.file.keep({
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: checkpoint.root,
      note: formatNote({ text: note.text, signatures: [...note.signatures, ...signatures] }),
      at: this.now(),
    });
    return signatures.map(formatSignature).join('');
  }

  /** The latest checkpoint of the log whose origin has this hash (SHA-256, lowercase hexadecimal), with cosignatures. */
  checkpointOf(originHash: string): string | undefined {
    return this.file.all().find(({ origin }) => sha256Hex(Buffer.from(origin)) === originHash)?.note;
  }

  /** The logs for which it cosigns. */
  logs(): ReadonlyArray<WitnessedLog> {
    return [...this.verifiers.keys()].map((origin) => ({ origin, latest: this.file.latestOf(origin) }));
  }

  close(): void {
    this.file.close();
  }
}

/**
 * Opens a witness, and creates its keys and its file if there are none.
 *
 * @param logs the logs that it cosigns for. One key may sign several logs, each under its own origin.
 * @param name the name under which it cosigns; required at the first start and never changed later.
 * @returns otherwise what is wrong and what to do.
 * @throws a StoreProblem about its file.
 */
export const openWitness = (
  directory: string,
  name: string | undefined,
  logs: ReadonlyArray<PolicyLog>,
  now: () => number,
): E.Either<string, Witness> => {
  if (name !== undefined && (!isKeyName(name) || Buffer.byteLength(name) > nameBytesMax))
    return E.left(
      `the name of a witness has up to ${nameBytesMax} bytes, no spaces and no +, such as witness.example/w1`,
    );
  const files = filesIn(directory);
  const file = openWitnessFile(files.record, now());
  const refuse = (message: string): E.Either<string, never> => {
    file.close();
    return E.left(message);
  };
  const kept = file.name();
  const called = kept ?? name;
  if (called === undefined) return refuse('a new witness needs a name, such as --name witness.example/w1');
  if (name !== undefined && name !== called)
    return refuse(
      `this witness is called ${called}, and logs know its keys by that name; leave out the name, or start a new witness in another directory`,
    );
  const keys = signingKeys(files.keys, called, () => secondsOf(now()), 'ed25519-cosignature');
  if (E.isLeft(keys)) return refuse(keys.left);
  if (kept === undefined) file.keepName(called);
  return E.right(new Witness(called, file, keys.right, logs, now));
};

/** Whether a directory has a witness. */
const isWitness = (directory: string): boolean => existsSync(filesIn(directory).record);

/**
 * The verifier keys of a witness, running or not.
 *
 * @param name creates a witness with this name if there is none, so that its keys are known before its first start.
 * @throws a StoreProblem about its file.
 */
export const witnessKeysIn = (
  directory: string,
  name: string | undefined,
  now: () => number,
): E.Either<string, ReadonlyArray<string>> => {
  if (name !== undefined && !isWitness(directory)) {
    return pipe(
      openWitness(directory, name, [], now),
      E.map((made) => {
        made.close();
        return made.vkeys();
      }),
    );
  }
  const files = filesIn(directory);
  const kept = readWitnessName(files.record);
  if (kept === undefined) return E.left(`${files.record}: the witness has no name yet; start it once`);
  return pipe(
    signingKeys(files.keys, kept, () => 0, 'ed25519-cosignature'),
    E.map(({ verifiers }) => verifiers.map(({ vkey }) => vkey)),
  );
};

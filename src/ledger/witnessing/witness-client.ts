/**
 * Requests to a witness by C2SP tlog-witness, and what their answers mean.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { sha256Hex } from '#sha256';
import { formatAddCheckpoint } from '../../integrity/add-checkpoint.ts';
import { parseCheckpoint } from '../../integrity/checkpoint.ts';
import type { VerifierKey } from '../../integrity/keys.ts';
import type { Hash, TreeHead } from '../../integrity/merkle-tree.ts';
import {
  formatNote,
  formatSignature,
  parseNote,
  parseSignatures,
  type SignedNote,
  verifyNote,
} from '../../integrity/signed-note.ts';
import type { Cosignature } from '../../integrity/tree-file.ts';

/** How long a witness may take to answer. */
const answerMsMax = 10_000;
/** The longest answer that is read. */
const answerBytesMax = 65_536;

/** A server of a witness: its address, and the keys by which it is trusted. */
export interface WitnessServer {
  readonly url: string;
  readonly keys: ReadonlyArray<VerifierKey>;
}

/** What came of submitting a checkpoint. */
export type Submitted =
  | { readonly kind: 'cosigned'; readonly cosignatures: ReadonlyArray<Cosignature> }
  /** It has cosigned another size than we thought. */
  | { readonly kind: 'other-size'; readonly size: number }
  /** It says that the checkpoint does not continue what it cosigned. */
  | { readonly kind: 'inconsistent'; readonly reason: string }
  /** It knows no log of this origin. */
  | { readonly kind: 'unknown-log'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** What a witness shows of a log. */
export type Shown =
  /** A checkpoint that bears the signature of the log's own key. */
  | { readonly kind: 'ours'; readonly head: TreeHead; readonly note: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The beginning of a vkey, by which a cosignature is kept. */
export const keyWord = ({ name, keyId }: Pick<VerifierKey, 'name' | 'keyId'>): string =>
  `${name}+${keyId.toString(16).padStart(8, '0')}`;

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
};

interface Answer {
  readonly status: number;
  readonly text: string;
}

const ask = async (
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<E.Either<string, Answer>> => {
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
    });
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > answerBytesMax) return E.left(`it answers with more than ${answerBytesMax} bytes`);
      parts.push(part);
    }
    return E.right({ status: response.status, text: Buffer.concat(parts).toString('utf8') });
  } catch (error) {
    return E.left(`it does not answer (${causeOf(error)})`);
  }
};

/** The longest reason of a witness that is shown. */
const reasonCharactersMax = 200;
const refusedWith = ({ status, text }: Answer): string =>
  `it answers ${status}: ${text.trim().slice(0, reasonCharactersMax)}`;

const msPerSecond = 1_000;

/** The cosignatures in an answer that hold, by the keys of this witness. */
const cosignaturesIn = (
  lines: string,
  text: string,
  size: number,
  keys: ReadonlyArray<VerifierKey>,
): E.Either<string, ReadonlyArray<Cosignature>> =>
  pipe(
    E.Do,
    E.bind('signatures', () => parseSignatures(lines)),
    E.bind('verified', ({ signatures }) => verifyNote({ text, signatures }, keys)),
    E.map(({ signatures, verified }) =>
      keys
        .filter((key) => verified.by.includes(key))
        .map((key): Cosignature => {
          const line = signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId)!;
          const at = (key.timeOf(line.signature) ?? 0) * msPerSecond;
          return { size, key: keyWord(key), at, line: formatSignature(line) };
        }),
    ),
  );

/** Submits a checkpoint, with the proof from the size that the witness is thought to have cosigned last. */
export const submit = async (
  { url, keys }: WitnessServer,
  checkpoint: SignedNote,
  size: number,
  oldSize: number,
  proof: ReadonlyArray<Hash>,
  signal: AbortSignal,
): Promise<Submitted> => {
  const body = formatAddCheckpoint({ oldSize, proof, checkpoint });
  const answer = await ask(`${url}/add-checkpoint`, { method: 'POST', body }, signal);
  if (E.isLeft(answer)) return { kind: 'failed', reason: answer.left };
  const { status, text } = answer.right;
  if (status === 200) {
    const cosignatures = cosignaturesIn(text, checkpoint.text, size, keys);
    return E.isLeft(cosignatures)
      ? { kind: 'failed', reason: `its cosignature is not to be believed: ${cosignatures.left}` }
      : { kind: 'cosigned', cosignatures: cosignatures.right };
  }
  if (status === 409) {
    const known = /^(0|[1-9]\d*)\n?$/.exec(text)?.[1];
    return known === undefined || !Number.isSafeInteger(Number(known))
      ? { kind: 'failed', reason: 'it answers 409 without the size that it cosigned' }
      : { kind: 'other-size', size: Number(known) };
  }
  const reason = refusedWith(answer.right);
  if (status === 422) return { kind: 'inconsistent', reason };
  return status === 404 ? { kind: 'unknown-log', reason } : { kind: 'failed', reason };
};

/** Asks a witness for the checkpoint that it cosigned last of a log. What the log's own keys did not sign is not believed. */
export const show = async (
  { url }: WitnessServer,
  origin: string,
  logKeys: ReadonlyArray<VerifierKey>,
  signal: AbortSignal,
): Promise<Shown> => {
  const answer = await ask(`${url}/${sha256Hex(Buffer.from(origin))}/checkpoint`, {}, signal);
  if (E.isLeft(answer)) return { kind: 'failed', reason: answer.left };
  const { status, text } = answer.right;
  if (status === 404) return { kind: 'nothing' };
  if (status !== 200) return { kind: 'failed', reason: refusedWith(answer.right) };
  const note = parseNote(text);
  if (E.isLeft(note)) return { kind: 'failed', reason: `it shows no checkpoint: ${note.left}` };
  const head = parseCheckpoint(note.right.text);
  const verified = verifyNote(note.right, logKeys);
  if (E.isLeft(head) || head.right.origin !== origin || E.isLeft(verified))
    return { kind: 'failed', reason: 'it shows a checkpoint that the keys of this log did not sign' };
  const signatures = note.right.signatures.filter(({ name, keyId }) =>
    verified.right.by.some((key) => key.name === name && key.keyId === keyId),
  );
  const ours = formatNote({ text: note.right.text, signatures });
  return { kind: 'ours', head: head.right, note: ours };
};

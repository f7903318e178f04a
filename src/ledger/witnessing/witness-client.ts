/** Requests to a witness by C2SP tlog-witness, and their answers. */
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
/** The longest answer to read. */
const answerBytesMax = 65_536;

/** A server of a witness: its address, and its trusted keys. */
export interface WitnessServer {
  readonly url: string;
  readonly keys: ReadonlyArray<VerifierKey>;
}

/** The result of submitting a checkpoint. */
export type Submitted =
  | { readonly kind: 'cosigned'; readonly cosignatures: ReadonlyArray<Cosignature> }
  /** It cosigned another size than we assumed. */
  | { readonly kind: 'other-size'; readonly size: number }
  /** It says that the checkpoint is inconsistent with what it cosigned. */
  | { readonly kind: 'inconsistent'; readonly reason: string }
  /** It does not know a log of this origin. */
  | { readonly kind: 'unknown-log'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** A witness's latest checkpoint of a log. */
export type Shown =
  /** A checkpoint that the log's own key signed. */
  | { readonly kind: 'ours'; readonly head: TreeHead; readonly note: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly reason: string };

/** The beginning of a vkey, under which a cosignature is stored. */
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
      if (length > answerBytesMax) return E.left(`its answer has more than ${answerBytesMax} bytes`);
      parts.push(part);
    }
    return E.right({ status: response.status, text: Buffer.concat(parts).toString('utf8') });
  } catch (error) {
    return E.left(`it does not answer (${causeOf(error)})`);
  }
};

/** The longest reason of a witness to show. */
const reasonCharactersMax = 200;
const refusedWith = ({ status, text }: Answer): string =>
  `it answers ${status}: ${text.trim().slice(0, reasonCharactersMax)}`;

const failed = (reason: string): { readonly kind: 'failed'; readonly reason: string } => ({
  kind: 'failed',
  reason,
});

const msPerSecond = 1_000;

/** The cosignatures in an answer that this witness's keys verify. */
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

/**
 * Submits a checkpoint, with a consistency proof from the size that the witness is assumed to have cosigned last.
 */
export const submit = async (
  { url, keys }: WitnessServer,
  checkpoint: SignedNote,
  size: number,
  oldSize: number,
  proof: ReadonlyArray<Hash>,
  signal: AbortSignal,
): Promise<Submitted> => {
  const body = formatAddCheckpoint({ oldSize, proof, checkpoint });
  const answered = (answer: Answer): Submitted => {
    const { status, text } = answer;
    if (status === 200)
      return pipe(
        cosignaturesIn(text, checkpoint.text, size, keys),
        E.matchW(
          (fault) => failed(`its cosignature is not to be believed: ${fault}`),
          (cosignatures): Submitted => ({ kind: 'cosigned', cosignatures }),
        ),
      );
    if (status === 409) {
      const known = /^(0|[1-9]\d*)\n?$/.exec(text)?.[1];
      return known === undefined || !Number.isSafeInteger(Number(known))
        ? failed('its 409 answer lacks the size that it cosigned')
        : { kind: 'other-size', size: Number(known) };
    }
    const reason = refusedWith(answer);
    if (status === 422) return { kind: 'inconsistent', reason };
    return status === 404 ? { kind: 'unknown-log', reason } : failed(reason);
  };
  return pipe(
    await ask(`${url}/add-checkpoint`, { method: 'POST', body }, signal),
    E.matchW(failed, answered),
  );
};

/** The checkpoint in a witness's answer, with the signatures by the log's own keys. */
const checkpointIn = (
  text: string,
  origin: string,
  logKeys: ReadonlyArray<VerifierKey>,
): E.Either<string, Shown> =>
  pipe(
    parseNote(text),
    E.mapLeft((fault) => `it shows no checkpoint: ${fault}`),
    E.flatMap((note) =>
      pipe(
        E.Do,
        E.bind('head', () => parseCheckpoint(note.text)),
        E.filterOrElse(
          ({ head }) => head.origin === origin,
          () => 'it belongs to another log',
        ),
        E.bind('verified', () => verifyNote(note, logKeys)),
        E.bimap(
          () => 'it shows a checkpoint that the keys of this log did not sign',
          ({ head, verified }): Shown => {
            const signatures = note.signatures.filter(({ name, keyId }) =>
              verified.by.some((key) => key.name === name && key.keyId === keyId),
            );
            return { kind: 'ours', head, note: formatNote({ text: note.text, signatures }) };
          },
        ),
      ),
    ),
  );

/**
 * Asks a witness for the last checkpoint of a log that it cosigned. It trusts only what the log's own keys signed.
 */
export const show = async (
  { url }: WitnessServer,
  origin: string,
  logKeys: ReadonlyArray<VerifierKey>,
  signal: AbortSignal,
): Promise<Shown> => {
  return pipe(
    await ask(`${url}/${sha256Hex(Buffer.from(origin))}/checkpoint`, {}, signal),
    E.flatMap((answer): E.Either<string, Shown> => {
      if (answer.status === 404) return E.right({ kind: 'nothing' });
      return answer.status === 200 ? checkpointIn(answer.text, origin, logKeys) : E.left(refusedWith(answer));
    }),
    E.getOrElseW(failed),
  );
};

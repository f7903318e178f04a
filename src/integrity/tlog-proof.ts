/** Self-contained proofs (C2SP tlog-proof): the index of an entry, its inclusion proof, and a signed checkpoint. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type Hash, hashBytes, leafHash, verifyInclusion } from './merkle-tree.ts';
import {
  formatNote,
  fromBase64,
  type NoteVerifier,
  parseNote,
  type SignedNote,
  toBase64,
  verifyNote,
} from './signed-note.ts';

export interface TlogProof {
  /** Data of the application; here the entry itself. */
  readonly extra: Uint8Array | undefined;
  readonly index: number;
  readonly proof: ReadonlyArray<Hash>;
  readonly checkpoint: SignedNote;
}

const header = 'c2sp.org/tlog-proof@v1';
/** Hashes in an inclusion proof: a tree has fewer than 2^63 leaves. */
const hashesMax = 63;

/** The text of the proof. */
export const formatTlogProof = ({ extra, index, proof, checkpoint }: TlogProof): string =>
  [
    header,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map(toBase64),
    '',
    formatNote(checkpoint),
  ].join('\n');

/** Parses a proof without verifying it. */
export const parseTlogProof = (text: string): E.Either<string, TlogProof> => {
  const split = text.indexOf('\n\n');
  if (split === -1) return E.left('the proof has no empty line before its checkpoint');
  const [first, ...lines] = text.slice(0, split).split('\n');
  if (first !== header) return E.left(`line 1 of the proof: expected ${header}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift()!.slice('extra '.length)) : null;
  if (extra === undefined) return E.left('the line "extra" of the proof is not Base 64');
  const index = /^index (0|[1-9]\d*)$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    return E.left('the proof has no line "index" with the index of the entry');
  const proof = lines.map(fromBase64);
  if (proof.length > hashesMax || proof.some((hash) => hash?.length !== hashBytes))
    return E.left(
      `expected up to ${hashesMax} lines with a hash of ${hashBytes} bytes in Base 64 after the index`,
    );
  return pipe(
    parseNote(text.slice(split + 2)),
    E.map((checkpoint) => ({
      extra: extra ?? undefined,
      index: Number(index),
      proof: proof as ReadonlyArray<Hash>,
      checkpoint,
    })),
  );
};

/**
 * Verifies that an entry is in a log.
 *
 * @param verifiers the trusted keys of the log; a key's name is the origin that it signs for.
 * @returns the checkpoint that contains it, or why it cannot be trusted.
 */
export const verifyTlogProof = (
  { index, proof, checkpoint: note }: TlogProof,
  entry: Uint8Array,
  verifiers: ReadonlyArray<NoteVerifier>,
): E.Either<string, Checkpoint> => {
  return pipe(
    verifyNote(note, verifiers),
    E.mapLeft((fault) => `the checkpoint: ${fault}`),
    E.flatMap(({ by }) =>
      pipe(
        parseCheckpoint(note.text),
        E.filterOrElse(
          ({ origin }) => by.some(({ name }) => name === origin),
          () => 'the checkpoint and the key that signed it belong to different logs',
        ),
      ),
    ),
    E.filterOrElse(
      ({ size, root }) => verifyInclusion({ index, size, leaf: leafHash(entry), proof }, root),
      () => `the inclusion proof of entry ${index} does not lead to the root of the checkpoint`,
    ),
  );
};

/**
 * The request in which a log asks a witness for a cosignature (`add-checkpoint` of C2SP tlog-witness), and the
 * witness's decision.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import {
  emptyRoot,
  type Hash,
  hashBytes,
  sameHash,
  type TreeHead,
  verifyConsistency,
} from './merkle-tree.ts';
import {
  formatNote,
  fromBase64,
  type NoteVerifier,
  parseNote,
  type SignedNote,
  toBase64,
  verifyNote,
} from './signed-note.ts';

export interface AddCheckpoint {
  /** The size that the witness cosigned last, as far as the log knows; 0 for none. */
  readonly oldSize: number;
  /** The consistency proof from the old size to the checkpoint. */
  readonly proof: ReadonlyArray<Hash>;
  readonly checkpoint: SignedNote;
}

/** Hashes in a consistency proof. */
const hashesMax = 63;

/** The body of the request. */
export const formatAddCheckpoint = ({ oldSize, proof, checkpoint }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...proof.map(toBase64), '', formatNote(checkpoint)].join('\n');

/** Parses the body of a request. */
export const parseAddCheckpoint = (body: string): E.Either<string, AddCheckpoint> => {
  const split = body.indexOf('\n\n');
  if (split === -1) return E.left('expected an empty line before the checkpoint');
  const [first, ...lines] = body.slice(0, split).split('\n');
  const oldSize = /^old (0|[1-9]\d*)$/.exec(first!)?.[1];
  if (oldSize === undefined || !Number.isSafeInteger(Number(oldSize)))
    return E.left('line 1: expected "old" and the size of the previous checkpoint');
  const proof = lines.map(fromBase64);
  if (proof.length > hashesMax || proof.some((hash) => hash?.length !== hashBytes))
    return E.left(`expected up to ${hashesMax} lines with a hash of ${hashBytes} bytes in Base 64`);
  return pipe(
    parseNote(body.slice(split + 2)),
    E.map((checkpoint) => ({
      oldSize: Number(oldSize),
      proof: proof as ReadonlyArray<Hash>,
      checkpoint,
    })),
  );
};

/** The answer of a witness that does not cosign. */
export type WitnessRefusal =
  | { readonly status: 400 | 403 | 404 | 422; readonly message: string }
  /** The log assumed another size than the one that the witness cosigned last. */
  | { readonly status: 409; readonly size: number };

/** The witness's knowledge: the keys of the logs by origin, and the last checkpoint of each that it cosigned. */
export interface WitnessKnowledge {
  verifiersOf(origin: string): ReadonlyArray<NoteVerifier> | undefined;
  latestOf(origin: string): TreeHead | undefined;
}

/** A checkpoint that a witness may cosign, with the verified signatures of the log. */
export interface Cosignable {
  readonly checkpoint: Checkpoint;
  readonly note: SignedNote;
}

const refusal =
  (status: 400 | 403 | 404 | 422) =>
  (message: string): WitnessRefusal => ({ status, message });

/** Whether a witness may cosign a submission, in the order of checks of tlog-witness. */
export const judgeSubmission = (
  { oldSize, proof, checkpoint: note }: AddCheckpoint,
  knowledge: WitnessKnowledge,
): E.Either<WitnessRefusal, Cosignable> =>
  pipe(
    E.Do,
    E.bind('checkpoint', () => E.mapLeft(refusal(400))(parseCheckpoint(note.text))),
    E.bind('verifiers', ({ checkpoint: { origin } }) =>
      pipe(
        knowledge.verifiersOf(origin),
        E.fromNullable(refusal(404)(`no log with the origin ${origin} is known here`)),
      ),
    ),
    E.bind('verified', ({ verifiers }) => E.mapLeft(refusal(403))(verifyNote(note, verifiers))),
    E.filterOrElse(
      ({ checkpoint }) => oldSize <= checkpoint.size,
      () => refusal(400)('the old size is larger than the checkpoint'),
    ),
    E.tap(({ checkpoint }) => continues(knowledge.latestOf(checkpoint.origin), oldSize, checkpoint, proof)),
    E.map(({ checkpoint, verified: { by } }) => ({
      checkpoint,
      note: {
        text: note.text,
        signatures: note.signatures.filter(({ name, keyId }) =>
          by.some((each) => each.name === name && each.keyId === keyId),
        ),
      },
    })),
  );

/** Whether a checkpoint is proved to extend what was cosigned last. */
const continues = (
  latest: TreeHead | undefined,
  oldSize: number,
  checkpoint: Checkpoint,
  proof: ReadonlyArray<Hash>,
): E.Either<WitnessRefusal, undefined> => {
  const size = latest?.size ?? 0;
  if (oldSize !== size) return E.left({ status: 409, size });
  if (checkpoint.size === 0 && !sameHash(checkpoint.root, emptyRoot))
    return E.left(refusal(422)('the root is not the root of the empty tree'));
  const isConsistent =
    latest === undefined || size === 0 ? proof.length === 0 : verifyConsistency(latest, checkpoint, proof);
  return isConsistent
    ? E.right(undefined)
    : E.left(
        refusal(422)(
          `the proof does not show that the checkpoint begins with the ${size} leaves cosigned before`,
        ),
      );
};

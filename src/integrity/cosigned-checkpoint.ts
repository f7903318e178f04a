/** Selects the checkpoint to serve for a log with witnesses (V7): the largest that a quorum has cosigned. */
import * as E from 'fp-ts/lib/Either.js';
import type { VerifierKey } from './keys.ts';
import { parseNote } from './signed-note.ts';
import { type TlogPolicy, verifyByPolicy } from './tlog-policy.ts';
import type { SignedCheckpoint, TreeReader } from './tree-file.ts';

/** A checkpoint with its cosignatures. */
export interface WitnessedCheckpoint {
  readonly size: number;
  /** When it was signed, in milliseconds since the epoch. */
  readonly madeAt: number;
  /** The note, including cosignatures. */
  readonly note: string;
  /** The time of its last cosignature, in milliseconds since the epoch; undefined without one. */
  readonly witnessedAt: number | undefined;
}

/** Checkpoints to examine for one with a quorum: policies change, and witnesses fail. */
const checkpointsLookedAtMax = 1_000;

const withCosignatures = (
  tree: TreeReader,
  { size, madeAt, note }: SignedCheckpoint,
): WitnessedCheckpoint => {
  const cosignatures = tree.cosignatures(size);
  return {
    size,
    madeAt,
    note: `${note}${cosignatures.map(({ line }) => line).join('')}`,
    witnessedAt: cosignatures.length === 0 ? undefined : Math.max(...cosignatures.map(({ at }) => at)),
  };
};

/** The checkpoint to serve under a policy; undefined before a quorum has cosigned one. */
export const latestServed = (
  tree: TreeReader,
  policy: TlogPolicy,
  keys: ReadonlyArray<VerifierKey>,
): WitnessedCheckpoint | undefined => {
  if (policy.quorum === undefined) {
    const latest = tree.latest();
    return latest?.note === undefined ? undefined : withCosignatures(tree, latest);
  }
  for (const checkpoint of tree.cosigned(Number.MAX_SAFE_INTEGER, checkpointsLookedAtMax)) {
    const witnessed = withCosignatures(tree, checkpoint);
    const note = parseNote(witnessed.note);
    if (E.isRight(note) && E.isRight(verifyByPolicy(note.right, policy, keys))) return witnessed;
  }
  return undefined;
};

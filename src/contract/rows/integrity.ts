/**
 * What others can check of the log: its signed head, and proofs between its sizes.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';

/** A checkpoint that was signed: its size in events, its root in Base 64, and when it was made. */
export const CheckpointRow = exact('Checkpoint', { size: t.number, root: t.string, madeAt: t.string }, {});
export type CheckpointRow = t.TypeOf<typeof CheckpointRow>;

/**
 * How a witness of the log stands: the size that it cosigned last, and when; why it does not cosign at present.
 */
const WitnessRow = exact(
  'Witness',
  {
    name: t.string,
    url: nullable(t.string),
    size: nullable(t.number),
    cosignedAt: nullable(t.string),
    failure: nullable(t.string),
  },
  {},
);
export type WitnessRow = t.TypeOf<typeof WitnessRow>;

/**
 * How the sealed index stands, a log of its own (V12): `sealed` events of the log are in it; its checkpoint counts stretches.
 */
const SealedIndexRow = exact(
  'SealedIndex',
  {
    origin: t.string,
    sealed: t.number,
    verifierKeys: list(t.string),
    checkpoint: nullable(CheckpointRow),
    stop: nullable(t.string),
  },
  {},
);

/**
 * How the Merkle log stands. `checkpoint` was signed last, `witnessed` is the one that is served of a log with witnesses:
 * its age is how long ago its last cosignature was made. `progress` is there while events are compared with the tree or hashed; `stop` says why nothing
 * is signed any more; `index` is null where this process does not sign.
 */
export const MerkleLogRow = exact(
  'MerkleLog',
  {
    origin: t.string,
    size: t.number,
    verifierKeys: list(t.string),
    checkpoint: nullable(CheckpointRow),
    witnesses: list(WitnessRow),
    witnessed: nullable(
      exact('WitnessedCheckpoint', { size: t.number, cosignedAt: t.string, ageMs: t.number }, {}),
    ),
    progress: nullable(
      exact(
        'HashingProgress',
        { kind: oneOf('what is under way', ['comparing', 'hashing']), done: t.number, of: t.number },
        {},
      ),
    ),
    stop: nullable(t.string),
  },
  { index: nullable(SealedIndexRow) },
);
export type MerkleLogRow = t.TypeOf<typeof MerkleLogRow>;

/** A consistency proof (RFC 6962, 2.1.2): hashes in Base 64. */
const ConsistencyRow = exact('Consistency', { from: t.number, to: t.number, proof: list(t.string) }, {});

/** The answers of these routes have no clocks: they are about the log as it is. */
export const MerkleLogAnswer = exact('MerkleLogAnswer', { data: MerkleLogRow }, {});
export const CheckpointsAnswer = exact('CheckpointsAnswer', { data: list(CheckpointRow) }, {});
export const ConsistencyAnswer = exact('ConsistencyAnswer', { data: ConsistencyRow }, {});

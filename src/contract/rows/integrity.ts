/**
 * What others can check of the log: its signed head, and proofs between its sizes.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';

/** A checkpoint that was signed: its size in events, its root in Base 64, and when it was made. */
export const CheckpointRow = exact('Checkpoint', { size: t.number, root: t.string, madeAt: t.string }, {});
export type CheckpointRow = t.TypeOf<typeof CheckpointRow>;

/**
 * How the Merkle log stands. `progress` is there while events are compared with the tree or hashed; `stop` says why nothing
 * is signed any more.
 */
export const MerkleLogRow = exact(
  'MerkleLog',
  {
    origin: t.string,
    size: t.number,
    verifierKeys: list(t.string),
    checkpoint: nullable(CheckpointRow),
    progress: nullable(
      exact(
        'HashingProgress',
        { kind: oneOf('what is under way', ['comparing', 'hashing']), done: t.number, of: t.number },
        {},
      ),
    ),
    stop: nullable(t.string),
  },
  {},
);
export type MerkleLogRow = t.TypeOf<typeof MerkleLogRow>;

/** A consistency proof (RFC 6962, 2.1.2): hashes in Base 64. */
const ConsistencyRow = exact('Consistency', { from: t.number, to: t.number, proof: list(t.string) }, {});

/** The answers of these routes have no clocks: they are about the log as it is. */
export const MerkleLogAnswer = exact('MerkleLogAnswer', { data: MerkleLogRow }, {});
export const CheckpointsAnswer = exact('CheckpointsAnswer', { data: list(CheckpointRow) }, {});
export const ConsistencyAnswer = exact('ConsistencyAnswer', { data: ConsistencyRow }, {});

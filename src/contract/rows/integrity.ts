/** Rows for verifying the log: its signed head, and proofs between its sizes. */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';

/** A signed checkpoint: its size in events, its root in Base 64, and its time. */
export const CheckpointRow = exact('Checkpoint', { size: t.number, root: t.string, madeAt: t.string }, {});
export type CheckpointRow = t.TypeOf<typeof CheckpointRow>;

/** The state of a witness of the log: the size that it last cosigned, when, and why it does not cosign now. */
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

/** The served checkpoint of a log with witnesses; its age is the time since its last cosignature. */
const WitnessedRow = exact(
  'WitnessedCheckpoint',
  { size: t.number, cosignedAt: t.string, ageMs: t.number },
  {},
);
export type WitnessedRow = t.TypeOf<typeof WitnessedRow>;

/**
 * The state of the sealed index, a separate log (V12). `sealed` counts events of the log; the sizes of its checkpoints and
 * cosignatures count stretches.
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
  { witnesses: list(WitnessRow), witnessed: nullable(WitnessedRow) },
);

/**
 * The state of the Merkle log. `checkpoint` is the last one signed. `witnessed` is the one served by a log with
 * witnesses; its age counts from its last cosignature. `progress` is present while events are compared with the
 * tree or hashed; `stop` says why signing has stopped; `index` is null if this process does not sign.
 */
export const MerkleLogRow = exact(
  'MerkleLog',
  {
    origin: t.string,
    size: t.number,
    verifierKeys: list(t.string),
    checkpoint: nullable(CheckpointRow),
    witnesses: list(WitnessRow),
    witnessed: nullable(WitnessedRow),
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

/** The answers of these routes have no clocks, since they are about the log as it is. */
export const MerkleLogAnswer = exact('MerkleLogAnswer', { data: MerkleLogRow }, {});
export const CheckpointsAnswer = exact('CheckpointsAnswer', { data: list(CheckpointRow) }, {});
export const ConsistencyAnswer = exact('ConsistencyAnswer', { data: ConsistencyRow }, {});

/** What submitting to witnesses (V7) needs of a log. */
import type { VerifierKey } from './keys.ts';
import type { Hash, TreeHead } from './merkle-tree.ts';
import type { Cosignature, TreeReader } from './tree-file.ts';

/** A signed checkpoint. */
export interface ServedCheckpoint {
  /** In leaves. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly note: string;
}

/** A checkpoint that a witness cosigned and this log's own key signed. */
export interface WitnessedHead extends TreeHead {
  /** The note with the log's signatures. */
  readonly note: string;
  /** The name of the witness. */
  readonly by: string;
}

/** A log that may have witnesses: the log itself, and its sealed index. */
export interface WitnessedLog {
  readonly origin: string;
  /** The word for its leaves in messages. */
  readonly leaves: 'events' | 'stretches';
  readonly state: {
    /** The checkpoint that was signed last. */
    readonly signed: ServedCheckpoint | undefined;
    /** Defined once signing has stopped. */
    readonly stop: unknown;
  };
  /** Whether the checkpoints from before this start are known. */
  readonly following: boolean;
  /** Every current or former signing key of this log. */
  ownKeys(): ReadonlyArray<VerifierKey>;
  /** Calls back after each change. Call the returned function to stop. */
  watch(listener: () => void): () => void;
  /** Reads the tree; undefined before its file is made, or brought to the current version. */
  tree(): TreeReader | undefined;
  /** The consistency proof between two sizes of the tree; undefined beyond it. */
  consistency(from: number, to: number): ReadonlyArray<Hash> | undefined;
  /** Allows or forbids signing new checkpoints, on behalf of the witnesses. */
  maySign(may: boolean): void;
  /** Stores verified cosignatures. */
  cosigned(cosignatures: ReadonlyArray<Cosignature>): void;
  /** Reports a checkpoint that a witness has and this log's own key signed; the tree must lead to it. */
  witnessed(head: WitnessedHead): void;
}

/**
 * What the thread of the tree is given and told, and what it reports.
 */
import type { WitnessedCheckpoint } from './cosigned-checkpoint.ts';
import type { LogDifference } from './follow-log.ts';
import type { TreeHead } from './merkle-tree.ts';
import type { Cosignature } from './tree-file.ts';

/** What the thread is given. */
export interface TreeThreadInput {
  readonly logFile: string;
  readonly treeFile: string;
  readonly keyFile: string;
  readonly origin: string;
  /** Whether this process signs: of several on one log, exactly one does. The others hash, and compare. */
  readonly signs: boolean;
  /**
   * The tlog-policy with the witnesses of this log, if it has any (V7). A checkpoint is then served once a quorum has
   * cosigned it, and none is signed before it is known what the witnesses have cosigned.
   */
  readonly witnesses?: string | undefined;
}

/** A checkpoint that a witness cosigned, and that bears the signature of this log's own key. */
export interface WitnessedHead extends TreeHead {
  /** The note with the log's signatures. */
  readonly note: string;
  /** The name of the witness. */
  readonly by: string;
}

/** What the thread is told. */
export type TreeThreadMessage =
  | 'grown'
  | 'stop'
  /** The file of keys has changed: from now on those sign that it names. */
  | 'keys-changed'
  /** Whether new checkpoints may be signed, as far as the witnesses are concerned. */
  | { readonly kind: 'may-sign'; readonly may: boolean }
  | { readonly kind: 'cosigned'; readonly cosignatures: ReadonlyArray<Cosignature> }
  /** A witness shows a checkpoint of this log: the log has to lead to it. */
  | { readonly kind: 'witnessed'; readonly head: WitnessedHead };

/** Why the tree was stopped, for good until a restart. */
export type TreeStop =
  | LogDifference
  /** The tree itself does not lead to a root that was signed. */
  | { readonly kind: 'other-root'; readonly size: number }
  /** A witness has a checkpoint that this log signed, and that it does not lead to: it has fewer events, or others. */
  | { readonly kind: 'witnessed'; readonly by: string; readonly size: number; readonly has: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the thread reports. */
export type TreeThreadReport =
  /** It compares the log with the tree, or hashes what is new: so many of the log's events are done. */
  | { readonly kind: 'comparing' | 'hashing'; readonly done: number; readonly of: number }
  /** The file of the tree is there, and of the current version. */
  | { readonly kind: 'opened' }
  /** What was signed before is told; from now on it is compared, hashed and signed. */
  | { readonly kind: 'following' }
  /** All of the log that was hashed before agrees with its tree. */
  | { readonly kind: 'agreed' }
  /** What is served has changed. */
  | { readonly kind: 'served'; readonly checkpoint: WitnessedCheckpoint }
  /** A checkpoint was signed and kept, or is there from before. */
  | { readonly kind: 'signed'; readonly size: number; readonly madeAt: number; readonly note: string }
  | { readonly kind: 'stopped'; readonly why: TreeStop };

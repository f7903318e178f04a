/** The input of the tree's thread, its messages and its reports. */
import type { WitnessedCheckpoint } from './cosigned-checkpoint.ts';
import type { LogDifference } from './follow-log.ts';
import type { TreeHead } from './merkle-tree.ts';
import type { Cosignature } from './tree-file.ts';

/** The input of the thread. */
export interface TreeThreadInput {
  readonly logFile: string;
  readonly treeFile: string;
  readonly keyFile: string;
  readonly origin: string;
  /** Whether this process signs: exactly one of the processes on a log does. The others hash and compare. */
  readonly signs: boolean;
  /**
   * The tlog-policy with the witnesses of this log, if it has any (V7). A checkpoint is then served once a quorum
   * has cosigned it, and nothing is signed before the witnesses have reported what they cosigned.
   */
  readonly witnesses?: string | undefined;
}

/** A checkpoint that a witness cosigned and this log's own key signed. */
export interface WitnessedHead extends TreeHead {
  /** The note with the log's signatures. */
  readonly note: string;
  /** The name of the witness. */
  readonly by: string;
}

/** A message to the thread. */
export type TreeThreadMessage =
  | 'grown'
  | 'stop'
  /** The file of keys has changed; the keys in it sign from now on. */
  | 'keys-changed'
  /** Whether the witnesses allow signing new checkpoints. */
  | { readonly kind: 'may-sign'; readonly may: boolean }
  | { readonly kind: 'cosigned'; readonly cosignatures: ReadonlyArray<Cosignature> }
  /** A witness shows a checkpoint of this log, to which the log must lead. */
  | { readonly kind: 'witnessed'; readonly head: WitnessedHead };

/** Why the tree has stopped until a restart. */
export type TreeStop =
  | LogDifference
  /** The tree itself does not lead to a signed root. */
  | { readonly kind: 'other-root'; readonly size: number }
  /** A witness has a checkpoint that this log signed but does not lead to: the log has fewer or other events. */
  | { readonly kind: 'witnessed'; readonly by: string; readonly size: number; readonly has: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** A report of the thread. */
export type TreeThreadReport =
  /** Progress of comparing the log with the tree, or of hashing new events. */
  | { readonly kind: 'comparing' | 'hashing'; readonly done: number; readonly of: number }
  /** The tree's file exists with the current version. */
  | { readonly kind: 'opened' }
  /** All earlier checkpoints are reported; comparing, hashing and signing begin. */
  | { readonly kind: 'following' }
  /** All previously hashed events of the log agree with the tree. */
  | { readonly kind: 'agreed' }
  /** The served checkpoint has changed. */
  | { readonly kind: 'served'; readonly checkpoint: WitnessedCheckpoint }
  /** A checkpoint was signed and stored, or exists from before. */
  | { readonly kind: 'signed'; readonly size: number; readonly madeAt: number; readonly note: string }
  | { readonly kind: 'stopped'; readonly why: TreeStop };

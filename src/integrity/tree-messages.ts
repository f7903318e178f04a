/** The input of the threads that sign a tree, their messages and their reports. */
import type { WitnessedCheckpoint } from './cosigned-checkpoint.ts';
import type { LogDifference } from './follow-log.ts';
import type { Cosignature } from './tree-file.ts';
import type { WitnessedHead } from './witnessed-log.ts';

/** The files, the name and the witnesses of a signed tree. */
export interface SigningInput {
  readonly treeFile: string;
  readonly keyFile: string;
  readonly origin: string;
  /**
   * The tlog-policy with the witnesses of this log, if it has any (V7). A checkpoint is then served once a quorum
   * has cosigned it, and nothing is signed before the witnesses have reported what they cosigned.
   */
  readonly witnesses?: string | undefined;
}

/** The input of the tree's thread. */
export interface TreeThreadInput extends SigningInput {
  readonly logFile: string;
  /** Whether this process signs: exactly one of the processes on a log does. The others hash and compare. */
  readonly signs: boolean;
}

/** A message about keys and witnesses to a thread that signs. */
export type SigningMessage =
  /** The file of keys has changed; the keys in it sign from now on. */
  | { readonly kind: 'keys-changed' }
  /** Whether the witnesses allow signing new checkpoints. */
  | { readonly kind: 'may-sign'; readonly may: boolean }
  | { readonly kind: 'cosigned'; readonly cosignatures: ReadonlyArray<Cosignature> }
  /** A witness shows a checkpoint of this log, to which the log must lead. */
  | { readonly kind: 'witnessed'; readonly head: WitnessedHead };

/** A message to the tree's thread. */
export type TreeThreadMessage = 'grown' | 'stop' | SigningMessage;

/** Why signing has stopped until a restart. */
export type SigningStop =
  /** The tree itself does not lead to a signed root. */
  | { readonly kind: 'other-root'; readonly size: number }
  /** A witness has a checkpoint that this log signed but does not lead to: the log has fewer or other leaves. */
  | { readonly kind: 'witnessed'; readonly by: string; readonly size: number; readonly has: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Why the tree has stopped until a restart. */
export type TreeStop = LogDifference | SigningStop;

/** A report about signing. */
export type SigningReport =
  /** The tree's file exists with the current version. */
  | { readonly kind: 'opened' }
  /** All earlier checkpoints are reported; comparing and signing begin. */
  | { readonly kind: 'following' }
  /** The served checkpoint has changed. */
  | { readonly kind: 'served'; readonly checkpoint: WitnessedCheckpoint }
  /** A checkpoint was signed and stored, or exists from before. */
  | { readonly kind: 'signed'; readonly size: number; readonly madeAt: number; readonly note: string };

/** A further report of the tree's thread. */
export type TreeThreadReport =
  /** Progress of comparing the log with the tree, or of hashing new events. */
  | { readonly kind: 'comparing' | 'hashing'; readonly done: number; readonly of: number }
  /** All previously hashed events of the log agree with the tree. */
  | { readonly kind: 'agreed' }
  | { readonly kind: 'stopped'; readonly why: TreeStop };

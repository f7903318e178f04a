/**
 * The Merkle log of a ledger in the main process: checkpoints, proofs, tiles and state. A thread builds and signs
 * the tree.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { LogReader } from '../store/log-reader.ts';
import { loggedEvent } from './follow-log.ts';
import type { VerifierKey } from './keys.ts';
import { logEntry } from './log-entry.ts';
import { nothingSigned, SignedLog, type SignedState } from './signed-log.ts';
import { parseNote } from './signed-note.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';
import { encodeEntries, tileWidth } from './tiles.ts';
import { formatTlogProof } from './tlog-proof.ts';
import type { SignedCheckpoint } from './tree-file.ts';
import type { TreeStop, TreeThreadInput, TreeThreadReport } from './tree-messages.ts';
import { inclusionProof } from './tree-over-tiles.ts';

/** The state of the Merkle log. */
export interface MerkleLogState extends SignedState {
  /** The progress of the thread, in events: comparing the log with its tree after a start, or hashing. */
  readonly progress:
    | { readonly kind: 'comparing' | 'hashing'; readonly done: number; readonly of: number }
    | undefined;
  /** Why signing and recording have stopped, if they have. */
  readonly stop: TreeStop | undefined;
}

/** What stopped the tree and what to do, in a sentence. */
export const sentenceOfStop = (stop: TreeStop): string => {
  switch (stop.kind) {
    case 'shorter':
      return `the log ends before the last signed checkpoint: ${stop.missing} ${stop.missing === 1 ? 'event is' : 'events are'} missing from position ${stop.position} on. Restore the newest log; all events before that position still agree with the tree`;
    case 'other-event':
      return `the log differs from its Merkle tree: the first event that differs is at position ${stop.position}; all events before it still agree. Restore the log from a copy that passes domicile verify`;
    case 'other-root':
      return `the Merkle tree does not lead to the root that was signed for ${stop.size} events. Restore tree.sqlite together with the log it belongs to`;
    case 'witnessed':
      return `the witness ${stop.by} cosigned a checkpoint of ${stop.size} events, signed by this log's own key, and this log ${stop.size > stop.has ? `has ${stop.has} events` : 'has another root at that size'}. So this is not the witnessed log, or it is an older copy of it. Restore the newest log`;
    case 'failed':
      return stop.reason;
  }
};

/** The signed Merkle tree over the log (V1 to V7), kept by a thread. */
export class MerkleLog extends SignedLog<MerkleLogState, 'grown', TreeThreadReport> {
  readonly leaves = 'events';
  private readonly input: TreeThreadInput;
  private readonly log: LogReader;
  private hasAgreed = false;

  /** @param log a reader for this thread, for the entries. */
  constructor(input: TreeThreadInput, log: LogReader) {
    super(input, { ...nothingSigned, progress: undefined, stop: undefined });
    this.input = input;
    this.log = log;
    this.start(new URL('./tree-thread.ts', import.meta.url), input);
  }

  private keys(): SigningKeys | undefined {
    if (!existsSync(this.input.keyFile)) return undefined;
    const keys = signingKeys(this.input.keyFile, this.input.origin, () => 0);
    return E.isLeft(keys) ? undefined : keys.right;
  }

  /** The public keys of the signing keys; none while the file of keys cannot be read. */
  verifiers(): ReadonlyArray<VerifierKey> {
    return this.keys()?.verifiers ?? [];
  }

  /** The same as vkeys. */
  verifierKeys(): ReadonlyArray<string> {
    return this.verifiers().map(({ vkey }) => vkey);
  }

  /** Every current or former signing key of this log. */
  override ownKeys(): ReadonlyArray<VerifierKey> {
    const keys = this.keys();
    return keys === undefined ? [] : [...keys.verifiers, ...keys.retired];
  }

  /** The files of the tree and the keys. */
  get files(): Pick<TreeThreadInput, 'treeFile' | 'keyFile'> {
    const { treeFile, keyFile } = this.input;
    return { treeFile, keyFile };
  }

  protected override report(report: TreeThreadReport): void {
    if (report.kind === 'agreed') this.hasAgreed = true;
    else if (report.kind === 'stopped') this.state = { ...this.state, progress: undefined, stop: report.why };
    else this.state = { ...this.state, progress: report };
  }

  protected override failed(reason: string): void {
    this.report({ kind: 'stopped', why: { kind: 'failed', reason } });
  }

  /** Whether the log agrees with its tree from before this start. */
  get agreed(): boolean {
    return this.hasAgreed && this.state.stop === undefined;
  }

  /** Tells the thread that the log has grown. */
  grown(): void {
    this.tell('grown');
  }

  /** The bundle of entries of a tile; undefined beyond the tree. */
  entries(index: number, width: number): Uint8Array | undefined {
    const first = index * tileWidth;
    if (first + width > (this.tree()?.size() ?? 0)) return undefined;
    return encodeEntries(this.log.after(first, width).map((stored) => logEntry(loggedEvent(stored))));
  }

  /** The proof that the event at a position is in the served checkpoint; undefined if it is not in it yet. */
  proofOf(position: number): string | undefined {
    const { checkpoint } = this.state;
    const tree = this.tree();
    const stored = this.log.at(position);
    if (checkpoint === undefined || tree === undefined || stored === undefined || position > checkpoint.size)
      return undefined;
    const note = parseNote(checkpoint.note);
    if (E.isLeft(note)) throw new Error(`a stored checkpoint cannot be read: ${note.left}`);
    return formatTlogProof({
      extra: logEntry(loggedEvent(stored)),
      index: position - 1,
      proof: inclusionProof(tree.tiles, position - 1, checkpoint.size),
      checkpoint: note.right,
    });
  }

  /** The checkpoints signed up to a size, the largest first. */
  history(upToSize: number, limit: number): ReadonlyArray<SignedCheckpoint> {
    return this.tree()?.checkpoints(upToSize, limit) ?? [];
  }
}

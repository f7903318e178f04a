/**
 * The Merkle log of a ledger in the main process: checkpoints, proofs, tiles and state. A thread builds and signs
 * the tree.
 */
import { existsSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type { LogReader } from '../store/log-reader.ts';
import { startThread } from '../threads/start-thread.ts';
import { loggedEvent } from './follow-log.ts';
import type { VerifierKey } from './keys.ts';
import { logEntry } from './log-entry.ts';
import type { Hash } from './merkle-tree.ts';
import { isSignedByAll, parseNote } from './signed-note.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';
import { encodeEntries, tileWidth } from './tiles.ts';
import { formatTlogProof } from './tlog-proof.ts';
import { type Cosignature, openTreeToRead, type SignedCheckpoint, type TreeReader } from './tree-file.ts';
import type {
  TreeStop,
  TreeThreadInput,
  TreeThreadMessage,
  TreeThreadReport,
  WitnessedHead,
} from './tree-messages.ts';
import { consistencyProof, inclusionProof } from './tree-over-tiles.ts';

/** A signed checkpoint. */
export interface ServedCheckpoint {
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  readonly note: string;
}

/** The state of the Merkle log. */
export interface MerkleLogState {
  /** The served checkpoint: the last one signed or, with witnesses, the last one that a quorum cosigned. */
  readonly checkpoint: ServedCheckpoint | undefined;
  /** The last signed checkpoint. */
  readonly signed: ServedCheckpoint | undefined;
  /** When the served checkpoint was last cosigned, in milliseconds since the epoch. */
  readonly witnessedAt: number | undefined;
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

const stopWaitMsMax = 10_000;

/** The signed Merkle tree over the log (V1 to V7), kept by a thread. */
export class MerkleLog {
  private readonly input: TreeThreadInput;
  private readonly log: LogReader;
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private reader: TreeReader | undefined;
  private readonly listeners = new Set<() => void>();
  /** Whether the thread has opened the tree's file, which then has the current version. */
  private isOpened = false;
  private isFollowing = false;
  private hasAgreed = false;
  state: MerkleLogState = {
    checkpoint: undefined,
    signed: undefined,
    witnessedAt: undefined,
    progress: undefined,
    stop: undefined,
  };

  /** @param log a reader for this thread, for the entries. */
  constructor(input: TreeThreadInput, log: LogReader) {
    this.input = input;
    this.log = log;
    this.worker = startThread(new URL('./tree-thread.ts', import.meta.url), input);
    this.worker.on('message', (report: TreeThreadReport) => this.report(report));
    this.worker.on('error', (error) =>
      this.report({ kind: 'stopped', why: { kind: 'failed', reason: error.message } }),
    );
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
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
  ownKeys(): ReadonlyArray<VerifierKey> {
    const keys = this.keys();
    return keys === undefined ? [] : [...keys.verifiers, ...keys.retired];
  }

  /** Whether all of these keys have signed the served checkpoint. */
  isServedBy(keys: ReadonlyArray<VerifierKey>): boolean {
    const note = parseNote(this.state.checkpoint?.note ?? '');
    return E.isRight(note) && isSignedByAll(note.right, keys);
  }

  /** Tells the thread that the file of keys has changed. */
  keysChanged(): void {
    this.tell('keys-changed');
  }

  /** The files of the tree and the keys. */
  get files(): Pick<TreeThreadInput, 'treeFile' | 'keyFile'> {
    const { treeFile, keyFile } = this.input;
    return { treeFile, keyFile };
  }

  get origin(): string {
    return this.input.origin;
  }

  private report(report: TreeThreadReport): void {
    if (report.kind === 'signed') {
      const { size, madeAt, note } = report;
      const signed = { size, madeAt, note };
      const isServed = this.input.witnesses === undefined;
      this.state = { ...this.state, signed, checkpoint: isServed ? signed : this.state.checkpoint };
    } else if (report.kind === 'served') {
      const { witnessedAt, ...checkpoint } = report.checkpoint;
      this.state = { ...this.state, checkpoint, witnessedAt };
    } else if (report.kind === 'opened') this.isOpened = true;
    else if (report.kind === 'following') this.isFollowing = true;
    else if (report.kind === 'agreed') this.hasAgreed = true;
    else if (report.kind === 'stopped') this.state = { ...this.state, progress: undefined, stop: report.why };
    else this.state = { ...this.state, progress: report };
    for (const listener of this.listeners) listener();
  }

  private tell(message: TreeThreadMessage): void {
    this.worker.postMessage(message);
  }

  /** Calls back after each report of the thread. Call the returned function to stop. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether the checkpoints from before this start are known. */
  get following(): boolean {
    return this.isFollowing;
  }

  /** Whether the log agrees with its tree from before this start. */
  get agreed(): boolean {
    return this.hasAgreed && this.state.stop === undefined;
  }

  /** Allows or forbids signing new checkpoints, on behalf of the witnesses. */
  maySign(may: boolean): void {
    this.tell({ kind: 'may-sign', may });
  }

  /** Stores verified cosignatures. */
  cosigned(cosignatures: ReadonlyArray<Cosignature>): void {
    this.tell({ kind: 'cosigned', cosignatures });
  }

  /** Reports a checkpoint that a witness has and this log's own key signed; the tree must lead to it. */
  witnessed(head: WitnessedHead): void {
    this.tell({ kind: 'witnessed', head });
  }

  /** Tells the thread that the log has grown. */
  grown(): void {
    this.tell('grown');
  }

  /** A reader of the tree; undefined before its file is created or upgraded. */
  tree(): TreeReader | undefined {
    if (this.reader === undefined && this.isOpened) this.reader = openTreeToRead(this.input.treeFile);
    return this.reader;
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

  /** The consistency proof between two sizes of the tree; undefined beyond it. */
  consistency(from: number, to: number): ReadonlyArray<Hash> | undefined {
    const tree = this.tree();
    return tree === undefined || to > tree.size() || from > to
      ? undefined
      : consistencyProof(tree.tiles, from, to);
  }

  /** The checkpoints signed up to a size, the largest first. */
  history(upToSize: number, limit: number): ReadonlyArray<SignedCheckpoint> {
    return this.tree()?.checkpoints(upToSize, limit) ?? [];
  }

  async close(): Promise<void> {
    // The writer closes last: the last connection to close a file checkpoints its write-ahead log.
    this.reader?.close();
    this.reader = undefined;
    this.tell('stop');
    const timer = setTimeout(() => void this.worker.terminate(), stopWaitMsMax);
    await this.exited;
    clearTimeout(timer);
  }
}

/** The state of a log that a thread signs, as the main thread sees it: the log itself, or its sealed index. */
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { startThread } from '../threads/start-thread.ts';
import type { VerifierKey } from './keys.ts';
import type { Hash } from './merkle-tree.ts';
import { isSignedByAll, parseNote } from './signed-note.ts';
import { type Cosignature, openTreeToRead, type TreeReader } from './tree-file.ts';
import type { SigningInput, SigningMessage, SigningReport } from './tree-messages.ts';
import { consistencyProof } from './tree-over-tiles.ts';
import type { ServedCheckpoint, WitnessedHead, WitnessedLog } from './witnessed-log.ts';

/** The signed and the served checkpoint of a log. */
export interface SignedState {
  /** The served checkpoint: the last one signed or, with witnesses, the last one that a quorum cosigned. */
  readonly checkpoint: ServedCheckpoint | undefined;
  /** The last signed checkpoint. */
  readonly signed: ServedCheckpoint | undefined;
  /** When the served checkpoint was last cosigned, in milliseconds since the epoch. */
  readonly witnessedAt: number | undefined;
}

/** Nothing is signed yet. */
export const nothingSigned: SignedState = {
  checkpoint: undefined,
  signed: undefined,
  witnessedAt: undefined,
};

const stopWaitMsMax = 10_000;

const kindsOfSigning: ReadonlyArray<string> = ['opened', 'following', 'served', 'signed'] satisfies Array<
  SigningReport['kind']
>;
const isOfSigning = (report: { readonly kind: string }): report is SigningReport =>
  kindsOfSigning.includes(report.kind);

/** A log that a thread signs. `Message` and `Report` are those of its thread that are not about signing. */
export abstract class SignedLog<
  State extends SignedState & WitnessedLog['state'],
  Message,
  Report extends { readonly kind: string },
> implements WitnessedLog
{
  abstract readonly leaves: WitnessedLog['leaves'];
  state: State;
  private readonly signing: SigningInput;
  private readonly listeners = new Set<() => void>();
  private worker: Worker | undefined;
  private exited: Promise<void> = Promise.resolve();
  private reader: TreeReader | undefined;
  /** Whether the witnesses allow signing, for a thread that starts later. */
  private may: boolean | undefined;
  /** Whether the thread has opened the tree's file, which then has the current version. */
  protected isOpened = false;
  private isFollowing = false;

  constructor(signing: SigningInput, state: State) {
    this.signing = signing;
    this.state = state;
  }

  abstract ownKeys(): ReadonlyArray<VerifierKey>;

  /** Handles a report that is not about signing. */
  protected abstract report(report: Report): void;

  /** Handles a failure of the thread. */
  protected abstract failed(reason: string): void;

  /** Starts the thread. */
  protected start(url: URL, input: object): void {
    const worker = startThread(url, input);
    this.worker = worker;
    worker.on('message', (report: Report | SigningReport) => {
      if (isOfSigning(report)) this.reportOfSigning(report);
      else this.report(report);
      this.changed();
    });
    worker.on('error', (error) => {
      this.failed(error.message);
      this.changed();
    });
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    if (this.may !== undefined) this.maySign(this.may);
  }

  protected get isStarted(): boolean {
    return this.worker !== undefined;
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private reportOfSigning(report: SigningReport): void {
    if (report.kind === 'opened') this.isOpened = true;
    else if (report.kind === 'following') this.isFollowing = true;
    else if (report.kind === 'signed') {
      const { size, madeAt, note } = report;
      this.state = { ...this.state, signed: { size, madeAt, note } };
    } else {
      const { witnessedAt, ...checkpoint } = report.checkpoint;
      this.state = { ...this.state, checkpoint, witnessedAt };
    }
  }

  protected tell(message: Message | SigningMessage | 'stop'): void {
    this.worker?.postMessage(message);
  }

  /** Calls back after each report of the thread. Call the returned function to stop. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  get origin(): string {
    return this.signing.origin;
  }

  /** Whether the checkpoints from before this start are known. */
  get following(): boolean {
    return this.isFollowing;
  }

  /** Whether all of these keys have signed the served checkpoint. */
  isServedBy(keys: ReadonlyArray<VerifierKey>): boolean {
    const note = parseNote(this.state.checkpoint?.note ?? '');
    return E.isRight(note) && isSignedByAll(note.right, keys);
  }

  /** Tells the thread that the file of keys has changed. */
  keysChanged(): void {
    this.tell({ kind: 'keys-changed' });
  }

  maySign(may: boolean): void {
    this.may = may;
    this.tell({ kind: 'may-sign', may });
  }

  cosigned(cosignatures: ReadonlyArray<Cosignature>): void {
    this.tell({ kind: 'cosigned', cosignatures });
  }

  witnessed(head: WitnessedHead): void {
    this.tell({ kind: 'witnessed', head });
  }

  tree(): TreeReader | undefined {
    if (this.reader === undefined && this.isOpened) this.reader = openTreeToRead(this.signing.treeFile);
    return this.reader;
  }

  consistency(from: number, to: number): ReadonlyArray<Hash> | undefined {
    const tree = this.tree();
    return tree === undefined || to > tree.size() || from > to
      ? undefined
      : consistencyProof(tree.tiles, from, to);
  }

  async close(): Promise<void> {
    // The writer closes last: the last connection to close a file checkpoints its write-ahead log.
    this.reader?.close();
    this.reader = undefined;
    this.tell('stop');
    const timer = setTimeout(() => void this.worker?.terminate(), stopWaitMsMax);
    await this.exited;
    clearTimeout(timer);
  }
}

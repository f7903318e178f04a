/** Makes bundles for callers, one at a time. Its thread starts with the first request and ends when idle. */
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../../contract/problem.ts';
import { insteadOf } from '../../evidence/instead.ts';
import type { EvidenceQuestion } from '../../evidence/questions.ts';
import type { MerkleLog } from '../../integrity/merkle-log.ts';
import { coveredBy, type SealedIndex } from '../../sealed-index/sealed-index.ts';
import { lastSealedSize } from '../../sealed-index/stretches.ts';
import { startThread } from '../../threads/start-thread.ts';
import type { Witnessing } from '../witnessing/witnessing.ts';
import type {
  EvidenceForm,
  EvidenceReport,
  EvidenceRequest,
  EvidenceThreadInput,
} from './evidence-thread.ts';
import { contentOf, openUnnamedFile } from './unnamed-file.ts';

/** Bundles that wait for the thread, or that callers have not read yet. */
const waitingMax = 16;
/** How long the thread stays idle before it ends. */
const idleMsMax = 60_000;
/** How often to check whether a checkpoint is there. */
const lookIntervalMs = 50;
/** When a rejected caller may ask again. */
const retryAfterMs = 1_000;
const bytesOfMebibyte = 1_024 * 1_024;

const unavailable = (detail: string): E.Either<Problem, never> =>
  E.left({ kind: 'unavailable', detail, retryAfterMs });

/** A bundle, or its page, for which a caller waits. */
export interface WantedEvidence {
  readonly asked: EvidenceQuestion;
  readonly form: EvidenceForm;
  /** Identifiers by pseudonym, for a caller that may see them. */
  readonly identifiers: Readonly<Record<string, string>>;
  /** Of the caller: the work stops once nobody waits for it. */
  readonly signal: AbortSignal;
}

/** A bundle or its page. It occupies a place until its content is read or cancelled. */
export interface MadeEvidence {
  readonly bytes: number;
  readonly content: ReadableStream<Uint8Array>;
}

const givenUp = 'the caller disconnected before the question was answered';

export interface EvidenceParts {
  readonly merkle: MerkleLog;
  /** Undefined if this process does not sign. */
  readonly sealed: SealedIndex | undefined;
  /** The witnesses of the sealed index. */
  readonly indexWitnessing: Witnessing | undefined;
  /** In its directory are the files of bundles while callers read them. */
  readonly logFile: string;
  readonly treeFile: string;
  readonly keyFile: string;
  /** How long a bundle waits for its checkpoints, in milliseconds. */
  readonly waitMs: number;
  /** The heap of the thread. */
  readonly heapBytesMax: number;
}

/** Makes one bundle at a time in a thread, once checkpoints cover its events. */
export class EvidenceMaker {
  private readonly parts: EvidenceParts;
  private thread: Worker | undefined;
  /** Receives the report on the current bundle. */
  private answered: ((report: EvidenceReport) => void) | undefined;
  private idle: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private occupied = 0;
  private closed = false;

  constructor(parts: EvidenceParts) {
    this.parts = parts;
  }

  /** Whether the served checkpoints cover the log and the sealed index up to a position. */
  private isSigned(position: number): boolean {
    const { checkpoint } = this.parts.merkle.state;
    return (
      checkpoint !== undefined &&
      checkpoint.size >= position &&
      (coveredBy(this.parts.sealed?.state.checkpoint) >= lastSealedSize(position) ||
        this.isUnwitnessed(position))
    );
  }

  /** Whether the index is signed up to a position, and no quorum of witnesses is about to cosign it. */
  private isUnwitnessed(position: number): boolean {
    const { sealed, indexWitnessing } = this.parts;
    return (
      coveredBy(sealed?.state.signed) >= lastSealedSize(position) &&
      indexWitnessing?.canReachQuorum() === false
    );
  }

  private async signed(position: number, signal: AbortSignal): Promise<void> {
    const until = performance.now() + this.parts.waitMs;
    while (!this.isSigned(position) && performance.now() < until && !signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, lookIntervalMs));
  }

  /**
   * The file of the bundle that answers a question, or its page. The caller must read or cancel the content.
   *
   * @returns `unavailable` while the required checkpoints are not signed.
   */
  async make(wanted: WantedEvidence): Promise<E.Either<Problem, MadeEvidence>> {
    if (this.parts.sealed === undefined)
      return unavailable('this process does not sign the log: use the one that keeps the vault');
    if (this.occupied >= waitingMax)
      return unavailable(`${waitingMax} bundles are already waiting or being read; try again later`);
    this.occupied++;
    const turn = this.last.then(() => this.inFile(wanted));
    this.last = turn.catch(() => {});
    let made: Awaited<typeof turn> | undefined;
    try {
      made = await turn;
      return made;
    } finally {
      if (made === undefined || E.isLeft(made)) this.occupied--;
    }
  }

  /** Makes a bundle in a file, which is closed with the content. */
  private async inFile(wanted: WantedEvidence): Promise<E.Either<Problem, MadeEvidence>> {
    const file = await openUnnamedFile(dirname(this.parts.logFile));
    let bytes: number | undefined;
    try {
      const made = await this.made(wanted, file);
      if (E.isLeft(made)) return made;
      bytes = (await file.stat()).size;
      return E.right({ bytes, content: contentOf(file, wanted.signal, () => this.occupied--) });
    } finally {
      if (bytes === undefined) await file.close();
    }
  }

  private async made(
    { asked, form, identifiers, signal }: WantedEvidence,
    file: FileHandle,
  ): Promise<E.Either<Problem, void>> {
    await this.signed(asked.position, signal);
    if (signal.aborted) return unavailable(givenUp);
    const { merkle, sealed, indexWitnessing } = this.parts;
    const { checkpoint, stop } = merkle.state;
    if (stop !== undefined) return unavailable('signing has stopped; GET /v1/log says why');
    if (sealed?.state.stop !== undefined)
      return unavailable(`sealing the index of the log has stopped: ${sealed.state.stop}`);
    if (checkpoint === undefined || this.closed)
      return unavailable(
        'no checkpoint is signed yet because the log is still being hashed; try again later',
      );
    const { origin } = merkle;
    const { size, note } = checkpoint;
    const { checkpoint: served, signed } = sealed?.state ?? {};
    const request: EvidenceRequest = {
      ...{ asked, form, identifiers, origin, checkpoint: { size, note }, file: file.fd },
      indexCheckpoint: served === undefined ? undefined : { count: served.size, note: served.note },
      isIndexUnwitnessed: indexWitnessing !== undefined && coveredBy(signed) > coveredBy(served),
    };
    const report = await this.report(request, signal);
    switch (report.kind) {
      case 'made':
        return E.right(undefined);
      case 'nothing-known':
        return E.left({
          kind: 'unknown',
          what: asked.about,
          detail: `no event known at this moment is about this ${asked.about}`,
        });
      case 'none':
        return report.later
          ? unavailable(report.message)
          : E.left({ kind: 'too-much-evidence', detail: report.message });
      case 'out-of-memory':
        return E.left({
          kind: 'too-much-evidence',
          detail: `deriving the answers takes too much memory: ${insteadOf(asked)}`,
        });
      case 'failed':
        throw new Error(report.message);
    }
  }

  /**
   * Makes the bundle in the thread. Ends the thread, and with it the work, if the caller goes away first. Once it resolves,
   * the thread no longer writes to the file.
   */
  private async report(request: EvidenceRequest, signal: AbortSignal): Promise<EvidenceReport> {
    clearTimeout(this.idle);
    const thread = this.running();
    let abandon = (): void => {};
    const report = await new Promise<EvidenceReport>((resolve) => {
      this.answered = resolve;
      abandon = () => {
        this.answered = undefined;
        void this.end().then(() => resolve({ kind: 'none', message: givenUp, later: true }));
      };
      signal.addEventListener('abort', abandon, { once: true });
      thread.postMessage(request);
    });
    signal.removeEventListener('abort', abandon);
    this.answered = undefined;
    if (report.kind === 'failed') await this.end();
    else if (this.thread !== undefined) {
      this.idle = setTimeout(() => void this.end(), idleMsMax);
      this.idle.unref();
    }
    return report;
  }

  private running(): Worker {
    if (this.thread === undefined) {
      const { logFile, treeFile, keyFile, sealed, heapBytesMax } = this.parts;
      const { indexFile, treeFile: indexTreeFile } = sealed!.input;
      const input: EvidenceThreadInput = { logFile, treeFile, indexFile, indexTreeFile, keyFile };
      this.thread = startThread(
        new URL('./evidence-thread.ts', import.meta.url),
        input,
        Math.ceil(heapBytesMax / bytesOfMebibyte),
      );
      this.thread.unref();
      this.listenTo(this.thread);
    }
    return this.thread;
  }

  private listenTo(thread: Worker): void {
    const ended = (report: EvidenceReport): void => {
      if (this.thread !== thread) return;
      this.thread = undefined;
      this.answered?.(report);
    };
    thread.on('message', (report: EvidenceReport) => this.answered?.(report));
    thread.on('error', (error) =>
      ended(
        'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? { kind: 'out-of-memory' }
          : { kind: 'failed', message: error.message },
      ),
    );
    thread.on('exit', () => ended({ kind: 'none', message: 'the server is stopping', later: true }));
  }

  private async end(): Promise<void> {
    const { thread } = this;
    this.thread = undefined;
    await thread?.terminate();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idle);
    await this.end();
    this.answered?.({ kind: 'none', message: 'the server is stopping', later: true });
  }
}

/** Puts wide questions to the thread that answers them, one at a time, in order of arrival. */

import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type { Answered } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import { ProjectionsDamaged } from '../projections/engine/damage.ts';
import type { EntriesTold } from '../projections/engine/newcomers.ts';
import type { Outcome } from '../questions/wide/outcome.ts';
import type { AskedWidely, FoundBy, WideQuestion } from '../questions/wide/wide-questions.ts';
import { fromPlain } from '../store/sqlite/store-problems.ts';
import { startThread } from '../threads/start-thread.ts';
import { type AnsweringProgress, AnsweringSignals } from './answering-signals.ts';
import type { AnsweringReport, AnsweringRequest, AnsweringThreadInput } from './answering-thread.ts';
import type { AnsweringShares } from './memory-shares.ts';
import type { NamedEntries } from './named-entries.ts';
import { tooMuchWork } from './passing-problems.ts';

/** Questions that may wait for a thread. */
const waitingMax = 64;
/** When a rejected caller may ask again. */
const retryAfterMs = 1_000;
/** How long a clean stop waits for the current question to reach its next step, where it can be given up. */
const nextStepMsMax = 5_000;
/** How long a clean stop may take to count what was recorded last. */
const lastCountMsMax = 2_000;
const bytesOfMebibyte = 1_024 * 1_024;

const tooMany: E.Either<Problem, never> = E.left({
  kind: 'unavailable',
  detail: `${waitingMax} long questions are already waiting; try again later`,
  retryAfterMs,
});
const givenUp: E.Either<Problem, never> = E.left({
  kind: 'unavailable',
  detail: 'the caller disconnected before the question was answered',
  retryAfterMs,
});
const stopping: E.Either<Problem, never> = E.left({
  kind: 'unavailable',
  detail: 'the server is stopping',
  retryAfterMs,
});
const wantOfMemory: E.Either<Problem, never> = E.left({
  kind: 'unavailable',
  detail:
    'the question needed too much memory; ask about fewer people or a shorter period, or have the operator give the server more (LEDGER_MEMORY_MEBIBYTES)',
  retryAfterMs,
});

/** The queue of questions for one answering thread; it starts the thread with the first question. */
export class Answering {
  private readonly logFile: string;
  private readonly stepsMax: number;
  private readonly memory: AnsweringShares;
  private readonly namedEntries: NamedEntries;
  private thread:
    | {
        readonly worker: Worker;
        readonly exited: Promise<AnsweringReport>;
        /** How much of the named entries it was told. */
        told: number;
      }
    | undefined;
  private readonly signals = new AnsweringSignals();
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private underWay = false;
  private closed = false;

  /**
   * @param logFile the log, which the thread opens itself at the first question.
   * @param stepsMax how many steps one question may take.
   * @param memory what the thread may keep. Past its heap it ends, its question is answered with 503, and another begins.
   */
  constructor(logFile: string, stepsMax: number, memory: AnsweringShares, namedEntries: NamedEntries) {
    this.logFile = logFile;
    this.stepsMax = stepsMax;
    this.memory = memory;
    this.namedEntries = namedEntries;
  }

  /**
   * Answers a question when its turn comes.
   *
   * @param projectionsFile returns the file to ask when the turn comes: another generation may serve by then.
   * @param signal of the caller: once nobody waits for the question, it is skipped or abandoned.
   * @throws ProjectionsDamaged, or a StoreProblem about the log.
   */
  async ask<Q extends WideQuestion>(
    projectionsFile: () => string,
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    if (this.waiting >= waitingMax) return tooMany;
    this.waiting++;
    const turn = this.last.then(() => this.answer(projectionsFile, asked as AskedWidely, signal));
    // The next question's turn comes even if this one fails.
    this.last = turn.catch(() => {});
    try {
      return (await turn) as E.Either<Problem, Answered<FoundBy<Q>>>;
    } finally {
      this.waiting--;
    }
  }

  private async answer(
    projectionsFile: () => string,
    asked: AskedWidely,
    signal: AbortSignal,
  ): Promise<Outcome> {
    if (this.closed) return stopping;
    if (signal.aborted) return givenUp;
    const file = projectionsFile();
    const report = await this.reportOn({ projectionsFile: file, asked }, signal);
    if (report.kind === 'answered') return report.answer;
    if (report.kind === 'abandoned') return this.closed ? stopping : givenUp;
    if (report.kind === 'over-budget') return E.left(tooMuchWork);
    // The file may be gone because another one has replaced it.
    if (projectionsFile() !== file) return this.answer(projectionsFile, asked, signal);
    if (report.kind === 'damaged') throw new ProjectionsDamaged('the projections are damaged');
    throw report.kind === 'store-problem' ? fromPlain(report.problem) : report.error;
  }

  /** The thread's report on a request, or why the thread ended without one. */
  private async reportOn(
    question: { readonly projectionsFile: string; readonly asked: AskedWidely },
    signal: AbortSignal,
  ): Promise<AnsweringReport> {
    const thread = this.running();
    const { worker, exited } = thread;
    const named = this.toldNow(thread);
    this.underWay = true;
    this.signals.begin();
    const giveUp = (): void => this.signals.giveUp();
    signal.addEventListener('abort', giveUp);
    try {
      return await new Promise<AnsweringReport>((resolve) => {
        worker.once('message', resolve);
        void exited.then(resolve);
        worker.postMessage({ kind: 'ask', ...question, named } satisfies AnsweringRequest);
      });
    } finally {
      signal.removeEventListener('abort', giveUp);
      this.underWay = false;
    }
  }

  /** What the thread is to be told of named entries with its next request. */
  private toldNow(thread: NonNullable<Answering['thread']>): EntriesTold | undefined {
    const since = this.namedEntries.since(thread.told);
    thread.told = since?.told ?? thread.told;
    return since?.entries;
  }

  /** The same before the thread ends: nothing if the log cannot be read any more, so that all else is closed nevertheless. */
  private toldLast(thread: NonNullable<Answering['thread']>): EntriesTold | undefined {
    try {
      return this.toldNow(thread);
    } catch {
      return undefined;
    }
  }

  private running(): NonNullable<Answering['thread']> {
    if (this.thread !== undefined) return this.thread;
    const workerData: AnsweringThreadInput = {
      logFile: this.logFile,
      signals: this.signals.shared,
      stepsMax: this.stepsMax,
      memory: this.memory,
    };
    const worker = startThread(
      new URL('./answering-thread.ts', import.meta.url),
      workerData,
      Math.ceil(this.memory.heap / bytesOfMebibyte),
    );
    const exited = new Promise<AnsweringReport>((resolve) => {
      const end = (report: AnsweringReport): void => {
        if (this.thread?.worker === worker) this.thread = undefined;
        resolve(report);
      };
      worker.once('error', (error) =>
        end(
          'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? { kind: 'answered', answer: wantOfMemory }
            : { kind: 'failed', error },
        ),
      );
      worker.once('exit', () => end({ kind: 'answered', answer: stopping }));
    });
    this.thread = { worker, exited, told: 0 };
    return this.thread;
  }

  /** Questions that wait for their turn, including the current one. */
  waitingNow(): number {
    return this.waiting;
  }

  /** Progress of the current question's long task. */
  progress(): AnsweringProgress {
    return this.signals.progress();
  }

  /** Ends the thread, which saves what it has counted; the current question gets a 503. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.thread === undefined) return;
    const { worker, exited } = this.thread;
    this.signals.giveUp();
    const named = this.toldLast(this.thread);
    worker.postMessage({ kind: 'close', named, lastCountMsMax } satisfies AnsweringRequest);
    const timer = setTimeout(() => {
      if (this.underWay) void worker.terminate();
    }, nextStepMsMax);
    await exited;
    clearTimeout(timer);
  }
}

/** A projector: a thread that keeps one generation of the projections up to date. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../threads/start-thread.ts';
import type {
  ProjectorThreadInput,
  ProjectorThreadMessage,
  ProjectorThreadReport,
} from './projector-thread.ts';

/** How long a stopping thread may take to finish its batch. */
const stopWaitMsMax = 10_000;
const restartAfterMs = 500;

export interface ProjectorState {
  /** The checkpoint: the last event applied. */
  readonly position: number;
  /** Events applied since the projector started. */
  readonly applied: number;
  readonly caughtUp: boolean;
  /** Why it does not advance; undefined while it does. */
  readonly failure: string | undefined;
}

interface Waiter {
  readonly position: number;
  readonly resolve: (reached: boolean) => void;
}

/** Starts the projector's thread, and restarts it after a failure. */
export class Projector {
  readonly input: ProjectorThreadInput;
  state: ProjectorState = { position: 0, applied: 0, caughtUp: false, failure: undefined };
  private worker: Worker | undefined;
  private waiters: Waiter[] = [];
  private readonly listeners = new Set<(state: ProjectorState) => void>();
  private readonly unusable: (() => void) | undefined;
  private stopping = false;
  private reported = false;

  /** @param unusable called if the generation's file is damaged or of another version. */
  constructor(input: ProjectorThreadInput, unusable?: () => void) {
    this.input = input;
    this.unusable = unusable;
    this.start();
  }

  private start(): void {
    const worker = startThread(new URL('./projector-thread.ts', import.meta.url), this.input);
    this.worker = worker;
    worker.on('message', (report: ProjectorThreadReport) => this.report(report));
    worker.on('error', (error) => this.report({ kind: 'failed', reason: error.message }));
    worker.once('exit', () => {
      if (this.worker === worker) this.worker = undefined;
    });
  }

  private report(report: ProjectorThreadReport): void {
    this.reported = true;
    if (report.kind === 'applied') {
      const { position, applied, caughtUp } = report;
      this.state = { position, applied, caughtUp, failure: undefined };
      const reached = this.waiters.filter((waiter) => waiter.position <= position);
      if (reached.length > 0) this.waiters = this.waiters.filter((waiter) => waiter.position > position);
      for (const waiter of reached) waiter.resolve(true);
    } else if (report.kind === 'unusable') {
      this.state = { ...this.state, failure: 'the projections file is damaged or of another version' };
      this.unusable?.();
    } else {
      this.state = { ...this.state, failure: report.reason };
      if (!this.stopping) setTimeout(() => !this.stopping && this.start(), restartAfterMs).unref();
    }
    for (const listener of this.listeners) listener(this.state);
  }

  private tell(message: ProjectorThreadMessage): void {
    this.worker?.postMessage(message);
  }

  /** Tells the thread that the log has grown. */
  grown(): void {
    this.tell('grown');
  }

  /** Calls back with each new state. Call the returned function to stop. */
  watch(listener: (state: ProjectorState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether the generation's file is open, or has failed to open; before, it may not even exist. */
  get hasOpened(): boolean {
    return this.reported;
  }

  /** Resolves once the generation's file is open or has failed to open. */
  opened(): Promise<void> {
    if (this.reported) return Promise.resolve();
    return new Promise((resolve) => {
      const unwatch = this.watch(() => {
        unwatch();
        resolve();
      });
    });
  }

  /** Waits until events up to the position are applied. Resolves with false if they are not in time. */
  reached(position: number, waitMs: number): Promise<boolean> {
    if (this.state.position >= position) return Promise.resolve(true);
    this.tell({ wanted: position });
    return new Promise((resolve) => {
      const waiter: Waiter = { position, resolve };
      this.waiters.push(waiter);
      setTimeout(() => {
        this.waiters = this.waiters.filter((each) => each !== waiter);
        resolve(false);
      }, waitMs).unref();
    });
  }

  /** Stops the thread between two batches. */
  async stop(): Promise<void> {
    this.stopping = true;
    const worker = this.worker;
    // A thread that failed has already ended.
    if (worker !== undefined) {
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      this.tell('stop');
      const timer = setTimeout(() => void worker.terminate(), stopWaitMsMax);
      await ended;
      clearTimeout(timer);
    }
    for (const waiter of this.waiters) waiter.resolve(false);
  }
}

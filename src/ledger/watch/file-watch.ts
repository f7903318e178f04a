/** Schedules checks of the ledger's files while it serves, and keeps their results. */
import { statSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import { startThread } from '../../threads/start-thread.ts';
import type { WatchedFiles } from './check-files.ts';
import type { WatchReport } from './watch-thread.ts';

/** A log up to this size was fully checked when it was opened. */
const checkedAtStartBytesMax = 16 * 1_024 * 1_024;
/** How long after a start a larger log is checked, so that serving comes first. */
const firstAfterMs = 2_000;
/** How often every file is checked. */
const everyMs = 24 * 60 * 60 * 1_000;

/** The state of the checks. */
export interface FileWatchState {
  /** The file being checked, and how many of its rows are done. */
  readonly running?: { readonly file: string; readonly done: number; readonly of: number };
  /** When the last check ended, RFC 3339. */
  readonly checkedAt?: string;
  /** What is damaged, and what to do. */
  readonly damage?: string;
}

/** The files to check; the file of the projections is determined before each check. */
export interface FilesToWatch extends Omit<WatchedFiles, 'projections'> {
  readonly projections?: () => string | undefined;
}

/** Checks the files of a serving ledger in a thread, periodically. */
export class FileWatch {
  state: FileWatchState = {};
  private readonly files: FilesToWatch;
  private whenDamaged: () => void = () => {};
  private readonly now: () => Instant;
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(files: FilesToWatch, now: () => Instant) {
    this.files = files;
    this.now = now;
    const size = statSync(files.log, { throwIfNoEntry: false })?.size ?? 0;
    this.schedule(size > checkedAtStartBytesMax ? firstAfterMs : everyMs);
  }

  /** Sets what to do when the projections are found damaged. */
  whenProjectionsAreDamaged(act: () => void): void {
    this.whenDamaged = act;
  }

  private schedule(afterMs: number): void {
    if (this.isClosed) return;
    this.timer = setTimeout(() => void this.check(), afterMs);
    this.timer.unref();
  }

  /** Checks every file now. Resolves when done. */
  check(): Promise<void> {
    clearTimeout(this.timer);
    return new Promise((resolve) => {
      const files: WatchedFiles = { ...this.files, projections: this.files.projections?.() };
      const worker = startThread(new URL('./watch-thread.ts', import.meta.url), files);
      this.worker = worker;
      worker.unref();
      worker.on('message', (report: WatchReport) => this.learn(report));
      // An exit follows each error.
      worker.on('error', (error) => this.learn({ kind: 'ended', damage: error.message }));
      worker.once('exit', () => {
        this.worker = undefined;
        this.schedule(everyMs);
        resolve();
      });
    });
  }

  private learn(report: WatchReport): void {
    if (report.kind === 'progress') {
      const { file, done, of } = report;
      this.state = { ...this.state, running: { file, done, of } };
      return;
    }
    const { damage, projectionsDamaged } = report;
    if (projectionsDamaged === true) this.whenDamaged();
    this.state = { checkedAt: formatInstant(this.now()), ...(damage === undefined ? {} : { damage }) };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.worker?.terminate();
  }
}

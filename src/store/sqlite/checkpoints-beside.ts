/** Checkpoints the write-ahead log of a file in a thread, so that the connection that writes it does not wait for the disk. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../threads/start-thread.ts';
import type { CheckpointMessage } from './checkpoint-thread.ts';

export class CheckpointsBeside {
  private readonly file: string;
  private worker: Worker | undefined;

  constructor(file: string) {
    this.file = file;
  }

  /** Has what is written so far copied into the file. The first call starts the thread; so does the next one after a failure. */
  request(): void {
    this.worker ??= this.start();
    this.worker.postMessage('checkpoint' satisfies CheckpointMessage);
  }

  private start(): Worker {
    const worker = startThread(new URL('./checkpoint-thread.ts', import.meta.url), this.file);
    worker.unref();
    // An exit follows each error. The writing connection checkpoints once the log is far larger.
    worker.on('error', () => {});
    worker.once('exit', () => {
      this.worker = undefined;
    });
    return worker;
  }

  /** Ends the thread and closes its connection. */
  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined) return;
    // The process must not end before the thread has, and whoever waits goes on closing even if the thread fails.
    worker.ref();
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('close' satisfies CheckpointMessage);
    await exited;
  }
}

/**
 * The queues of appends, one for each stream.
 *
 * The appends of a stream are written in groups, one after another, each at the revision that the replica knows.
 * Streams are independent, and a limited number of them is written at once.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { AppendError, EventToAppend } from '../event-store.ts';
import { StoreProblem } from '../sqlite/store-problems.ts';
import type { RecordedAtOf } from './append-format.ts';
import { nextGroup } from './append-group.ts';
import type { CatchUp } from './catch-up.ts';
import { backoffMs, type Environment } from './environment.ts';
import { GroupWriter } from './group-writer.ts';
import type { Limits } from './limits.ts';
import { LogProblem } from './log-problems.ts';
import { type AppendOutcome, PendingAppend, unavailable } from './pending-append.ts';
import { streamOfBatch } from './record-format.ts';
import type { Replica } from './replica.ts';
import type { ServerConnection } from './server-connection.ts';
import { SizeLimits } from './size-limits.ts';

interface StreamQueue {
  readonly stream: string;
  appends: PendingAppend[];
}

/** Queues appends by stream and writes them in groups. */
export class AppendQueues {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly writer: GroupWriter;
  private readonly sizes: SizeLimits;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly queues = new Map<string, StreamQueue>();
  private readonly draining = new Set<Promise<void>>();
  private queuedBatches = 0;
  private queuedBytes = 0;
  private writingStreams = 0;
  /** Resumes streams that wait for their turn to write. */
  private readonly turns: Array<() => void> = [];
  private isClosing = false;

  constructor(
    ledger: string,
    replica: Replica,
    connection: ServerConnection,
    catchUp: CatchUp,
    limits: Limits,
    environment: Environment,
  ) {
    this.ledger = ledger;
    this.replica = replica;
    this.limits = limits;
    this.environment = environment;
    this.sizes = new SizeLimits(limits, environment.now);
    this.writer = new GroupWriter(connection, catchUp, this.sizes, limits, environment);
  }

  /**
   * Appends a batch, or refuses it when too many wait.
   *
   * @param recordedAtOf for copied events, when the other ledger recorded them.
   */
  async append(batch: ReadonlyArray<EventToAppend>, recordedAtOf?: RecordedAtOf): Promise<AppendOutcome> {
    const bytes = batch.reduce((sum, event) => sum + event.bytes.length, 0);
    const refusal =
      this.sizes.refusalOfBatch(batch, bytes) ?? this.writer.refusal(false) ?? this.overload(bytes);
    if (refusal !== undefined) return E.left(refusal);
    this.queuedBatches += 1;
    this.queuedBytes += bytes;
    try {
      const giveUpAt = this.environment.now() + this.limits.appendMsMax;
      const append = new PendingAppend({ batch, recordedAtOf, giveUpAt }, this.environment.newId());
      this.enqueue(streamOfBatch(this.ledger, batch), append);
      return await append.answered;
    } finally {
      this.queuedBatches -= 1;
      this.queuedBytes -= bytes;
    }
  }

  /** Stops accepting appends, and finishes running ones. */
  async close(): Promise<void> {
    this.isClosing = true;
    await Promise.all(this.draining);
  }

  private overload(bytes: number): AppendError | undefined {
    const { queuedBatchesMax, queuedBytesMax, retryAfterMs } = this.limits;
    if (this.isClosing) return unavailable('the ledger is shutting down', retryAfterMs, false);
    return this.queuedBatches >= queuedBatchesMax || this.queuedBytes + bytes > queuedBytesMax
      ? unavailable('too many appends are waiting for KurrentDB', retryAfterMs, false)
      : undefined;
  }

  private enqueue(stream: string, append: PendingAppend): void {
    const queue = this.queues.get(stream);
    if (queue !== undefined) {
      queue.appends.push(append);
      return;
    }
    const opened: StreamQueue = { stream, appends: [append] };
    this.queues.set(stream, opened);
    const drained = this.drain(opened).finally(() => this.draining.delete(drained));
    this.draining.add(drained);
  }

  /** Writes the appends of a stream until none is left. */
  private async drain(queue: StreamQueue): Promise<void> {
    await this.turn();
    try {
      let attempt = 0;
      while (queue.appends.length > 0) {
        try {
          const isProgress = await this.writeNextGroup(queue);
          attempt = isProgress ? 0 : attempt + 1;
        } catch (error) {
          this.failAll(queue, error);
        }
        queue.appends = queue.appends.filter((append) => !append.isDone);
        if (attempt > 0 && queue.appends.length > 0) await this.backOff(attempt, queue);
      }
    } finally {
      this.queues.delete(queue.stream);
      this.writingStreams -= 1;
      this.turns.shift()?.();
    }
  }

  private async writeNextGroup({ stream, appends }: StreamQueue): Promise<boolean> {
    const waiting = appends.filter(
      (append) => !this.writer.settleIfKnown(append, 'KurrentDB does not answer in time'),
    );
    const group = nextGroup(stream, waiting, this.replica, this.sizes, this.limits);
    return group.appends.length === 0 || this.writer.write(stream, group);
  }

  /** Waits for a free slot among the streams being written. */
  private async turn(): Promise<void> {
    if (this.writingStreams >= this.limits.writingStreamsMax) {
      await new Promise<void>((resolve) => this.turns.push(resolve));
    }
    this.writingStreams += 1;
  }

  private async backOff(attempt: number, { appends }: StreamQueue): Promise<void> {
    const { backoffMsMin, backoffMsMax } = this.limits;
    const leftMs = Math.min(...appends.map(({ giveUpAt }) => giveUpAt)) - this.environment.now();
    const ms = backoffMs(attempt - 1, backoffMsMin, backoffMsMax, this.environment.random());
    await this.environment.sleep(Math.max(0, Math.min(ms, leftMs)));
  }

  /** Settles all appends of a queue after an error: known faults as refusals, anything else as a rejection. */
  private failAll({ appends }: StreamQueue, error: unknown): void {
    for (const append of appends.filter(({ isDone }) => !isDone)) {
      const refusal = this.writer.refusal(append.mayBeWritten);
      if (!(error instanceof StoreProblem || error instanceof LogProblem)) append.fail(error);
      else if (refusal !== undefined) append.settle(E.left(refusal));
      else append.settleUnavailable(error.message, this.limits.retryAfterMs);
    }
  }
}

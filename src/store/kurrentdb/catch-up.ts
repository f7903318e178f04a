/**
 * Keeps the replica up to date with the log.
 *
 * A subscription delivers new records, and a watchdog reads what it missed. Only handled records advance the
 * replica.
 */
import { CatchUpRead } from './catch-up-read.ts';
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { LiveSubscription } from './live-subscription.ts';
import { HistoryCut, LogProblem, NewerRecord } from './log-problems.ts';
import { isAfter, type LogPosition } from './record-format.ts';
import type { Replica } from './replica.ts';
import { ReplicaUpdates } from './replica-updates.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

/** How many checks of the watchdog may fail in a row before the connection is replaced. */
const failedChecksMax = 2;

/** Follows the log with a subscription and a watchdog. */
export class CatchUp {
  private readonly replica: Replica;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly updates: ReplicaUpdates;
  private readonly read: CatchUpRead;
  private readonly subscription: LiveSubscription;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  /** Whether the server failed to answer the last call. */
  private isCutOff = false;

  constructor(
    ledger: string,
    replica: Replica,
    connection: ServerConnection,
    limits: Limits,
    environment: Environment,
  ) {
    this.replica = replica;
    this.connection = connection;
    this.limits = limits;
    this.environment = environment;
    const { signal } = this.stopping;
    this.updates = new ReplicaUpdates(ledger, replica, environment);
    this.read = new CatchUpRead(ledger, replica, this.updates, connection, limits, environment, signal);
    this.subscription = new LiveSubscription(
      ledger,
      this.updates,
      this.read,
      connection,
      limits,
      environment,
      signal,
      () => {
        this.isCutOff = false;
        environment.notify({ kind: 'connected' });
      },
    );
  }

  /** Why the replica can no longer be kept up to date, if that is the case. */
  get failure(): LogProblem | undefined {
    return this.read.problem;
  }

  /** Why the replica's file could not be written, if that is the case. */
  get replicaFault(): Error | undefined {
    return this.updates.fault;
  }

  /**
   * Checks that the log is the replicated one, reads all of it, and continues from there. If the log lost records, or
   * has some of a newer version, a replica that once had all of it answers from what it had before.
   *
   * @throws ServerFailure when the server cannot be asked; LogProblem.
   */
  async begin(): Promise<void> {
    try {
      await this.read.toEnd();
    } catch (error) {
      if (!(error instanceof HistoryCut || error instanceof NewerRecord)) throw error;
      if (!this.replica.wasWhole()) throw error.refusing();
      this.isCutOff = true;
    }
    // Until the first read succeeds, the watchdog repeats it.
    this.running = Promise.all([this.read.begun.then(() => this.subscription.run()), this.watch()]);
  }

  /** Reports the verdict on an append once the log has been read up to it. Call the returned function to stop. */
  expect: ReplicaUpdates['expect'] = (batch, told) => this.updates.expect(batch, told);

  /** Calls back whenever the replica has grown. Call the returned function to stop. */
  onGrown: ReplicaUpdates['onGrown'] = (listener) => this.updates.onGrown(listener);

  /**
   * Waits until everything now in the log is in the replica.
   *
   * @throws ServerFailure when the server cannot be asked.
   */
  async barrier(): Promise<void> {
    try {
      const end = await this.connection.head();
      this.isCutOff = false;
      // The first read may have begun before the end was known; the second has not.
      for (let reads = 0; reads < 2 && this.updates.isBehind(end); ) {
        if (await this.isDelivering()) continue;
        await this.read.toEnd();
        reads += 1;
      }
    } catch (error) {
      if (error instanceof ServerFailure || error instanceof LogProblem) this.isCutOff = true;
      throw error;
    }
  }

  /**
   * Waits until the replica has what was just written. Records that the subscription does not deliver in time are
   * read, but not before, since reading takes as long as writing.
   *
   * @param arrived resolves once the replica has it.
   * @throws ServerFailure when the server cannot be asked.
   */
  async arrival(arrived: Promise<unknown>): Promise<void> {
    const giveUpAt = this.environment.now() + this.limits.answerMsMax;
    while (this.subscription.feed !== undefined && this.environment.now() < giveUpAt) {
      const { version } = this.updates;
      if (await this.isInTime(arrived)) return;
      if (this.updates.version === version) break;
    }
    await this.barrier();
  }

  /**
   * Waits for everything now in the log, for at most `barrierMsMax`. While the server does not answer, questions
   * are answered from the replica as it is.
   */
  async softBarrier(): Promise<void> {
    if (this.isCutOff) return;
    const enough = new AbortController();
    const late = this.environment.sleep(this.limits.barrierMsMax, enough.signal);
    try {
      await Promise.race([this.barrier(), late]);
    } catch (error) {
      if (!(error instanceof ServerFailure || error instanceof LogProblem)) throw error;
    } finally {
      enough.abort();
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.updates.stop();
    await this.running;
    await this.read.settled();
  }

  /** Waits at most `fetchAfterMs`, and returns whether it has arrived. */
  private async isInTime(arrived: Promise<unknown>): Promise<boolean> {
    const enough = new AbortController();
    const late = this.environment.sleep(this.limits.fetchAfterMs, enough.signal).then(() => false);
    try {
      return await Promise.race([arrived.then(() => true), late]);
    } finally {
      enough.abort();
    }
  }

  /** Waits for the subscription, and returns whether the replica has grown within `fetchAfterMs`. */
  private async isDelivering(): Promise<boolean> {
    const { version } = this.updates;
    if (this.subscription.feed !== undefined) await this.updates.changeWithin(this.limits.fetchAfterMs);
    return this.updates.version !== version;
  }

  /** Compares the subscription with the end of the log, and reopens it when it does not deliver. */
  private async watch(): Promise<void> {
    let failedChecks = 0;
    let owed: LogPosition | undefined;
    while (!this.stopping.signal.aborted) {
      await this.environment.sleep(this.limits.watchdogMs, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      try {
        owed = await this.checkSubscription(owed);
        failedChecks = 0;
        this.isCutOff = false;
      } catch (error) {
        this.isCutOff = true;
        if (error instanceof LogProblem) continue;
        failedChecks += 1;
        if (failedChecks >= failedChecksMax) {
          failedChecks = 0;
          this.connection.renew();
          this.subscription.reopen();
        }
        const reason = error instanceof Error ? error.message : String(error);
        if (!(error instanceof ServerFailure)) this.environment.notify({ kind: 'replica-problem', reason });
      }
    }
  }

  /**
   * Reopens the subscription if it has not delivered the position that it owes, and reads what is missing.
   *
   * @returns what the subscription must deliver before the next check: the record that the replica got by reading.
   */
  private async checkSubscription(owed: LogPosition | undefined): Promise<LogPosition | undefined> {
    const { feed } = this.subscription;
    if (owed !== undefined && feed !== undefined && isAfter(owed, feed.position)) {
      this.environment.notify({ kind: 'subscription-stalled' });
      this.subscription.reopen();
    }
    const end = await this.connection.head();
    if (this.updates.isBehind(end) || this.failure !== undefined) await this.read.toEnd();
    else await this.read.verifyLog();
    const last = this.replica.lastRecord()?.position;
    return last !== undefined && feed !== undefined && isAfter(last, feed.position) ? last : undefined;
  }
}

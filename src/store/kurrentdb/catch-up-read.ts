/**
 * Reads the log from where the replica ends to the end of the log.
 *
 * While the process did not run, records of the log may have been removed before it read them. A later record shows
 * that, and those in between would be numbered without the removed ones. So if the first read finds such a problem,
 * nothing of it is kept.
 */
import { setImmediate as otherWorkFirst } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { LogExamination, metadataPrefixes } from './log-examination.ts';
import { HistoryCut, LogProblem, NewerRecord } from './log-problems.ts';
import type { Page } from './page-read.ts';
import { type LogPosition, type RawRecord, streamPrefixes } from './record-format.ts';
import type { Replica } from './replica.ts';
import type { Feed, ReplicaUpdates } from './replica-updates.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';
import { turnsOf } from './turns.ts';

/** The prefixes of the streams to read: those of the ledger, and of their metadata. */
export const readPrefixes = (ledger: string): ReadonlyArray<string> => {
  const own = streamPrefixes(ledger);
  return [...own, ...metadataPrefixes(own)];
};

/** Reads the log into the replica, and checks that it is the replicated log. */
export class CatchUpRead {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly updates: ReplicaUpdates;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly stopping: AbortSignal;
  private underWay: Promise<void> | undefined;
  private found: LogProblem | undefined;
  private readonly examination: LogExamination;
  private readonly firstRead = Promise.withResolvers<void>();
  private hasRead = false;

  constructor(
    ledger: string,
    replica: Replica,
    updates: ReplicaUpdates,
    connection: ServerConnection,
    limits: Limits,
    environment: Environment,
    stopping: AbortSignal,
  ) {
    this.ledger = ledger;
    this.replica = replica;
    this.updates = updates;
    this.connection = connection;
    this.limits = limits;
    this.environment = environment;
    this.stopping = stopping;
    this.examination = new LogExamination(ledger, replica.file, connection);
    stopping.addEventListener('abort', () => this.firstRead.resolve());
  }

  /** Set when the server turned out to have another log, or one that lost records. */
  get problem(): LogProblem | undefined {
    return this.found;
  }

  /** Resolves when the first read has succeeded, or this process stops. Nothing else may add records before. */
  get begun(): Promise<void> {
    return this.firstRead.promise;
  }

  /** Resolves when no read is running. */
  async settled(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  /** Reads to the end of the log. There is one read at a time; later callers join it. */
  toEnd(): Promise<void> {
    this.underWay ??= (this.hasRead ? this.readToEnd() : this.readFirst()).finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async readFirst(): Promise<void> {
    await this.problemIsOver();
    if (this.replica.wasWhole()) {
      await this.updates.tentatively(async () => {
        await this.readToEnd();
        // The rest of the log may show a problem that concerns what was read.
        if (this.stopping.aborted) throw new ServerFailure('unreachable', 'the store is closing', false);
      });
    } else {
      this.replica.noteWhole(false);
      await this.readToEnd();
    }
    this.hasRead = true;
    this.firstRead.resolve();
  }

  /**
   * Checks whether the problem of an earlier first read is over, so that a long log is not read in vain.
   *
   * @throws LogProblem if it is not; ServerFailure when the server cannot be asked.
   */
  private async problemIsOver(): Promise<void> {
    if (this.found instanceof NewerRecord) throw this.found;
    if (!(this.found instanceof HistoryCut)) return;
    try {
      await this.examination.isWhole(this.found.stream);
    } catch (error) {
      throw this.noted(error);
    }
  }

  /**
   * Checks that the last record of the replica still is at its place: the address may lead to another log now.
   *
   * @throws LogProblem; ServerFailure when the server cannot be asked.
   */
  async verifyLog(): Promise<void> {
    const last = this.replica.lastRecord();
    try {
      if (last !== undefined) await this.examination.lastRecordStands(last);
    } catch (error) {
      throw this.noted(error);
    }
  }

  /**
   * Adds the records that a feed delivered to the replica, a limited number in each turn.
   *
   * @throws HistoryCut when a stream of the ledger lost records, or its metadata will remove some; NewerRecord when a
   * newer version wrote one; earlier records are added. ServerFailure when the server cannot be asked.
   */
  async take(feed: Feed, records: ReadonlyArray<RawRecord>): Promise<void> {
    try {
      await this.examination.metadataAllow(records);
      for (const turn of turnsOf(records, this.limits.turnEventsMax)) {
        this.updates.take(feed, turn);
        await otherWorkFirst();
      }
    } catch (error) {
      throw this.noted(error);
    }
  }

  /** Remembers a problem of the log, and reports it once. */
  private noted(error: unknown): unknown {
    if (error instanceof LogProblem) {
      if (this.found?.message !== error.message)
        this.environment.notify({ kind: 'log-problem', reason: error.message });
      this.found = error;
    }
    return error;
  }

  private async readToEnd(): Promise<void> {
    // The end is requested first: a later read that reaches the end has then passed it, whatever was written there.
    const [end] = await Promise.all([this.connection.head(), this.verifyLog()]);
    const feed = this.updates.newFeed();
    const isComplete = await this.readPages(feed);
    // Half an append means that the log was read while it was being written; what follows has not been read.
    if (!isComplete || feed.assembly.isInside || this.stopping.aborted) return;
    this.found = undefined;
    this.updates.noteReadUpTo(end);
  }

  /** Reads page after page, and returns whether the last page reached the end. */
  private async readPages(feed: Feed): Promise<boolean> {
    let after = feed.position;
    let prefixes: ReadonlyArray<string> | undefined = readPrefixes(this.ledger);
    while (!this.stopping.aborted) {
      const page = await this.readPage(after, prefixes);
      if (page === 'too slow') {
        prefixes = undefined;
        continue;
      }
      await this.take(feed, page.records);
      if (page.isLast) return true;
      const last = page.records.at(-1)?.position;
      if (last === undefined) return false;
      after = last;
      this.environment.notify({ kind: 'catching-up', position: Number(last.commit) });
    }
    return false;
  }

  /** Reads a page; with a filter, the server may have to skip more records of others than it can in the time limit. */
  private async readPage(
    after: LogPosition | undefined,
    prefixes: ReadonlyArray<string> | undefined,
  ): Promise<Page | 'too slow'> {
    const { pageRecordsMax, pageBytesMax } = this.limits;
    try {
      return await this.connection.read(after, { records: pageRecordsMax, bytes: pageBytesMax }, prefixes);
    } catch (error) {
      const isSilent = error instanceof ServerFailure && error.kind === 'no-answer';
      if (isSilent && prefixes !== undefined) return 'too slow';
      throw error;
    }
  }
}

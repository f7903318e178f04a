/**
 * Reads the log from where the replica ends to the end of the log.
 */
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { LogExamination, metadataPrefixes } from './log-examination.ts';
import { HistoryCut, LogProblem } from './log-problems.ts';
import type { Page } from './page-read.ts';
import { isAfter, type LogPosition, type RawRecord, streamPrefixes } from './record-format.ts';
import type { Replica } from './replica.ts';
import type { Feed, ReplicaUpdates } from './replica-updates.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

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
  }

  /** Set when the server turned out to have another log, or one that lost records. */
  get problem(): LogProblem | undefined {
    return this.found;
  }

  /** Resolves when no read is running. */
  async settled(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  /** Reads to the end of the log. There is one read at a time; later callers join it. */
  toEnd(): Promise<void> {
    this.underWay ??= this.readToEnd().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /**
   * Checks that the last record of the replica still is at its place: the address may lead to another log now.
   *
   * @throws LogProblem; ServerFailure when the server cannot be asked.
   */
  async verifyLog(): Promise<void> {
    const last = this.replica.lastRecord();
    const deleted = this.replica.deletedStream();
    try {
      if (deleted !== undefined) throw new HistoryCut(this.replica.file, deleted, { kind: 'deleted' });
      if (last !== undefined) await this.examination.lastRecordStands(last);
    } catch (error) {
      throw this.noted(error);
    }
  }

  /**
   * Adds the records that a feed delivered to the replica.
   *
   * @throws HistoryCut when a stream of the ledger lost records, or its metadata will remove some; earlier records
   * are added. ServerFailure when the server cannot be asked.
   */
  async take(feed: Feed, records: ReadonlyArray<RawRecord>): Promise<void> {
    try {
      await this.examination.metadataAllow(records);
      this.updates.take(feed, records);
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
    let from = feed.position;
    let prefixes: ReadonlyArray<string> | undefined = readPrefixes(this.ledger);
    while (!this.stopping.aborted) {
      const page = await this.readPage(from, prefixes);
      if (page === 'too slow') {
        prefixes = undefined;
        continue;
      }
      // A forward read begins with the record at its position, which is already known.
      const records = page.records.filter((record) => isAfter(record.position, from));
      await this.take(feed, records);
      if (page.isLast) return true;
      const last = records.at(-1)?.position;
      if (last === undefined) return false;
      from = last;
      this.environment.notify({ kind: 'catching-up', position: Number(last.commit) });
    }
    return false;
  }

  /** Reads a page; with a filter, the server may have to skip more records of others than it can in the time limit. */
  private async readPage(
    from: LogPosition | undefined,
    prefixes: ReadonlyArray<string> | undefined,
  ): Promise<Page | 'too slow'> {
    const { pageEventsMax, pageBytesMax } = this.limits;
    try {
      return await this.connection.read(from, { events: pageEventsMax, bytes: pageBytesMax }, prefixes);
    } catch (error) {
      const isSilent = error instanceof ServerFailure && error.kind === 'no-answer';
      if (isSilent && prefixes !== undefined) return 'too slow';
      throw error;
    }
  }
}

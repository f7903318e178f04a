/**
 * Reads the log from where the replica ends to the end of the log.
 */
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import type { Page } from './page-read.ts';
import { isAfter, type LogPosition, streamPrefixes } from './record-format.ts';
import type { Replica } from './replica.ts';
import type { Feed, ReplicaUpdates } from './replica-updates.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

/** The log in KurrentDB is not the one that the replica was read from. */
export class AnotherLog extends Error {
  readonly _tag = 'AnotherLog';

  constructor(file: string) {
    super(
      `KurrentDB does not hold the log that ${file} replicates: it was emptied, restored from an older backup, or is ` +
        'another server. Point the settings at the right server; if this one is right, start with an empty data directory.',
    );
    this.name = 'AnotherLog';
  }
}

export class CatchUpRead {
  private readonly ledger: string;
  private readonly replica: Replica;
  private readonly updates: ReplicaUpdates;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;
  private readonly stopping: AbortSignal;
  private underWay: Promise<void> | undefined;
  private anotherLog: AnotherLog | undefined;

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
  }

  /** Set when the server was found to hold another log. */
  get problem(): AnotherLog | undefined {
    return this.anotherLog;
  }

  /** Resolves when no read is under way. */
  async settled(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }

  /** Reads to the end of the log. There is one read at a time: later callers join it. */
  toEnd(): Promise<void> {
    this.underWay ??= this.readToEnd().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /**
   * Checks that the last record of the replica still stands at its place: the address may lead to another log now.
   *
   * @throws AnotherLog; ServerFailure when the server cannot be asked.
   */
  async verifyLog(): Promise<void> {
    const last = this.replica.lastRecord();
    if (last === undefined) return;
    const found = await this.connection.recordAt(last.stream, last.revision);
    const isSame = found?.eventId === last.eventId && found.position.commit === last.position.commit;
    this.anotherLog = isSame ? undefined : new AnotherLog(this.replica.file);
    if (this.anotherLog !== undefined) throw this.anotherLog;
  }

  private async readToEnd(): Promise<void> {
    // The end is asked for first: a read that later arrives at the end has then passed it, whoever wrote there.
    const [end] = await Promise.all([this.connection.head(), this.verifyLog()]);
    const feed = this.updates.newFeed();
    const isComplete = await this.readPages(feed);
    // Half an append means that the log was read while it was being written: what follows has not been read.
    if (end === undefined || !isComplete || feed.assembly.isInside || this.stopping.aborted) return;
    this.updates.noteReadUpTo(end);
  }

  /** Reads page after page, and returns whether the last page reached the end. */
  private async readPages(feed: Feed): Promise<boolean> {
    let from = feed.position;
    let prefixes: ReadonlyArray<string> | undefined = streamPrefixes(this.ledger);
    while (!this.stopping.aborted) {
      const page = await this.readPage(from, prefixes);
      if (page === 'too slow') {
        prefixes = undefined;
        continue;
      }
      // A forward read begins with the record at its position, which has been seen.
      const records = page.records.filter((record) => isAfter(record.position, from));
      this.updates.take(feed, records);
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

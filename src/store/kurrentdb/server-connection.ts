/**
 * The calls to KurrentDB, each with a time limit.
 *
 * This class contains the client's faults: the client waits forever for a silent server, shares its pending batch
 * appends among all connections of the process, and never replaces a silent connection.
 */
import {
  type AllStreamSubscription,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  START,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import * as E from 'fp-ts/lib/Either.js';
import { internalsOf } from './client-internals.ts';
import { disposeClient, newClient } from './client-lifetime.ts';
import { type Page, type PageRequest, type PageSize, readPage, type StreamingRead } from './page-read.ts';
import { readForwards, searchWindow } from './read-call.ts';
import type { LogPosition, RawRecord, RecordToWrite } from './record-format.ts';
import { ServerFailure, sizeLimitIn, toServerFailure } from './server-failure.ts';
import { type WriteAnswer, writeAtOnce, writeOneByOne } from './write-call.ts';

const one: PageRequest = { records: 1, bytes: Number.POSITIVE_INFINITY };

/** The outcome of a write that the server answered. */
export type WriteOutcome = Exclude<WriteAnswer, { readonly kind: 'unclear' }>;

/** How many calls in a row may stay unanswered before the connection is replaced. */
const silentCallsMax = 2;
/** How many delivered records a subscription buffers before it slows the server down. */
const deliveredRecordsMax = 128;
/** How much later than this process the server gives up on a write. */
const deadlineAfterMs = 250;

/**
 * The connection to the leader. Reads use it too, since events that another node does not have yet would seem
 * missing.
 */
export class ServerConnection {
  private readonly connectionString: string;
  private readonly answerMsMax: number;
  private readonly newId: () => string;
  private writesAtOnce = true;
  private client: EventStoreDBClient | undefined;
  private isUsed = false;
  private silentCalls = 0;
  private closed = false;

  /** @param newId returns a unique UUID. */
  constructor(connectionString: string, answerMsMax: number, newId: () => string) {
    this.connectionString = connectionString;
    this.newId = newId;
    this.answerMsMax = answerMsMax;
    this.client = this.connect();
  }

  /** Writes all records after this revision of the stream, or none; `-1n` stands for a new stream. */
  async write(
    stream: string,
    after: bigint,
    records: ReadonlyArray<RecordToWrite>,
  ): Promise<E.Either<ServerFailure, WriteOutcome>> {
    const deadlineMs = this.answerMsMax + deadlineAfterMs;
    try {
      const client = this.current();
      if (this.writesAtOnce) {
        const written = writeAtOnce(client, this.newId(), stream, after, records, deadlineMs);
        const answer = await this.inTime(written);
        if (answer.kind !== 'unclear') return E.right(answer);
      }
      await this.inTime(writeOneByOne(client, stream, after, records, deadlineMs));
      return E.right({ kind: 'written' });
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        return E.right({
          kind: 'wrong-revision',
          actual: typeof error.actualVersion === 'bigint' ? error.actualVersion : -1n,
        });
      }
      const limit = sizeLimitIn(error);
      if (limit !== undefined) return E.right({ kind: 'too-large', ...limit });
      const failure = toServerFailure(error);
      if (failure.isUnknownMethod) this.writesAtOnce = false;
      return E.left(failure);
    }
  }

  /** The position of the last record of the whole log, from any writer. */
  async head(): Promise<LogPosition | undefined> {
    const { records } = await this.page(
      (client) =>
        client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true }),
      one,
    );
    return records[0]?.position;
  }

  /**
   * Reads the log after a position.
   *
   * @param prefixes read only streams whose names begin with one of these; undefined reads everything.
   */
  async read(
    after: LogPosition | undefined,
    size: PageSize,
    prefixes: ReadonlyArray<string> | undefined,
  ): Promise<Page> {
    const records = size.records + (after === undefined ? 0 : 1);
    return this.page((client) => readForwards(client, after, records, prefixes), { ...size, records, after });
  }

  /** The record of a stream at a revision. */
  async recordAt(stream: string, revision: bigint): Promise<RawRecord | undefined> {
    const record = await this.oneOf(stream, FORWARDS, revision);
    return record?.revision === revision ? record : undefined;
  }

  /** The first remaining record of a stream. */
  firstOf(stream: string): Promise<RawRecord | undefined> {
    return this.oneOf(stream, FORWARDS, START);
  }

  /** The last record of a stream. */
  lastOf(stream: string): Promise<RawRecord | undefined> {
    return this.oneOf(stream, BACKWARDS, END);
  }

  private async oneOf(
    stream: string,
    direction: typeof FORWARDS | typeof BACKWARDS,
    fromRevision: bigint | typeof START | typeof END,
  ): Promise<RawRecord | undefined> {
    try {
      const { records } = await this.page(
        (client) => client.readStream(stream, { direction, fromRevision, maxCount: 1, requiresLeader: true }),
        one,
      );
      return records[0];
    } catch (error) {
      if (error instanceof ServerFailure && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  /** Subscribes to the records after a position whose streams begin with one of the prefixes. */
  subscribe(after: LogPosition | undefined, prefixes: ReadonlyArray<string>): AllStreamSubscription {
    return this.current().subscribeToAll(
      {
        fromPosition: after ?? START,
        filter: streamNameFilter({
          prefixes: [...prefixes],
          maxSearchWindow: searchWindow,
          checkpointInterval: 1,
        }),
      },
      { highWaterMark: deliveredRecordsMax },
    );
  }

  /** Replaces the connection; the next call opens the new one. */
  renew(): void {
    const client = this.client;
    this.silentCalls = 0;
    if (client === undefined || this.closed) return;
    this.client = this.connect();
    void disposeClient(client, this.isUsed);
    this.isUsed = false;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const client = this.client;
    this.client = undefined;
    if (client !== undefined) await disposeClient(client, this.isUsed);
  }

  private connect(): EventStoreDBClient {
    const client = newClient(this.connectionString);
    const internals = internalsOf(client);
    // Its batch appends must never be used; see `write-call.ts`.
    internals.supports = async () => false;
    // Nothing awaits this promise: while a cluster cannot be found, its rejection would end the process.
    const { handleError } = internals;
    internals.handleError = (grpc, error) => handleError(grpc, error).catch(() => undefined);
    return client;
  }

  private current(): EventStoreDBClient {
    if (this.client === undefined) throw new ServerFailure('unreachable', 'the store is closed', false);
    this.isUsed = true;
    return this.client;
  }

  /** Waits for an answer within the time limit. After that, the call continues and its answer is ignored. */
  private async inTime<A>(answer: Promise<A>): Promise<A> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.noAnswer()), this.answerMsMax);
    });
    try {
      const answered = await Promise.race([answer, late]);
      this.silentCalls = 0;
      return answered;
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }

  private noAnswer(): ServerFailure {
    this.silentCalls += 1;
    if (this.silentCalls >= silentCallsMax) this.renew();
    return new ServerFailure('no-answer', 'KurrentDB does not answer in time', true);
  }

  private async page(
    read: (client: EventStoreDBClient) => StreamingRead,
    request: PageRequest,
  ): Promise<Page> {
    const client = this.current();
    return readPage(read(client), request, {
      answerMsMax: this.answerMsMax,
      onAnswer: () => {
        this.silentCalls = 0;
      },
      onSilence: () => this.noAnswer(),
      isCurrent: () => client === this.client,
    });
  }
}

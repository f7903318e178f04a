/**
 * The calls to KurrentDB, each with a time limit of its own.
 *
 * The client's faults end here: a server that never answers would hang a call for ever, its pending batch appends are
 * shared by the whole process and lost with any connection, and a connection that went silent is never replaced.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  BACKWARDS,
  END,
  EventStoreDBClient,
  FORWARDS,
  type ResolvedEvent,
  START,
  type StreamingRead as StreamingReadOf,
  streamNameFilter,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { internalsOf } from './client-internals.ts';
import { readForwards, searchWindow } from './read-call.ts';
import type { LogPosition, RawRecord, RecordToWrite } from './record-format.ts';
import { ServerFailure, sizeLimitIn, toServerFailure } from './server-failure.ts';
import { WrongStoreSetting } from './settings.ts';
import { type WriteAnswer, writeAtOnce, writeOneByOne } from './write-call.ts';

/** What came of a write that the server answered. */
export type WriteOutcome = Exclude<WriteAnswer, { readonly kind: 'unclear' }>;

/** A page of the log. */
export interface Page {
  readonly records: ReadonlyArray<RawRecord>;
  /** Whether the log ended when it was read. */
  readonly isLast: boolean;
}

export interface PageSize {
  readonly events: number;
  readonly bytes: number;
}

/** How many calls in a row may stay unanswered before the connection is replaced. */
const silentCallsMax = 2;
/** How many delivered records a subscription holds before it stops the server. */
const deliveredRecordsMax = 128;
/** The server gives up on a write this long after we did. */
const deadlineAfterMs = 250;
/** How long the calls of a closed connection may take to end. */
const disposeMsMax = 1_000;

type Recorded = NonNullable<ResolvedEvent['event']>;

const toRawRecord = (recorded: Recorded, commit: bigint | undefined): RawRecord => {
  const position = recorded.position ?? (commit === undefined ? undefined : { commit, prepare: commit });
  if (position === undefined) throw new RangeError('this server gives no positions; it is older than 20.6');
  return {
    stream: recorded.streamId,
    revision: recorded.revision,
    position,
    eventId: recorded.id,
    type: recorded.type,
    createdAt: recorded.created.getTime(),
    data: recorded.data,
    metadata: recorded.metadata,
  };
};

/** A record as a read or a subscription delivers it; a link whose target is gone has no event. */
export const recordOf = (resolved: AllStreamResolvedEvent | ResolvedEvent): RawRecord | undefined => {
  const recorded = (resolved.event ?? resolved.link) as Recorded | undefined;
  return recorded === undefined ? undefined : toRawRecord(recorded, resolved.commitPosition);
};

const bytesIn = (record: RawRecord): number => (record.data instanceof Uint8Array ? record.data.length : 100);

type StreamingRead = StreamingReadOf<AllStreamResolvedEvent> | StreamingReadOf<ResolvedEvent>;

/**
 * Writes and reads are asked of the leader: what another node does not have yet would seem not to be there.
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

  /** @param newId gives a UUID that nobody else has. */
  constructor(connectionString: string, answerMsMax: number, newId: () => string) {
    this.connectionString = connectionString;
    this.newId = newId;
    this.answerMsMax = answerMsMax;
    this.client = this.connect();
  }

  /** Writes the records after this revision of the stream, `-1n` for a stream that does not exist, or none of them. */
  async write(stream: string, after: bigint, records: ReadonlyArray<RecordToWrite>): Promise<WriteOutcome> {
    const client = this.current();
    const deadlineMs = this.answerMsMax + deadlineAfterMs;
    try {
      if (this.writesAtOnce) {
        const written = writeAtOnce(client, this.newId(), stream, after, records, deadlineMs);
        const answer = await this.inTime(written);
        if (answer.kind !== 'unclear') return answer;
      }
      await this.inTime(writeOneByOne(client, stream, after, records, deadlineMs));
      return { kind: 'written' };
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) {
        return {
          kind: 'wrong-revision',
          actual: typeof error.actualVersion === 'bigint' ? error.actualVersion : -1n,
        };
      }
      const limit = sizeLimitIn(error);
      if (limit !== undefined) return { kind: 'too-large', ...limit };
      const failure = toServerFailure(error);
      if (failure.isUnknownMethod) this.writesAtOnce = false;
      throw failure;
    }
  }

  /** The position of the last event of the whole log, whoever wrote it. */
  async head(): Promise<LogPosition | undefined> {
    const { records } = await this.page(
      (client) =>
        client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1, requiresLeader: true }),
      { events: 1, bytes: Number.POSITIVE_INFINITY },
    );
    return records[0]?.position;
  }

  /**
   * The log from a position on, that position included.
   *
   * @param prefixes what the names of the streams begin with that are read; without them, everything is.
   */
  async read(
    from: LogPosition | undefined,
    size: PageSize,
    prefixes: ReadonlyArray<string> | undefined,
  ): Promise<Page> {
    return this.page((client) => readForwards(client, from, size.events, prefixes), size);
  }

  /** The record with this revision of a stream. */
  async recordAt(stream: string, revision: bigint): Promise<RawRecord | undefined> {
    try {
      const { records } = await this.page(
        (client) =>
          client.readStream(stream, {
            direction: FORWARDS,
            fromRevision: revision,
            maxCount: 1,
            requiresLeader: true,
          }),
        { events: 1, bytes: Number.POSITIVE_INFINITY },
      );
      return records[0]?.revision === revision ? records[0] : undefined;
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

  /** Lets go of the connection, and makes another for the next call. */
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
    // Its batch appends must never be used, see write-call.ts.
    internals.supports = async () => false;
    // Nobody waits for this one: while a cluster cannot be found, its rejection would end the process.
    const { handleError } = internals;
    internals.handleError = (grpc, error) => handleError(grpc, error).catch(() => undefined);
    return client;
  }

  private current(): EventStoreDBClient {
    if (this.client === undefined) throw new ServerFailure('unreachable', 'the store is closed', false);
    this.isUsed = true;
    return this.client;
  }

  /** Waits for an answer as long as is allowed. The call itself goes on unheard. */
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

  /** Reads to the end of a stream, or as much as a page holds. */
  private async page(read: (client: EventStoreDBClient) => StreamingRead, size: PageSize): Promise<Page> {
    const client = this.current();
    const reading = read(client);
    return new Promise((resolve, reject) => {
      const records: RawRecord[] = [];
      let delivered = 0;
      let bytes = 0;
      let isOver = false;
      let timer: NodeJS.Timeout | undefined;
      const settle = (finish: () => void): void => {
        isOver = true;
        clearTimeout(timer);
        finish();
      };
      const waitOn = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          void reading.cancel().catch(() => undefined);
          settle(() => reject(this.noAnswer()));
        }, this.answerMsMax);
      };
      reading.on('data', (resolved: AllStreamResolvedEvent | ResolvedEvent) => {
        this.silentCalls = 0;
        if (isOver) return;
        delivered += 1;
        try {
          const record = recordOf(resolved);
          if (record !== undefined) {
            records.push(record);
            bytes += bytesIn(record);
          }
        } catch (error) {
          void reading.cancel().catch(() => undefined);
          return settle(() => reject(toServerFailure(error)));
        }
        // A server that leaves out what others wrote would look for one more before it ends the answer.
        if (bytes < size.bytes && (delivered < size.events || size.events === 1)) return waitOn();
        void reading.cancel().catch(() => undefined);
        settle(() => resolve({ records, isLast: false }));
      });
      reading.on('end', () => {
        // The reads of a client that was let go of end in good order, as if the log ended there.
        const isWhole = client === this.client;
        settle(() =>
          isWhole
            ? resolve({ records, isLast: delivered < size.events })
            : reject(new ServerFailure('unreachable', 'the connection to KurrentDB was replaced', false)),
        );
      });
      reading.on('error', (error) => {
        void reading.cancel().catch(() => undefined);
        settle(() => reject(toServerFailure(error)));
      });
      waitOn();
    });
  }
}

/**
 * Makes a client, which does not connect before its first call.
 *
 * @throws WrongStoreSetting when a file that the connection string names cannot be read.
 */
export const newClient = (connectionString: string): EventStoreDBClient => {
  try {
    return EventStoreDBClient.connectionString(connectionString);
  } catch (error) {
    // The client's own messages name files and places in the string, and nothing secret.
    throw new WrongStoreSetting(error instanceof Error ? error.message : String(error), error);
  }
};

/** Ends the client's calls, and its connection, which it would keep open itself. */
export const disposeClient = async (client: EventStoreDBClient, isUsed: boolean): Promise<void> => {
  // Asking an unused client for its connection would make one.
  const closed = isUsed
    ? internalsOf(client)
        .getChannel()
        .then(
          (channel) => channel.close(),
          () => undefined,
        )
    : undefined;
  const disposed = client.dispose().catch(() => undefined);
  await Promise.race([Promise.all([disposed, closed]), wait(disposeMsMax, undefined, { ref: false })]);
};

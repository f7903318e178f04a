/**
 * Collects a read of the log into a page.
 */
import type {
  AllStreamResolvedEvent,
  ResolvedEvent,
  StreamingRead as StreamingReadOf,
} from '@eventstore/db-client';
import { eventsListedIn } from './append-format.ts';
import { isAfter, type LogPosition, type RawRecord } from './record-format.ts';
import { ServerFailure, toServerFailure } from './server-failure.ts';

/** Consecutive records of the log. */
export interface Page {
  readonly records: ReadonlyArray<RawRecord>;
  /** Whether the page reaches the end of the log at the time of reading. */
  readonly isLast: boolean;
}

/** When a page is full. It has at least one record, whatever that contains. */
export interface PageSize {
  readonly records: number;
  readonly bytes: number;
}

/** What is requested from the server. */
export interface PageRequest extends PageSize {
  /** Only records after this position belong to the page; the server delivers the record at it first. */
  readonly after?: LogPosition | undefined;
}

export type StreamingRead = StreamingReadOf<AllStreamResolvedEvent> | StreamingReadOf<ResolvedEvent>;

/** The connection on which a page is read. */
export interface PageConnection {
  /** How long the server may be silent before and between records, in milliseconds. */
  readonly answerMsMax: number;
  readonly onAnswer: () => void;
  /** Records that the server was silent for too long, and returns the failure. */
  readonly onSilence: () => ServerFailure;
  /** Whether the connection is still in use. */
  readonly isCurrent: () => boolean;
}

type Recorded = NonNullable<ResolvedEvent['event']>;

const toRawRecord = (recorded: Recorded, commit: bigint | undefined): RawRecord => {
  const position = recorded.position ?? (commit === undefined ? undefined : { commit, prepare: commit });
  if (position === undefined)
    throw new RangeError('this server does not report positions; it is older than 20.6');
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

/** The record that a read or a subscription delivered; undefined for a link without a target. */
export const recordOf = (resolved: AllStreamResolvedEvent | ResolvedEvent): RawRecord | undefined => {
  const recorded = (resolved.event ?? resolved.link) as Recorded | undefined;
  return recorded === undefined ? undefined : toRawRecord(recorded, resolved.commitPosition);
};

/** About how many bytes the metadata of an event have, and data that the client has parsed. */
const parsedBytes = 150;

/** About how many bytes a record has, with its metadata. */
export const bytesIn = ({ data, metadata }: RawRecord): number =>
  (data instanceof Uint8Array ? data.length : parsedBytes) + eventsListedIn(metadata) * parsedBytes;

/**
 * Reads to the end of a stream, or until the page is full.
 *
 * @throws ServerFailure when the server fails, or is silent for too long.
 */
export const readPage = (
  reading: StreamingRead,
  request: PageRequest,
  { answerMsMax, onAnswer, onSilence, isCurrent }: PageConnection,
): Promise<Page> =>
  new Promise((resolve, reject) => {
    const records: RawRecord[] = [];
    let delivered = 0;
    let bytes = 0;
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const cancel = (): void => void reading.cancel().catch(() => undefined);
    const settle = (finish: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      finish();
    };
    const waitForMore = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        cancel();
        settle(() => reject(onSilence()));
      }, answerMsMax);
    };
    reading.on('data', (resolved: AllStreamResolvedEvent | ResolvedEvent) => {
      onAnswer();
      if (isOver) return;
      delivered += 1;
      try {
        const record = recordOf(resolved);
        if (record !== undefined && isAfter(record.position, request.after)) {
          records.push(record);
          bytes += bytesIn(record);
        }
      } catch (error) {
        cancel();
        return settle(() => reject(toServerFailure(error)));
      }
      const isFull = bytes >= request.bytes || delivered >= request.records;
      if (!isFull || request.records === 1) return waitForMore();
      // A filtering server would search for one more record before it ends a full page.
      cancel();
      settle(() => resolve({ records, isLast: false }));
    });
    reading.on('end', () => {
      // When a connection is replaced, its reads end normally, as at the end of the log.
      settle(() =>
        isCurrent()
          ? resolve({ records, isLast: delivered < request.records })
          : reject(new ServerFailure('unreachable', 'the connection to KurrentDB was replaced', false)),
      );
    });
    reading.on('error', (error) => {
      cancel();
      settle(() => reject(toServerFailure(error)));
    });
    waitForMore();
  });

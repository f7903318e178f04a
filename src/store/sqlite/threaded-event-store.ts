/**
 * The embedded event store with a separate writing thread.
 *
 * While a transaction is written and synced, this thread decodes the next events and answers questions.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { type Attribution, isSameAttribution } from '../../domain/recording/attribution.ts';
import { startThread } from '../../threads/start-thread.ts';
import type { AppendError, Appended, EventStore, EventToAppend } from '../event-store.ts';
import { openLogReader } from './log-reader.ts';
import { fromPlain } from './store-problems.ts';
import type {
  Failure,
  PackedBatch,
  WriterReport,
  WriterRequest,
  WriterThreadInput,
} from './writer-thread.ts';

/** The limits of the pool of buffers. */
const keptBuffersMax = 8;
const keptBufferBytesMax = 1_024 * 1_024;
const smallestBufferBytes = 64 * 1_024;

/** When a caller may retry after the thread ended. */
const retryAfterMs = 1_000;
/** The pause before replacing a thread that ended or failed to start. */
const replaceAfterMs = 500;

const writerEnded = 'the writer of the ledger has ended; another one is being started';

interface Waiting {
  settle(outcome: E.Either<AppendError, Appended>): void;
  fail(error: unknown): void;
}

const errorOf = (failure: Failure): unknown =>
  'problem' in failure ? fromPlain(failure.problem) : failure.error;

const unavailable = (reason: string, outcomeUnknown: boolean): E.Either<AppendError, never> =>
  E.left({ kind: 'unavailable', reason, retryAfterMs, outcomeUnknown });

/** A pool of buffers for future batches. */
const bufferPool = () => {
  const kept: ArrayBuffer[] = [];
  return {
    take: (bytes: number): ArrayBuffer => {
      const last = kept.pop();
      if (last !== undefined && last.byteLength >= bytes) return last;
      return new ArrayBuffer(Math.max(smallestBufferBytes, 2 ** Math.ceil(Math.log2(bytes))));
    },
    giveBack: (buffer: ArrayBuffer): void => {
      if (kept.length < keptBuffersMax && buffer.byteLength <= keptBufferBytesMax) kept.push(buffer);
    },
  };
};

/** The attributions of a batch: a single one if all are equal. */
const attributionsOf = (batch: ReadonlyArray<EventToAppend>): ReadonlyArray<Attribution> => {
  const attributions = batch.map(({ recordedBy, authority }) => ({ recordedBy, authority }));
  const first = attributions.slice(0, 1);
  return attributions.every((each) => isSameAttribution(each, first[0]!)) ? first : attributions;
};

const pack = (batch: ReadonlyArray<EventToAppend>, take: (bytes: number) => ArrayBuffer): PackedBatch => {
  let end = 0;
  const ends = batch.map(({ bytes }) => {
    end += bytes.length;
    return end;
  });
  const bytes = take(end);
  const view = new Uint8Array(bytes);
  for (const [place, event] of batch.entries()) view.set(event.bytes, ends[place]! - event.bytes.length);
  const sources = new Map<string, number>();
  const sourceOf = batch.map(({ source }) => {
    const known = sources.get(source);
    if (known !== undefined) return known;
    sources.set(source, sources.size);
    return sources.size - 1;
  });
  return {
    sources: [...sources.keys()],
    sourceOf,
    ids: batch.map(({ id }) => id).join(''),
    idLengths: batch.map(({ id }) => id.length),
    attributions: attributionsOf(batch),
    ends,
    bytes,
  };
};

/** Starts a thread that writes the file. Resolves when it is open, with the reason if nothing can be recorded. */
const startWriter = async (
  input: WriterThreadInput,
): Promise<{ readonly writer: Worker; readonly fault: string | undefined }> => {
  const worker = startThread(new URL('./writer-thread.ts', import.meta.url), input);
  const [first] = (await once(worker, 'message')) as [WriterReport];
  if (first.kind === 'failed') throw errorOf(first.failure);
  return { writer: worker, fault: first.kind === 'open' ? first.fault : undefined };
};

export interface ThreadedOptions {
  /** Receives each writing thread as it starts. */
  readonly started?: (worker: Worker) => void;
  /** The pages of the file that the thread may keep in memory. */
  readonly cacheBytes?: number | undefined;
}

/**
 * Opens the ledger in this file, and creates it if there is none. A thread that ends is replaced; appends that it
 * had not confirmed have an unknown outcome, and sending them again is safe.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openThreadedEventStore = async (
  file: string,
  { started = () => {}, cacheBytes }: ThreadedOptions = {},
): Promise<EventStore> => {
  const { writer: first, fault } = await startWriter({ file, cacheBytes });
  let worker: Worker | undefined = first;
  const reader = openLogReader(file);
  const buffers = bufferPool();
  const waiting = new Map<number, Waiting>();
  let appends = 0;
  let closed: Promise<void> | undefined;
  /** Resolves when the current writing thread has ended. */
  let ended: Promise<void> = Promise.resolve();
  let replacing: Promise<void> | undefined;

  const ask = (to: Worker, request: WriterRequest, transferred: ArrayBuffer[] = []): void =>
    to.postMessage(request, transferred);

  const attend = (writer: Worker): void => {
    worker = writer;
    writer.on('message', (report: WriterReport) => {
      if (report.kind === 'open' || report.number === undefined) return;
      const asked = waiting.get(report.number);
      if (asked === undefined) return;
      waiting.delete(report.number);
      if (report.kind === 'failed') return asked.fail(errorOf(report.failure));
      buffers.giveBack(report.bytes);
      asked.settle(report.outcome);
    });
    // An exit follows each error.
    writer.on('error', () => {});
    ended = new Promise((resolve) => {
      writer.once('exit', () => {
        worker = undefined;
        for (const { settle } of waiting.values()) settle(unavailable(writerEnded, true));
        waiting.clear();
        if (closed === undefined) replacing = replace();
        resolve();
      });
    });
    started(writer);
  };

  /** Starts another thread, and retries until one is open: the cause, such as a full disk, may pass. */
  const replace = async (): Promise<void> => {
    while (closed === undefined && worker === undefined) {
      await pause(replaceAfterMs);
      if (closed !== undefined) return;
      try {
        attend((await startWriter({ file, cacheBytes })).writer);
      } catch {
        // Meanwhile, appends fail because there is no writer.
      }
    }
  };
  attend(first);

  const close = async (): Promise<void> => {
    await replacing;
    // The writer closes last, since the last connection checkpoints the write-ahead log.
    reader.close();
    if (worker !== undefined) ask(worker, { kind: 'close' });
    await ended;
  };

  return {
    kind: 'sqlite',
    appendsInSequence: true,
    append: async (batch) => {
      if (closed !== undefined) return unavailable('the ledger is shutting down', false);
      const writer = worker;
      if (writer === undefined) return unavailable(writerEnded, false);
      return new Promise((settle, fail) => {
        const number = appends++;
        waiting.set(number, { settle, fail });
        const packed = pack(batch, buffers.take);
        ask(writer, { kind: 'append', number, batch: packed }, [packed.bytes]);
      });
    },
    head: async () => reader.head(),
    fault: () => fault,
    close: () => (closed ??= close()),
  };
};

/**
 * The thread that writes the embedded ledger, so that neither SQLite nor the disk blocks the thread that answers
 * requests.
 *
 * It runs the store of `sqlite-event-store.ts`, and takes its requests from `threaded-event-store.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type * as E from 'fp-ts/lib/Either.js';
import type { Attribution } from '../../domain/recording/attribution.ts';
import type { AppendError, Appended, EventStore, EventToAppend } from '../event-store.ts';
import { openSqliteEventStore } from './sqlite-event-store.ts';
import { type PlainProblem, StoreProblem, toPlain } from './store-problems.ts';

/** A batch packed into few objects: passing many small ones between threads takes longer than writing them. */
export interface PackedBatch {
  /** The distinct sources of the events. */
  readonly sources: ReadonlyArray<string>;
  /** For each event, the index of its source in `sources`. */
  readonly sourceOf: ReadonlyArray<number>;
  /** The ids of all events, concatenated. */
  readonly ids: string;
  readonly idLengths: ReadonlyArray<number>;
  /** Who recorded the events: a single entry if it is the same for all. */
  readonly attributions: ReadonlyArray<Attribution>;
  /** The end of each event's bytes in `bytes`. */
  readonly ends: ReadonlyArray<number>;
  /** Transferred with the request and returned with the answer, because allocating memory is slow. */
  readonly bytes: ArrayBuffer;
}

/** What the thread is given. */
export interface WriterThreadInput {
  readonly file: string;
  /** The pages of the file that it may keep in memory. */
  readonly cacheBytes: number | undefined;
}

/** The requests to the thread. */
export type WriterRequest =
  | {
      readonly kind: 'append';
      readonly number: number;
      readonly batch: PackedBatch;
    }
  | { readonly kind: 'close' };

/** The reports of the thread: first that it is open, or why not; then the outcome of each append. */
export type WriterReport =
  | { readonly kind: 'open'; readonly fault: string | undefined }
  | {
      readonly kind: 'appended';
      readonly number: number;
      readonly outcome: E.Either<AppendError, Appended>;
      readonly bytes: ArrayBuffer;
    }
  | { readonly kind: 'failed'; readonly number?: number; readonly failure: Failure };

/** A StoreProblem loses its class between threads; other errors do not. */
export type Failure = { readonly problem: PlainProblem } | { readonly error: unknown };

const failureOf = (error: unknown): Failure =>
  error instanceof StoreProblem ? { problem: toPlain(error) } : { error };

const tell = (report: WriterReport, transferred: ReadonlyArray<ArrayBuffer> = []): void =>
  parentPort?.postMessage(report, [...transferred]);

const unpacked = (batch: PackedBatch): ReadonlyArray<EventToAppend> => {
  const { sources, sourceOf, ids, idLengths, attributions, bytes } = batch;
  let [start, idStart] = [0, 0];
  return batch.ends.map((end, place) => {
    const { recordedBy, authority } = attributions[place] ?? attributions.at(-1)!;
    const idEnd = idStart + idLengths[place]!;
    const event = {
      source: sources[sourceOf[place]!]!,
      id: ids.slice(idStart, idEnd),
      recordedBy,
      authority,
      bytes: new Uint8Array(bytes, start, end - start),
    };
    [start, idStart] = [end, idEnd];
    return event;
  });
};

const append = async (
  store: EventStore,
  { number, batch }: WriterRequest & { kind: 'append' },
): Promise<void> => {
  try {
    const outcome = await store.append(unpacked(batch));
    tell({ kind: 'appended', number, outcome, bytes: batch.bytes }, [batch.bytes]);
  } catch (error) {
    tell({ kind: 'failed', number, failure: failureOf(error) });
  }
};

const run = (): void => {
  const { file, cacheBytes } = workerData as WriterThreadInput;
  const store = openSqliteEventStore(file, { now: Date.now, cacheBytes });
  tell({ kind: 'open', fault: store.fault() });
  parentPort?.on('message', (request: WriterRequest) => {
    if (request.kind === 'append') void append(store, request);
    else void store.close().then(() => parentPort?.close());
  });
};

try {
  run();
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) });
}

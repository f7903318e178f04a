/**
 * Recording events. Sending the same again is safe, because the ledger knows an event by its `source` and `id`: so an
 * answer that was lost is asked for again, with backoff, until it comes or the attempts are used up.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Recorded } from './answers.ts';
import type { ClientError } from './errors.ts';
import type { EventInput } from './event-input.ts';
import { mayPass, type RetryPolicy, waitMsAfter } from './retry.ts';
import { ask, type Target } from './transport.ts';

/** Lines that are sent in one request: what the ledger records as one atomic chunk. */
export const chunkLinesMax = 1_000;
/** A request ends with the line that reaches this size. */
export const chunkBytesMax = 4 * 1_024 * 1_024;

/** How far a stream is. */
export interface EmitProgress extends Recorded {
  /** Lines sent and answered for, empty ones included. */
  readonly lines: number;
  /** Bytes of these lines, each with its newline. */
  readonly bytes: number;
}

/** Where a stream stopped: what is recorded stays recorded, and sending everything again is safe. */
export interface EmitFailure {
  readonly error: ClientError;
  readonly soFar: EmitProgress;
}

export interface EmitOptions {
  readonly signal?: AbortSignal;
}

export interface StreamOptions extends EmitOptions {
  readonly onProgress?: (progress: EmitProgress) => void;
  /** Told of each failed attempt that is going to be repeated. */
  readonly onRetry?: (error: ClientError, waitMs: number) => void;
}

type Retrying = Pick<StreamOptions, 'signal' | 'onRetry'>;

/** Posts a body until there is an answer to it. */
export const post = async (
  target: Target,
  policy: RetryPolicy,
  contentType: string,
  body: string,
  { signal, onRetry }: Retrying = {},
): Promise<E.Either<ClientError, Recorded>> => {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(
      target,
      { method: 'POST', path: ['v1', 'events'], contentType, body, signal },
      Recorded,
    );
    if (E.isRight(answer) || !mayPass(answer.left) || attempt >= policy.attemptsMax) return answer;
    const waitMs = waitMsAfter(attempt, policy, answer.left);
    onRetry?.(answer.left, waitMs);
    await policy.wait(waitMs, signal);
    if (signal?.aborted) return E.left({ kind: 'cancelled' });
  }
};

/** The faults of a chunk, counted from the beginning of the stream. */
const countedFrom = (error: ClientError, events: number, lines: number): ClientError => {
  if (error.kind !== 'problem' || error.problem.errors === undefined) return error;
  const errors = error.problem.errors.map((fault) => ({
    ...fault,
    index: fault.index + events,
    line: (fault.line ?? fault.index + 1) + lines,
  }));
  return { ...error, problem: { ...error.problem, errors } };
};

const encoder = new TextEncoder();

/**
 * Records any number of events, given as events or as lines of NDJSON, in order, chunk by chunk, each chunk atomic.
 * The first chunk that is refused ends it.
 */
export const stream = async (
  target: Target,
  policy: RetryPolicy,
  events: AsyncIterable<EventInput | string> | Iterable<EventInput | string>,
  options: StreamOptions = {},
): Promise<E.Either<EmitFailure, EmitProgress>> => {
  let soFar: EmitProgress = { recorded: 0, duplicates: 0, position: '0', lines: 0, bytes: 0 };
  let lines: string[] = [];
  let bytes = 0;
  let sentEvents = 0;

  const sendChunk = async (): Promise<E.Either<EmitFailure, void>> => {
    if (lines.length === 0) return E.right(undefined);
    const answer = await post(target, policy, 'application/x-ndjson', lines.join('\n'), options);
    if (E.isLeft(answer)) {
      const { left } = answer;
      const within = left.kind === 'problem' ? left.problem : undefined;
      return E.left({
        error: countedFrom(left, sentEvents, soFar.lines),
        soFar: {
          ...soFar,
          recorded: soFar.recorded + (within?.recorded ?? 0),
          duplicates: soFar.duplicates + (within?.duplicates ?? 0),
        },
      });
    }
    const { recorded, duplicates, position } = answer.right;
    sentEvents += recorded + duplicates;
    soFar = {
      recorded: soFar.recorded + recorded,
      duplicates: soFar.duplicates + duplicates,
      position,
      lines: soFar.lines + lines.length,
      bytes: soFar.bytes + bytes,
    };
    lines = [];
    bytes = 0;
    options.onProgress?.(soFar);
    return E.right(undefined);
  };

  for await (const event of events) {
    if (options.signal?.aborted) return E.left({ error: { kind: 'cancelled' }, soFar });
    const line = typeof event === 'string' ? event : JSON.stringify(event);
    lines.push(line);
    bytes += encoder.encode(line).length + 1;
    if (lines.length >= chunkLinesMax || bytes >= chunkBytesMax) {
      const sent = await sendChunk();
      if (E.isLeft(sent)) return sent;
    }
  }
  const sent = await sendChunk();
  return E.isLeft(sent) ? sent : E.right(soFar);
};

/**
 * Records events. Sending the same events again is safe, because the ledger identifies an event by its `source` and
 * `id`. So a request without a response is retried with backoff until one comes or the attempts are used up.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Recorded } from '../contract/answers.ts';
import type { ClientError } from './errors.ts';
import type { Chunk } from './ndjson-chunks.ts';
import { readAhead } from './read-ahead.ts';
import { mayPass, type RetryPolicy, waitMsAfter } from './retry.ts';
import { ask, type Target } from './transport.ts';

/** The progress of a stream. */
export interface EmitProgress extends Recorded {
  /** Lines sent and acknowledged, including empty ones. */
  readonly lines: number;
  /** Bytes of these lines, including newlines. */
  readonly bytes: number;
}

/** Where a stream stopped. Recorded events stay recorded, and sending everything again is safe. */
export interface EmitFailure {
  readonly error: ClientError;
  readonly soFar: EmitProgress;
}

export interface EmitOptions {
  readonly signal?: AbortSignal;
}

export interface StreamOptions extends EmitOptions {
  readonly onProgress?: (progress: EmitProgress) => void;
  /** Called with each failed attempt that will be retried. */
  readonly onRetry?: (error: ClientError, waitMs: number) => void;
}

type Retrying = Pick<StreamOptions, 'signal' | 'onRetry'>;

/** Posts a body until a response comes. */
export const post = async (
  target: Target,
  policy: RetryPolicy,
  contentType: string,
  body: string | Uint8Array<ArrayBuffer>,
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

/** The faults of a chunk, with places counted from the beginning of the stream. */
const countedFrom = (error: ClientError, events: number, lines: number): ClientError => {
  if (error.kind !== 'problem' || error.problem.errors === undefined) return error;
  const errors = error.problem.errors.map((fault) => {
    const { index = 0, line = index + 1 } = fault;
    return { ...fault, index: index + events, line: line + lines };
  });
  return { ...error, problem: { ...error.problem, errors } };
};

/**
 * Records chunks of NDJSON in order, each atomically. A refused chunk ends the stream. While one chunk is recorded,
 * the next is read.
 */
export const stream = async (
  target: Target,
  policy: RetryPolicy,
  chunks: AsyncIterable<Chunk>,
  options: StreamOptions = {},
): Promise<E.Either<EmitFailure, EmitProgress>> => {
  let soFar: EmitProgress = { recorded: 0, duplicates: 0, position: '0', lines: 0, bytes: 0 };
  for await (const { body, lines } of readAhead(chunks)) {
    if (options.signal?.aborted) return E.left({ error: { kind: 'cancelled' }, soFar });
    const answer = await post(target, policy, 'application/x-ndjson', body, options);
    if (E.isLeft(answer)) {
      const error = countedFrom(answer.left, soFar.recorded + soFar.duplicates, soFar.lines);
      const within = error.kind === 'problem' ? error.problem : undefined;
      const recorded = soFar.recorded + (within?.recorded ?? 0);
      const duplicates = soFar.duplicates + (within?.duplicates ?? 0);
      return E.left({ error, soFar: { ...soFar, recorded, duplicates } });
    }
    const before = soFar.recorded + soFar.duplicates;
    const told = (answer.right.warnings ?? []).map(({ index = 0, ...of }) => ({
      ...of,
      index: index + before,
    }));
    const warnings = [...(soFar.warnings ?? []), ...told];
    soFar = {
      recorded: soFar.recorded + answer.right.recorded,
      duplicates: soFar.duplicates + answer.right.duplicates,
      position: answer.right.position,
      lines: soFar.lines + lines,
      bytes: soFar.bytes + body.length,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
    options.onProgress?.(soFar);
  }
  return E.right(soFar);
};

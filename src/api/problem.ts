/**
 * What can go wrong for a caller, as problem details: RFC 9457. Every refusal of the API is made here.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** One fault of one event of a body: `index` counts events (or lines) from 0, `pointer` is RFC 6901 within the event. */
export interface BodyFault {
  readonly index: number;
  readonly line?: number;
  readonly pointer: string;
  readonly message: string;
}

/** Everything the API refuses with. */
export type Problem =
  | { readonly kind: 'bad-parameter'; readonly parameter: string; readonly detail: string }
  | { readonly kind: 'unknown'; readonly what: string; readonly detail: string }
  | { readonly kind: 'invalid-events'; readonly errors: ReadonlyArray<BodyFault>; readonly soFar?: SoFar }
  | {
      readonly kind: 'conflict';
      readonly detail: string;
      readonly errors: ReadonlyArray<BodyFault>;
      readonly soFar?: SoFar;
    }
  | { readonly kind: 'busy'; readonly detail: string }
  | { readonly kind: 'too-large'; readonly detail: string; readonly soFar?: SoFar }
  | { readonly kind: 'media-type'; readonly detail: string }
  | { readonly kind: 'incomplete-body'; readonly detail: string; readonly soFar?: SoFar }
  | { readonly kind: 'full'; readonly detail: string; readonly soFar?: SoFar }
  | {
      readonly kind: 'unavailable';
      readonly detail: string;
      readonly retryAfterMs: number;
      readonly soFar?: SoFar;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'unauthorized'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'method-not-allowed'; readonly detail: string; readonly allowed: ReadonlyArray<string> }
  | { readonly kind: 'internal' };

/** What of an NDJSON body was recorded before it was stopped. */
export interface SoFar {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: string;
}

const statuses: Readonly<Record<Problem['kind'], readonly [ContentfulStatusCode, string]>> = {
  'bad-parameter': [400, 'A parameter is not as it should be'],
  unknown: [404, 'Not known to the ledger'],
  'invalid-events': [422, 'Malformed events; nothing of their batch is recorded'],
  conflict: [409, 'Another event is recorded under this source and id'],
  busy: [409, 'Something else is under way'],
  'too-large': [413, 'Too large'],
  'media-type': [415, 'Media type not supported'],
  'incomplete-body': [400, 'The body did not arrive whole'],
  full: [507, 'No space is left for the log'],
  unavailable: [503, 'Not available at the moment'],
  'not-found': [404, 'No such path'],
  unauthorized: [401, 'A key is needed'],
  forbidden: [403, 'The key does not allow this'],
  'method-not-allowed': [405, 'The path does not take this method'],
  internal: [500, 'Something went wrong inside'],
};

/** No space is left where the ledger is kept. */
export const diskFull: Problem = {
  kind: 'full',
  detail: 'the disk of the ledger is full; nothing is lost, and recording goes on once there is space',
};

/** When to come back where a disk or another program is in the way. */
const passingRetryMs = 1_000;

/** The problem behind a tagged error of a store or vault, where it is one that passes; none for any other error. */
export const passingProblem = (error: unknown): Problem | undefined => {
  const tag = error instanceof Error && '_tag' in error ? error._tag : undefined;
  if (tag === 'StoreFull') return diskFull;
  if (tag === 'ProjectionsDamaged') {
    const detail = 'the projections are damaged, and are being rebuilt from the log; ask again later';
    return { kind: 'unavailable', detail, retryAfterMs: passingRetryMs };
  }
  if (tag === 'VaultUnavailable') {
    const detail =
      'the vault, which knows people by their identifiers, cannot be asked at the moment; sending the same again is safe';
    return { kind: 'unavailable', detail, retryAfterMs: passingRetryMs };
  }
  return tag === 'StoreLocked' || tag === 'StoreUnusable'
    ? {
        kind: 'unavailable',
        detail: 'the files of the ledger cannot be used at the moment; sending the same again is safe',
        retryAfterMs: passingRetryMs,
      }
    : undefined;
};

/** The response that tells of a problem. */
export const problem = (context: Context, given: Problem): Response => {
  const [status, title] = statuses[given.kind];
  const { kind, ...members } = given;
  const { soFar, retryAfterMs, allowed, ...shown } = members as {
    soFar?: SoFar;
    retryAfterMs?: number;
    allowed?: ReadonlyArray<string>;
  };
  const body = { type: `urn:domicile:problem:${kind}`, title, status, ...shown, ...soFar };
  if (allowed !== undefined) context.header('Allow', allowed.join(', '));
  if (retryAfterMs !== undefined) context.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  return context.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
};

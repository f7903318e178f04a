/**
 * Trying again: exponential backoff with full jitter. Randomness and waiting come in as arguments.
 */
import type { ClientError } from './errors.ts';

/** How often and how patiently a request that may be repeated is repeated. */
export interface RetryPolicy {
  /** How often a request is sent, the first time included. */
  readonly attemptsMax: number;
  /** The first wait is up to this long; each further one up to twice the one before. */
  readonly firstWaitMs: number;
  readonly waitMsMax: number;
  /** A number from 0 to 1, 1 excluded. */
  readonly random: () => number;
  /** Waits; resolves early when the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
}

const waitFor = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });

/** Ten attempts over about a minute. */
export const patiently: RetryPolicy = {
  attemptsMax: 10,
  firstWaitMs: 200,
  waitMsMax: 10_000,
  random: Math.random,
  wait: waitFor,
};

/** How long to wait before the attempt after `attempt` (from 1): jittered, and no less than the ledger asked for. */
export const waitMsAfter = (attempt: number, policy: RetryPolicy, error?: ClientError): number => {
  const most = Math.min(policy.waitMsMax, policy.firstWaitMs * 2 ** (attempt - 1));
  const asked = error?.kind === 'problem' ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, Math.round(policy.random() * most));
};

const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Refusals that say themselves that the same, sent again, can go well. */
const passingProblems: ReadonlySet<string> = new Set([
  'urn:domicile:problem:busy',
  'urn:domicile:problem:incomplete-body',
]);

/** Whether the same request may go well later: the answer was lost, or the ledger was not able to take it just then. */
export const mayPass = (error: ClientError): boolean =>
  (error.kind === 'network' && error.isLasting !== true) ||
  (error.kind === 'undecodable' && passingStatuses.has(error.status)) ||
  (error.kind === 'problem' &&
    (passingStatuses.has(error.status) || passingProblems.has(error.problem.type)));

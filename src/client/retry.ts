/** Retries with exponential backoff and full jitter. Randomness and waiting are arguments. */
import type { ClientError } from './errors.ts';

/** How often and how long a repeatable request is retried. */
export interface RetryPolicy {
  /** The maximum number of attempts, including the first. */
  readonly attemptsMax: number;
  /** The maximum of the first wait; it doubles with each further wait. */
  readonly firstWaitMs: number;
  readonly waitMsMax: number;
  /** Returns a number in [0, 1). */
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

/**
 * How long to wait before the attempt after `attempt` (from 1): with jitter, and at least as long as the ledger
 * requires.
 */
export const waitMsAfter = (attempt: number, policy: RetryPolicy, error?: ClientError): number => {
  const most = Math.min(policy.waitMsMax, policy.firstWaitMs * 2 ** (attempt - 1));
  const asked = error?.kind === 'problem' ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, Math.round(policy.random() * most));
};

const passingStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Problems after which the same request may succeed. */
const passingProblems: ReadonlySet<string> = new Set([
  'urn:domicile:problem:busy',
  'urn:domicile:problem:incomplete-body',
]);

/**
 * Whether the same request may succeed later: the response was lost, or the ledger was temporarily unable to handle
 * it.
 */
export const mayPass = (error: ClientError): boolean =>
  (error.kind === 'network' && error.isLasting !== true) ||
  (error.kind === 'undecodable' && passingStatuses.has(error.status)) ||
  (error.kind === 'problem' &&
    (passingStatuses.has(error.status) || passingProblems.has(error.problem.type)));

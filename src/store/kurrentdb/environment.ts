/** The adapter's environment: clock, randomness, waiting and notifications. */
import { randomUUID } from 'node:crypto';
import type { Instant } from '../../domain/time/instant.ts';

/** A notice for operators. It never contains content of events. */
export type Notice =
  | { readonly kind: 'connected' }
  /** The log has been read up to this commit position of KurrentDB. */
  | { readonly kind: 'catching-up'; readonly position: number }
  | { readonly kind: 'connection-lost'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'subscription-stalled' }
  /** The append that ends at this commit position does not count. */
  | { readonly kind: 'batch-void'; readonly position: number }
  | { readonly kind: 'foreign-record'; readonly stream: string }
  | { readonly kind: 'replica-rebuilt'; readonly reason: string }
  | { readonly kind: 'replica-problem'; readonly reason: string }
  /** The log is another one, lost records, or has some of a newer version: nothing is recorded. */
  | { readonly kind: 'log-problem'; readonly reason: string };

export interface Environment {
  /** Milliseconds since the epoch. */
  readonly now: () => Instant;
  /** A random number from 0 to 1. */
  readonly random: () => number;
  /** A unique UUID. */
  readonly newId: () => string;
  /** Resolves after `ms` milliseconds, or immediately when the signal is aborted. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly notify: (notice: Notice) => void;
}

/** The environment of a running process. */
export const processEnvironment = (notify: (notice: Notice) => void = () => undefined): Environment => ({
  now: Date.now,
  random: Math.random,
  newId: randomUUID,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener('abort', wake);
    }),
  notify,
});

/** The wait before the nth retry, in milliseconds: exponential backoff with jitter. */
export const backoffMs = (attempt: number, msMin: number, msMax: number, random: number): number =>
  Math.ceil(Math.min(msMax, msMin * 2 ** attempt) * (0.5 + random / 2));

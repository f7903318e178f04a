/**
 * Follows the ledger. When something is recorded, the page repeats its questions. When the server is unreachable,
 * the page says so, keeps its answers, and reconnects by itself.
 */
import type { QueryClient } from '@tanstack/react-query';
import * as E from 'fp-ts/lib/Either.js';
import { useSyncExternalStore } from 'react';
import { type ClientError, sentenceOf } from '../../../src/client/client.ts';
import { ledger } from './session.ts';

/** The connection of the page to the server. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly head: string }
  | { readonly state: 'lost'; readonly reason: string; readonly since: number }
  | { readonly state: 'refused' };

const firstWaitMs = 500;
const waitMsMax = 5_000;
/** Events within this time cause one refresh. */
const settleMs = 300;

let connection: Connection = { state: 'connecting' };
const listeners = new Set<() => void>();

const become = (next: Connection): void => {
  connection = next;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The connection of the page to the server, as it changes. */
export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => connection);

const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });

const isRefusal = (error: ClientError): boolean =>
  error.kind === 'problem' && (error.status === 401 || error.status === 403);

/**
 * Waits until the page is visible. All tabs of a browser share a few connections to a server, so a hidden tab must
 * not hold one.
 */
const seen = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });

/** Waits for the first event after a position. A refusal is returned as the error. */
const nextEvent = async (after: string, signal: AbortSignal): Promise<ClientError | 'grown' | 'lost'> => {
  // One event is enough; reading more would be wasted on a busy ledger.
  const enough = new AbortController();
  const stop = (): void => enough.abort();
  const hide = (): void => {
    if (document.hidden) stop();
  };
  signal.addEventListener('abort', stop);
  document.addEventListener('visibilitychange', hide);
  try {
    for await (const event of ledger().events.follow({ after }, { signal: enough.signal })) {
      if (E.isRight(event)) return 'grown';
      return isRefusal(event.left) ? event.left : 'lost';
    }
    return 'lost';
  } finally {
    signal.removeEventListener('abort', stop);
    document.removeEventListener('visibilitychange', hide);
    enough.abort();
  }
};

/** Follows the log until the signal aborts. */
export const followLedger = async (queries: QueryClient, signal: AbortSignal): Promise<void> => {
  let waitMs = firstWaitMs;
  let shown: string | undefined;
  let wasLost = false;
  let isAccepted = false;
  while (!signal.aborted) {
    await seen(signal);
    const ready = await ledger().health.ready({ signal });
    if (signal.aborted) return;
    if (E.isLeft(ready)) {
      if (isRefusal(ready.left)) return become({ state: 'refused' });
      if (!wasLost) become({ state: 'lost', reason: sentenceOf(ready.left), since: Date.now() });
      wasLost = true;
      await wait(waitMs, signal);
      waitMs = Math.min(waitMsMax, waitMs * 2);
      continue;
    }
    const { position } = ready.right;
    if (!isAccepted) {
      // Readiness needs no key, so a question shows whether this key is accepted.
      const asked = await ledger().events.list({ limit: 1 }, { signal });
      if (signal.aborted) return;
      if (E.isLeft(asked) && isRefusal(asked.left)) return become({ state: 'refused' });
      isAccepted = E.isRight(asked);
    }
    become({ state: 'live', head: position });
    waitMs = firstWaitMs;
    if (wasLost || (shown !== undefined && shown !== position)) void queries.invalidateQueries();
    wasLost = false;
    shown = position;
    const came = await nextEvent(position, signal);
    if (signal.aborted) return;
    if (typeof came === 'object') return become({ state: 'refused' });
    // Events in quick succession are shown together.
    await wait(came === 'grown' ? settleMs : firstWaitMs, signal);
  }
};

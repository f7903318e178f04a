/**
 * Following the ledger: when something is recorded, what is shown is asked for anew; when the server goes away, the page
 * says so, keeps what it has, and takes up again by itself.
 */
import type { QueryClient } from '@tanstack/react-query';
import * as E from 'fp-ts/lib/Either.js';
import { useSyncExternalStore } from 'react';
import { type ClientError, sentenceOf } from '../../../src/client/client.ts';
import { ledger } from './session.ts';

/** How the page stands with the server. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live'; readonly head: string }
  | { readonly state: 'lost'; readonly reason: string; readonly since: number }
  | { readonly state: 'refused' };

const firstWaitMs = 500;
const waitMsMax = 5_000;
/** Events that come within this time are one reason to ask anew, not many. */
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

/** How the page stands with the server, now and whenever it changes. */
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
 * Waits until the page is seen. A browser keeps only a few connections to a server, for all its tabs together: those
 * that nobody looks at must not hold one.
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

/** Waits for the first event after a position: undefined if the connection was lost. */
const nextEvent = async (after: string, signal: AbortSignal): Promise<ClientError | 'grown' | 'lost'> => {
  // One event is enough to know; on a busy ledger the others would be read for nothing.
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
  let isLetIn = false;
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
    if (!isLetIn) {
      // Whether it is ready the ledger tells everybody: whether this key lets in is seen by a question.
      const asked = await ledger().events.list({ limit: 1 }, { signal });
      if (signal.aborted) return;
      if (E.isLeft(asked) && isRefusal(asked.left)) return become({ state: 'refused' });
      isLetIn = E.isRight(asked);
    }
    become({ state: 'live', head: position });
    waitMs = firstWaitMs;
    if (wasLost || (shown !== undefined && shown !== position)) void queries.invalidateQueries();
    wasLost = false;
    shown = position;
    const came = await nextEvent(position, signal);
    if (signal.aborted) return;
    if (typeof came === 'object') return become({ state: 'refused' });
    // What follows at once is shown together with it.
    await wait(came === 'grown' ? settleMs : firstWaitMs, signal);
  }
};

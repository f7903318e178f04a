/**
 * The key with which the page asks. It is kept in this tab, and sent to the ledger only.
 */
import { useSyncExternalStore } from 'react';
import { type Client, createClient } from '../../../src/client/client.ts';

const storedUnder = 'domicile-key';

const read = (): string | undefined => {
  try {
    return sessionStorage.getItem(storedUnder) ?? undefined;
  } catch {
    return undefined;
  }
};

const clientWith = (token: string | undefined): Client =>
  // `live.ts` reconnects, because it also tells the reader.
  createClient({ url: location.origin, token, retry: { attemptsMax: 1 } });

let current = { token: read(), client: clientWith(read()) };
const listeners = new Set<() => void>();

/** The client of the page. */
export const ledger = (): Client => current.client;

/** Uses another key from now on; `undefined` for none. */
export const setKey = (token: string | undefined): void => {
  try {
    if (token === undefined) sessionStorage.removeItem(storedUnder);
    else sessionStorage.setItem(storedUnder, token);
  } catch {
    // Without storage the key lasts as long as the page.
  }
  current = { token, client: clientWith(token) };
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The current session; the component renders again when it changes. */
export const useSession = () => useSyncExternalStore(subscribe, () => current);

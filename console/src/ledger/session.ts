/**
 * Who asks: the key that the server wants where it has keys. It is kept for this tab alone, and sent to nobody else.
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
  // Following is repeated by `live.ts`, which tells the reader of the page about it.
  createClient({ url: location.origin, token, retry: { attemptsMax: 1 } });

let current = { token: read(), client: clientWith(read()) };
const listeners = new Set<() => void>();

/** The client by which everything on the page is asked. */
export const ledger = (): Client => current.client;

/** Asks with another key from now on; `undefined` for none. */
export const setKey = (token: string | undefined): void => {
  try {
    if (token === undefined) sessionStorage.removeItem(storedUnder);
    else sessionStorage.setItem(storedUnder, token);
  } catch {
    // Storage is refused: the key lasts as long as the page.
  }
  current = { token, client: clientWith(token) };
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The session as it is now; the component is drawn again when it changes. */
export const useSession = () => useSyncExternalStore(subscribe, () => current);

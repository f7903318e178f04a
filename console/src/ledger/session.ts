/**
 * The key of the page. It is stored in this tab or, if the reader chooses, on this device, and is only sent to the
 * ledger.
 */
import { useSyncExternalStore } from 'react';
import { type Client, createClient } from '../../../src/client/client.ts';
import { ledgerUrl } from './base-path.ts';

const storedUnder = 'domicile-key';

/** The key of this tab, otherwise the one stored on this device. */
const read = (): string | undefined => {
  try {
    return sessionStorage.getItem(storedUnder) ?? localStorage.getItem(storedUnder) ?? undefined;
  } catch {
    return undefined;
  }
};

const write = (storage: Storage, token: string | undefined): void => {
  if (token === undefined) storage.removeItem(storedUnder);
  else storage.setItem(storedUnder, token);
};

const clientWith = (token: string | undefined): Client =>
  // No retries here: `live.ts` reconnects, because it also informs the reader.
  createClient({ url: ledgerUrl, token, retry: { attemptsMax: 1 } });

let current = { token: read(), client: clientWith(read()) };
const listeners = new Set<() => void>();

/** The client of the page. */
export const ledger = (): Client => current.client;

const become = (token: string | undefined): void => {
  current = { token, client: clientWith(token) };
  for (const listener of listeners) listener();
};

/**
 * Uses another key from now on; `undefined` signs out on this device.
 *
 * @param keep whether this device stores it for all tabs until the reader signs out.
 */
export const setKey = (token: string | undefined, keep = false): void => {
  try {
    write(sessionStorage, token);
    if (keep || token === undefined) write(localStorage, token);
  } catch {
    // Without storage, the key lasts as long as the page.
  }
  become(token);
};

// Another tab has signed in or out.
addEventListener('storage', ({ key }) => {
  if (key === storedUnder) become(read());
});

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The current session; the component renders again when it changes. */
export const useSession = () => useSyncExternalStore(subscribe, () => current);

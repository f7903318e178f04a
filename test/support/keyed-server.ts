/** The app over a ledger with keys, with a client for each key. */
import { randomBytes } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type AppOptions, createApp } from '../../src/api/app.ts';
import type { Bounds } from '../../src/domain/recording/bounds.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { Scope } from '../../src/people/access/scopes.ts';
import { Client, newDataDirectory, removeDirectory, settingsIn } from './server.ts';

export interface KeyedServer {
  readonly ledger: Ledger;
  readonly directory: string;
  /** Creates a key; returns a client that uses it. */
  holder(name: string, scopes: ReadonlyArray<Scope>, bounds?: Bounds): Client;
  /** A client without a key, with these headers. */
  anybody(headers?: Readonly<Record<string, string>>): Client;
}

/** A new ledger, which ends with the test. */
export const keyedServer = async (options: AppOptions = {}): Promise<KeyedServer> => {
  const directory = newDataDirectory();
  const ledger = await openLedger(await settingsIn(directory));
  onTestFinished(async () => {
    await ledger.close();
    removeDirectory(directory);
  });
  await ledger.ready();
  const app = createApp(ledger, pino({ level: 'silent' }), options);
  const anybody: KeyedServer['anybody'] = (headers = {}) =>
    new Client(async (path, init = {}) =>
      app.request(path, { ...init, headers: { ...(init.headers as Record<string, string>), ...headers } }),
    );
  return {
    ledger,
    directory,
    anybody,
    holder: (name, scopes, bounds) => {
      const token = ledger.parts.keys.create(name, scopes, Date.now(), randomBytes, bounds);
      if (E.isLeft(token)) throw new Error(token.left);
      return anybody({ authorization: `Bearer ${token.right}` });
    },
  };
};

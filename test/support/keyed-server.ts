/** The app over a ledger with keys, with a client for each key. */
import { randomBytes } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
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

/** A new ledger, and what ends it. */
const opened = async (options: AppOptions): Promise<KeyedServer & { end(): Promise<void> }> => {
  const directory = newDataDirectory();
  const ledger = await openLedger(await settingsIn(directory));
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
    end: async () => {
      await ledger.close();
      removeDirectory(directory);
    },
    holder: (name, scopes, bounds) => {
      const token = ledger.parts.keys.create(name, scopes, Date.now(), randomBytes, bounds);
      if (E.isLeft(token)) throw new Error(token.left);
      return anybody({ authorization: `Bearer ${token.right}` });
    },
  };
};

/** A new ledger, which ends with the test. */
export const keyedServer = async (options: AppOptions = {}): Promise<KeyedServer> => {
  const server = await opened(options);
  onTestFinished(server.end);
  return server;
};

/** One for the tests of a file, or of the calling `describe`: `given` opens it before them. */
export const sharedKeyedServer = <A>(given: (server: KeyedServer) => Promise<A>): (() => A) => {
  let server: Awaited<ReturnType<typeof opened>> | undefined;
  let shared: A | undefined;
  beforeAll(async () => {
    server = await opened({});
    shared = await given(server);
  });
  afterAll(() => server?.end());
  return () => shared!;
};

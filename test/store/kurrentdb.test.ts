/**
 * The event store on KurrentDB: the contract of all stores.
 *
 * It runs against a KurrentDB in this process that behaves as the documented protocol has it, or, when
 * `KURRENTDB_URL` holds a connection string, against that server, each test with a ledger of its own.
 */
import { randomUUID } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { EventStore } from '../../src/store/event-store.ts';
import { processEnvironment } from '../../src/store/kurrentdb/environment.ts';
import { openKurrentDbEventStore } from '../../src/store/kurrentdb/kurrentdb-event-store.ts';
import { parseSettings } from '../../src/store/kurrentdb/settings.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

const server = process.env.KURRENTDB_URL;
const name = server === undefined ? 'kurrentdb (the double)' : 'kurrentdb (the server of KURRENTDB_URL)';

const withLedger = (connectionString: string, ledger: string): string =>
  `${connectionString}${connectionString.includes('?') ? '&' : '?'}ledger=${ledger}`;

eventStoreContract(name, async () => {
  const node = server === undefined ? await startNode() : undefined;
  const folder = newFolder();
  const ledger = `test_${randomUUID().replaceAll('-', '')}`;
  const settings = parseSettings(withLedger(server ?? `esdb://${node!.address}?tls=false`, ledger));
  if (E.isLeft(settings)) throw new Error(settings.left);
  const open = (): Promise<EventStore> =>
    openKurrentDbEventStore({
      settings: settings.right,
      directory: folder,
      environment: processEnvironment(),
    });
  let store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    cleanup: async () => {
      await store.close();
      await node?.stop();
      removeFolder(folder);
    },
  };
});

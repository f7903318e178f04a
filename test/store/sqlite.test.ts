/**
 * The embedded event store: the contract of all stores, and what can happen to a file.
 */
import { join } from 'node:path';
import type { EventStore } from '../../src/store/event-store.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

eventStoreContract('sqlite', async () => {
  const folder = newFolder();
  const file = join(folder, 'ledger.sqlite');
  const open = (): EventStore => openSqliteEventStore(file, { now: Date.now });
  let store = open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = open();
      return store;
    },
    cleanup: async () => {
      await store.close();
      removeFolder(folder);
    },
  };
});

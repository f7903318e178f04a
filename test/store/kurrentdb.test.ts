/**
 * The event store on KurrentDB: the contract of all stores.
 *
 * It runs against a KurrentDB in this process that follows the documented protocol or, if `KURRENTDB_URL` has a
 * connection string, against that server, each test with a separate ledger.
 */
import * as E from 'fp-ts/lib/Either.js';
import { processEnvironment } from '../../src/store/kurrentdb/environment.ts';
import { openKurrentDbEventStore } from '../../src/store/kurrentdb/kurrentdb-event-store.ts';
import { openReplicaReader, replicaFileOf } from '../../src/store/kurrentdb/replica-format.ts';
import { parseSettings } from '../../src/store/kurrentdb/settings.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { logReaderContract } from '../contract/log-reader.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import { type ReadableStore, readableStore } from '../support/readable-store.ts';
import { newLedgerName, withLedger } from '../support/stores.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

const server = process.env.KURRENTDB_URL;
const name = server === undefined ? 'kurrentdb (the double)' : 'kurrentdb (the server of KURRENTDB_URL)';

/** A new ledger, and how to open it. */
const newLedger = async (now?: () => number) => {
  const node = server === undefined ? await startNode(now === undefined ? {} : { now }) : undefined;
  const directory = newFolder();
  const ledger = newLedgerName();
  const settings = parseSettings(withLedger(server ?? `esdb://${node!.address}?tls=false`, ledger));
  if (E.isLeft(settings)) throw new Error(settings.left);
  return {
    replicaFile: replicaFileOf(directory, ledger),
    open: async (): Promise<ReadableStore> => {
      const store = await openKurrentDbEventStore({
        settings: settings.right,
        directory,
        environment: processEnvironment(),
      });
      return readableStore(store, openReplicaReader(replicaFileOf(directory, ledger)));
    },
    remove: async (): Promise<void> => {
      await node?.stop();
      removeFolder(directory);
    },
  };
};

eventStoreContract(name, async () => {
  const { open, remove } = await newLedger();
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
      await remove();
    },
  };
});

logReaderContract(`the replica of ${name}`, async () => {
  let now = Date.now();
  const { replicaFile, open, remove } = await newLedger(() => now);
  const store = await open();
  const reader = openReplicaReader(replicaFile);
  return {
    reader,
    record: async (batch) => {
      now += 10;
      await new Promise((resolve) => setTimeout(resolve, server === undefined ? 0 : 10));
      if (E.isLeft(await store.append(batch))) throw new Error('not appended');
    },
    cleanup: async () => {
      reader.close();
      await store.close();
      await remove();
    },
  };
});

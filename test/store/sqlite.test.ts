/**
 * The embedded event store: the contract of all stores, and what can happen to a file.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { type EventStore, origin, type StoredEvent } from '../../src/store/event-store.ts';
import { isSupportedSqlite } from '../../src/store/sqlite/file-checks.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { StoreLocked } from '../../src/store/sqlite/store-problems.ts';
import { openThreadedEventStore } from '../../src/store/sqlite/threaded-event-store.ts';
import { eventStoreContract } from '../contract/event-store.ts';
import { readableStore } from '../support/readable-store.ts';
import { fileForTest, newFolder, removeFolder } from './ledger-files.ts';

const contractOf = (
  name: string,
  open: (file: string) => EventStore | Promise<EventStore>,
  modelRuns?: number,
): void =>
  eventStoreContract(
    name,
    async () => {
      const folder = newFolder();
      const file = join(folder, 'ledger.sqlite');
      const openBoth = async () => readableStore(await open(file), openLogReader(file));
      let store = await openBoth();
      return {
        store,
        reopen: async () => {
          await store.close();
          store = await openBoth();
          return store;
        },
        cleanup: async () => {
          await store.close();
          removeFolder(folder);
        },
      };
    },
    modelRuns,
  );

contractOf('sqlite', (file) => openSqliteEventStore(file, { now: Date.now }));
// Starting a thread takes longer than its work.
contractOf('sqlite, written by a thread of its own', openThreadedEventStore, 10);

const clock = () => 1_000;

const event = (id: string, bytes = 100) => ({
  source: 'a',
  id,
  ...unattributed,
  bytes: new Uint8Array(bytes).fill(7),
});

const eventsIn = (file: string): ReadonlyArray<StoredEvent> => {
  const reader = openLogReader(file);
  try {
    return reader.after(origin, 100_000);
  } finally {
    reader.close();
  }
};

const ids = (file: string) => eventsIn(file).map(({ id }) => id);

describe('one writer', () => {
  test('given a ledger that is open, a second writer is told who holds it', async () => {
    const file = fileForTest('ledger.sqlite');
    const store = openSqliteEventStore(file, { now: () => Date.UTC(2022, 5, 17) });
    expect(() => openSqliteEventStore(file, { now: clock })).toThrow(StoreLocked);
    expect(() => openSqliteEventStore(file, { now: clock })).toThrow(
      `process ${process.pid} on ${hostname()} holds it since 2022-06-17T00:00:00.000Z`,
    );
    await expect(openThreadedEventStore(file)).rejects.toThrow(StoreLocked);
    expect(E.isRight(await store.append([event('1')]))).toBe(true);
    await store.close();
    await (await openThreadedEventStore(file)).close();
    await openSqliteEventStore(file, { now: clock }).close();
  });

  test('given a ledger reached through a link, a second writer is still refused', async () => {
    const file = fileForTest('ledger.sqlite');
    const store = openSqliteEventStore(file, { now: clock });
    symlinkSync(file, `${file}-link`);
    expect(() => openSqliteEventStore(`${file}-link`, { now: clock })).toThrow(StoreLocked);
    await store.close();
  });

  test('given a killed writing process, another opens at once and finds every confirmed event', async () => {
    const file = fileForTest('ledger.sqlite');
    for (const confirmedMin of [1, 7, 100]) {
      const writer = spawn(process.execPath, [join(import.meta.dirname, 'appending-process.ts'), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const exited = once(writer, 'exit');
      const confirmed: string[] = [];
      for await (const line of createInterface(writer.stdout)) {
        if (line !== 'open') confirmed.push(line);
        else expect(() => openSqliteEventStore(file, { now: clock })).toThrow(`process ${writer.pid} on`);
        if (confirmed.length >= confirmedMin) writer.kill('SIGKILL');
      }
      await exited;
      const store = openSqliteEventStore(file, { now: clock });
      const recorded = ids(file);
      expect(recorded).toEqual(expect.arrayContaining(confirmed));
      expect(recorded.length % 2).toBe(0);
      expect(new Set(recorded).size).toBe(recorded.length);
      await store.close();
    }
  });
});

describe('a full disk', () => {
  test('given no space, appends are refused as full and leave nothing; with space they continue', async () => {
    const file = fileForTest('ledger.sqlite');
    let connection: DatabaseSync | undefined;
    const store = openSqliteEventStore(file, {
      now: clock,
      configure: (database) => {
        connection = database;
      },
    });
    expect(E.isRight(await store.append([event('1')]))).toBe(true);
    connection!.exec('PRAGMA max_page_count = 20');
    const outcomes = await Promise.all([
      store.append([event('2'), event('3', 200_000), event('4')]),
      store.append([event('5')]),
    ]);
    expect(outcomes).toEqual([E.left({ kind: 'full' }), E.left({ kind: 'full' })]);
    expect(ids(file)).toEqual(['1']);
    connection!.exec('PRAGMA max_page_count = 1000000');
    expect(await store.append([event('2'), event('3', 200_000), event('4')])).toMatchObject(
      E.right({ recorded: 3 }),
    );
    expect(await store.append([event('5')])).toMatchObject(E.right({}));
    expect(ids(file).toSorted()).toEqual(['1', '2', '3', '4', '5']);
    await store.close();
    const reopened = openSqliteEventStore(file, { now: clock });
    expect(ids(file)).toHaveLength(5);
    await reopened.close();
  });
});

describe('limits', () => {
  test('given more appends than may wait, those beyond are told to retry, and the others are recorded', async () => {
    const store = openSqliteEventStore(fileForTest('ledger.sqlite'), {
      now: clock,
      limits: { queuedBatchesMax: 3 },
    });
    const outcomes = await Promise.all(['1', '2', '3', '4', '5'].map((id) => store.append([event(id)])));
    expect(outcomes.map(E.isRight)).toEqual([true, true, true, false, false]);
    expect(outcomes[3]).toMatchObject(
      E.left({ kind: 'unavailable', retryAfterMs: expect.any(Number), outcomeUnknown: false }),
    );
    expect(await store.append([event('4')])).toMatchObject(E.right({ recorded: 1 }));
    await store.close();
  });

  test('given more bytes than may wait, an append is told to retry', async () => {
    const store = openSqliteEventStore(fileForTest('ledger.sqlite'), {
      now: clock,
      limits: { queuedBytesMax: 250 },
    });
    const outcomes = await Promise.all(['1', '2', '3'].map((id) => store.append([event(id)])));
    expect(outcomes.map(E.isRight)).toEqual([true, true, false]);
    await store.close();
  });

  test('given events that are small each and too large together, the batch is refused', async () => {
    const store = openSqliteEventStore(fileForTest('ledger.sqlite'), {
      now: clock,
      limits: { bytesPerBatchMax: 250 },
    });
    expect(await store.append([event('1'), event('2'), event('3')])).toEqual(
      E.left({ kind: 'too-large', limit: 250, unit: 'bytes', what: 'batch' }),
    );
    await store.close();
  });
});

describe('the clock', () => {
  test('given a clock that is set back, also between runs, each append is recorded later than the one before', async () => {
    const file = fileForTest('ledger.sqlite');
    let now = 5_000;
    let store = openSqliteEventStore(file, { now: () => now });
    const append = async (id: string) => expect(E.isRight(await store.append([event(id)]))).toBe(true);
    await append('1');
    now = 4_000;
    await append('2');
    await store.close();
    now = 1_000;
    store = openSqliteEventStore(file, { now: () => now });
    await append('3');
    now = 6_000;
    await append('4');
    expect(eventsIn(file).map(({ recordedAt }) => recordedAt)).toEqual([5_000, 5_001, 5_002, 6_000]);
    await store.close();
  });
});

describe('the version of SQLite', () => {
  test('given versions, those before 3.51.3 are not supported', () => {
    for (const version of ['3.51.3', '3.51.10', '3.52.0', '4.0.0'])
      expect(isSupportedSqlite(version)).toBe(true);
    for (const version of ['3.51.2', '3.50.9', '3.9.0', '2.99.99', ''])
      expect(isSupportedSqlite(version)).toBe(false);
  });
});

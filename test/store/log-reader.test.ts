/**
 * The synchronous reader of the embedded ledger, beside its writer.
 */
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { origin } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { logReaderContract } from '../contract/log-reader.ts';
import { fileForTest, newFolder, removeFolder } from './ledger-files.ts';

logReaderContract('sqlite', async () => {
  const folder = newFolder();
  const file = join(folder, 'ledger.sqlite');
  let now = 1_000;
  const store = openSqliteEventStore(file, { now: () => (now += 10) });
  const reader = openLogReader(file);
  return {
    reader,
    record: async (batch) => {
      expect(E.isRight(await store.append(batch))).toBe(true);
    },
    cleanup: async () => {
      reader.close();
      await store.close();
      removeFolder(folder);
    },
  };
});

test('given events that are large together, a page of them is read completely', async () => {
  const file = fileForTest('ledger.sqlite');
  const store = openSqliteEventStore(file, { now: () => 1_000 });
  const sizes = [3_000_000, 0, 4_194_304, 4_194_304, 4_194_304, 4_194_304, 1, 4_000_000];
  for (const [index, size] of sizes.entries()) {
    const bytes = new Uint8Array(size).fill(index);
    expect(E.isRight(await store.append([{ source: 'a', id: `${index}`, ...unattributed, bytes }]))).toBe(
      true,
    );
  }
  const reader = openLogReader(file);
  const log = reader.after(origin, 100);
  expect(log.map(({ bytes }) => bytes.length)).toEqual(sizes);
  expect(log.every(({ bytes }, index) => bytes.every((byte) => byte === index))).toBe(true);
  reader.close();
  await store.close();
});

test('given a ledger whose writer was closed, it can still be read, and written again beside the reader', async () => {
  const file = fileForTest('ledger.sqlite');
  const event = (id: string) => ({ source: 'a', id, ...unattributed, bytes: new Uint8Array(3) });
  let store = openSqliteEventStore(file, { now: () => 1_000 });
  await store.append([event('1')]);
  await store.close();
  const reader = openLogReader(file);
  expect(reader.head()).toBe(1);
  store = openSqliteEventStore(file, { now: () => 1_000 });
  await store.append([event('2')]);
  expect(reader.head()).toBe(2);
  await store.close();
  expect(reader.after(origin, 10).map(({ id }) => id)).toEqual(['1', '2']);
  reader.close();
});

test('given an invalid limit, it is refused', () => {
  const file = fileForTest('ledger.sqlite');
  const store = openSqliteEventStore(file, { now: () => 1_000 });
  const reader = openLogReader(file);
  for (const limit of [-1, 1.5, Number.NaN]) expect(() => reader.after(origin, limit)).toThrow(RangeError);
  reader.close();
  return store.close();
});

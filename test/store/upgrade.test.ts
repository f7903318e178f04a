/** A ledger of an earlier version is upgraded when opened, and its content is unchanged. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { origin, type StoredEvent } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { DamagedStore, OlderSchema } from '../../src/store/sqlite/store-problems.ts';
import { fileForTest } from './ledger-files.ts';

/** Made by the version before attributions were kept: `a 1` and `a zwei €`, then `b 1`, a second later. */
const golden = join(import.meta.dirname, 'ledger-v1.sqlite');

const copyOfGolden = (): string => {
  const file = fileForTest('ledger.sqlite');
  copyFileSync(golden, file);
  return file;
};

const eventsIn = (file: string): ReadonlyArray<StoredEvent> => {
  const reader = openLogReader(file);
  try {
    return reader.after(origin, 100);
  } finally {
    reader.close();
  }
};

const text = new TextEncoder();
const old = (source: string, id: string) => ({
  source,
  id,
  ...unattributed,
  bytes: text.encode(`{"content":"${source} ${id} é"}`),
});

test('given a ledger of version 1, its events stay unchanged, and new ones say who recorded them', async () => {
  const file = copyOfGolden();
  const store = openSqliteEventStore(file, { now: () => 10_000 });
  const added = { ...old('b', '2'), recordedBy: 'mover', authority: 'emit' };
  const sentAgain = { ...old('a', '1'), recordedBy: 'mover', authority: 'emit' };
  expect(await store.append([sentAgain, added])).toEqual(
    E.right({ recorded: 1, duplicates: 1, position: 4 }),
  );
  await store.close();
  const plain = eventsIn(file).map((event) => ({ ...event, bytes: Buffer.from(event.bytes).toString() }));
  const wanted = [
    { ...old('a', '1'), position: 1, recordedAt: 3_000 },
    { ...old('a', 'zwei €'), position: 2, recordedAt: 3_000 },
    { ...old('b', '1'), position: 3, recordedAt: 4_000 },
    { ...added, position: 4, recordedAt: 10_000 },
  ];
  expect(plain).toEqual(wanted.map((event) => ({ ...event, bytes: Buffer.from(event.bytes).toString() })));
  const again = openSqliteEventStore(file, { now: () => 20_000 });
  expect(await again.head()).toBe(4);
  await again.close();
});

test('given a ledger of version 1, a reader leaves it unchanged, and says that starting the server upgrades it', () => {
  const file = copyOfGolden();
  expect(() => openLogReader(file)).toThrow(OlderSchema);
  expect(() => openLogReader(file)).toThrow('start the server once, which upgrades it');
});

test('given a ledger of version 1 with other tables, it is refused as damaged, and stays in its version', () => {
  const file = copyOfGolden();
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE another (a)');
  expect(() => openSqliteEventStore(file, { now: () => 10_000 })).toThrow(DamagedStore);
  expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  database.close();
});

test('given a changed attribution, of an event or in the list of them, the ledger is refused as damaged', async () => {
  for (const change of [
    "UPDATE attribution SET authority = 'admin correct emit'",
    'UPDATE attribution SET recorded_by = NULL',
    'UPDATE event SET attribution = 0 WHERE position = 2',
    'DELETE FROM attribution',
  ]) {
    const file = fileForTest('ledger.sqlite');
    const store = openSqliteEventStore(file, { now: () => 10_000 });
    for (const id of ['1', '2', '3'])
      await store.append([{ ...old('a', id), recordedBy: `key ${id}`, authority: 'emit' }]);
    await store.close();
    const database = new DatabaseSync(file);
    database.exec(change);
    database.close();
    expect(() => {
      openSqliteEventStore(file, { now: () => 10_000 });
      eventsIn(file);
    }).toThrow(DamagedStore);
  }
});

/**
 * After a crash, a write-ahead log that was cut short is taken as far as it goes; a damaged one is refused.
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { origin } from '../../src/store/event-store.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { DamagedStore } from '../../src/store/sqlite/store-problems.ts';
import { fileForTest } from './ledger-files.ts';

const appends = 8;

/** What a crash leaves of a ledger: a file, and a log of several appends that were not written back into it. */
const crashedLedger = async () => {
  const live = fileForTest('live.sqlite');
  const store = openSqliteEventStore(live, { now: () => 1_000 });
  for (let index = 0; index < appends; index++) {
    const outcome = await store.append([
      { source: 'a', id: `${index}`, bytes: new Uint8Array(3_000).fill(index) },
    ]);
    expect(E.isRight(outcome)).toBe(true);
  }
  const file = fileForTest('ledger.sqlite');
  copyFileSync(live, file);
  const log = readFileSync(`${live}-wal`);
  await store.close();
  return { file, log };
};

const idsIn = async (file: string): Promise<ReadonlyArray<string>> => {
  const store = openSqliteEventStore(file, { now: () => 1_000 });
  try {
    return (await store.read(origin, 100)).map(({ id }) => id);
  } finally {
    await store.close();
  }
};

const all = Array.from({ length: appends }, (_, index) => `${index}`);

describe('the write-ahead log after a crash', () => {
  test('given a sound log, every event is there', async () => {
    const { file, log } = await crashedLedger();
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual(all);
  });

  test('given a log that was cut short anywhere, the events before the cut are there', async () => {
    for (const keep of [0, 10, 32, 40, 5_000, 20_000, 40_000]) {
      const { file, log } = await crashedLedger();
      writeFileSync(`${file}-wal`, log.subarray(0, keep));
      const ids = await idsIn(file);
      expect(ids).toEqual(all.slice(0, ids.length));
      expect(ids.length).toBeLessThan(appends);
    }
  });

  test('given a log of nothing but zeros, as a power cut can leave it, the ledger is as it was before', async () => {
    const { file, log } = await crashedLedger();
    writeFileSync(`${file}-wal`, new Uint8Array(log.length));
    expect(await idsIn(file)).toEqual([]);
  });

  test('given a flipped bit anywhere but in the last append, the ledger is refused', async () => {
    const { file, log } = await crashedLedger();
    const places = [
      0,
      9,
      17,
      30,
      33,
      45,
      60,
      3_000,
      ...[0.2, 0.4, 0.6].map((part) => Math.floor(log.length * part)),
    ];
    for (const place of places) {
      const flipped = Uint8Array.from(log);
      flipped[place]! ^= 0x10;
      writeFileSync(`${file}-wal`, flipped);
      const opening = idsIn(file);
      await expect(opening).rejects.toThrow(DamagedStore);
      await expect(opening).rejects.toThrow('write-ahead log is not as it was written');
    }
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual(all);
  });

  test('given a flipped bit in the last append, that append is as if it had never been finished', async () => {
    const { file, log } = await crashedLedger();
    const flipped = Uint8Array.from(log);
    flipped[log.length - 10]! ^= 0x10;
    writeFileSync(`${file}-wal`, flipped);
    expect(await idsIn(file)).toEqual(all.slice(0, -1));
  });
});

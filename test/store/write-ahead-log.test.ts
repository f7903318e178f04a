/** After a crash, a truncated write-ahead log is used as far as it goes; a damaged one is refused. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { origin } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { DamagedStore } from '../../src/store/sqlite/store-problems.ts';
import { openThreadedEventStore } from '../../src/store/sqlite/threaded-event-store.ts';
import { fileForTest } from './ledger-files.ts';

const appends = 8;

const event = (number: number) => ({
  source: 'a',
  id: `${number}`,
  ...unattributed,
  bytes: new Uint8Array(3_000).fill(number),
});

/**
 * A ledger after a crash: a file, and a log with several appends that were not checkpointed. `older` is the log's
 * content before it was restarted, the appends of `-1` and below.
 */
const crashedLedger = async ({ begunAnew = false } = {}) => {
  const live = fileForTest('live.sqlite');
  let connection: DatabaseSync | undefined;
  const store = openSqliteEventStore(live, {
    now: () => 1_000,
    configure: (database) => {
      connection = database;
    },
  });
  const append = async (number: number) => expect(E.isRight(await store.append([event(number)]))).toBe(true);
  if (begunAnew) for (let number = -2 * appends; number < 0; number++) await append(number);
  const older = readFileSync(`${live}-wal`);
  if (begunAnew) connection!.prepare('PRAGMA wal_checkpoint(RESTART)').get();
  for (let number = 0; number < appends; number++) await append(number);
  const file = fileForTest('ledger.sqlite');
  copyFileSync(live, file);
  const log = readFileSync(`${live}-wal`);
  const count = readFileSync(`${live}-count`);
  await store.close();
  return { file, log, older, count };
};

const idsIn = async (file: string): Promise<ReadonlyArray<string>> => {
  const store = openSqliteEventStore(file, { now: () => 1_000 });
  try {
    const reader = openLogReader(file);
    const events = reader.after(origin, 100);
    reader.close();
    return events.map(({ id }) => id);
  } finally {
    await store.close();
  }
};

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index}`);

const all = ids(0, appends);

const flipped = (log: Uint8Array, place: number): Uint8Array => {
  const copy = Uint8Array.from(log);
  copy[place]! ^= 0x10;
  return copy;
};

/** Where the frames of a log begin, and the number of the first frame of the last append. */
const framesIn = (log: Buffer) => {
  const [headerBytes, frameBytes] = [32, 24 + log.readUInt32BE(8)];
  const count = (log.length - headerBytes) / frameBytes;
  const frames = Array.from({ length: count }, (_, number) => headerBytes + number * frameBytes);
  const ofThisLog = (number: number) => log.readBigUInt64BE(frames[number]! + 8) === log.readBigUInt64BE(16);
  const commits = [...frames.keys()].filter(
    (number) => ofThisLog(number) && log.readUInt32BE(frames[number]! + 4) !== 0,
  );
  return { frames, lastAppend: commits.at(-2)! + 1 };
};

describe('the write-ahead log after a crash', () => {
  test('given a sound log, every event is there', async () => {
    const { file, log } = await crashedLedger();
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual(all);
  });

  test('given a log restarted over an older one, the rest of the older one does no harm', async () => {
    const { file, log, older } = await crashedLedger({ begunAnew: true });
    expect(log.length).toBe(older.length);
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual([...ids(-2 * appends, 0), ...all]);
  });

  test('given a power cut that kept a frame of the older log in the middle of the last append, that append is missing', async () => {
    const { file, log, older } = await crashedLedger({ begunAnew: true });
    const { frames, lastAppend } = framesIn(log);
    const [start, end] = [frames[lastAppend]!, frames[lastAppend + 1]!];
    log.set(older.subarray(start, end), start);
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual([...ids(-2 * appends, 0), ...all.slice(0, -1)]);
  });

  test('given a log truncated anywhere, the events before the cut are there', async () => {
    for (const keep of [0, 10, 32, 40, 5_000, 20_000, 40_000]) {
      const { file, log } = await crashedLedger();
      writeFileSync(`${file}-wal`, log.subarray(0, keep));
      const ids = await idsIn(file);
      expect(ids).toEqual(all.slice(0, ids.length));
      expect(ids.length).toBeLessThan(appends);
    }
  });

  test('given a log of only zeros, as a power cut can leave it, the ledger is as before', async () => {
    const { file, log } = await crashedLedger();
    writeFileSync(`${file}-wal`, new Uint8Array(log.length));
    expect(await idsIn(file)).toEqual([]);
  });

  test('given a flipped bit in the header of the log, the ledger is refused', async () => {
    const { file, log } = await crashedLedger();
    for (const place of [0, 9, 17, 30]) {
      writeFileSync(`${file}-wal`, flipped(log, place));
      await expect(idsIn(file)).rejects.toThrow(DamagedStore);
    }
  });

  test('given a flipped bit in any frame except those of the last append, the ledger is refused', async () => {
    const { file, log } = await crashedLedger();
    const { frames, lastAppend } = framesIn(log);
    expect(lastAppend).toBeGreaterThan(appends);
    for (let frame = 0; frame < lastAppend; frame++) {
      for (const place of [3, 9, 17, 24 + 100, 24 + 4_000]) {
        writeFileSync(`${file}-wal`, flipped(log, frames[frame]! + place));
        const opening = idsIn(file);
        await expect(opening).rejects.toThrow(DamagedStore);
        await expect(opening).rejects.toThrow(`frame ${frame} of its write-ahead log is damaged`);
      }
    }
    writeFileSync(`${file}-wal`, log);
    expect(await idsIn(file)).toEqual(all);
  });

  test('given a flipped bit in any frame of the last append, or a lost end, its count shows it: the rest is read, and nothing is recorded until the count is deleted', async () => {
    const { log, count } = await crashedLedger();
    const { lastAppend, frames } = framesIn(log);
    const damages = [
      ...frames.slice(lastAppend).map((start) => flipped(log, start + 24 + 100)),
      log.subarray(0, frames[lastAppend]),
      new Uint8Array(log.length),
    ];
    for (const damage of damages) {
      const crashed = await crashedLedger();
      writeFileSync(`${crashed.file}-wal`, damage);
      writeFileSync(`${crashed.file}-count`, count);
      const told = /ends at position \d, and 8 were recorded.*ledger\.sqlite-count/;
      const left = await idsIn(crashed.file);
      expect(left).toEqual(all.slice(0, left.length));
      expect(left.length).toBeLessThan(all.length);
      const open = await openThreadedEventStore(crashed.file);
      expect(open.fault()).toMatch(told);
      expect(await open.append([event(99)])).toMatchObject({ left: { reason: expect.stringMatching(told) } });
      await open.close();
      rmSync(`${crashed.file}-count`);
      const again = await openThreadedEventStore(crashed.file);
      expect(again.fault()).toBeUndefined();
      expect(await again.append([event(99)])).toSatisfy(E.isRight);
      await again.close();
    }
    const sound = await crashedLedger();
    writeFileSync(`${sound.file}-wal`, log);
    writeFileSync(`${sound.file}-count`, count);
    expect(await idsIn(sound.file)).toEqual(all);
  });

  test('given a flipped bit in any frame of the last append, and no count, that append seems never finished', async () => {
    const { log } = await crashedLedger();
    const { frames, lastAppend } = framesIn(log);
    expect(lastAppend).toBeLessThan(frames.length - 1);
    for (let frame = lastAppend; frame < frames.length; frame++) {
      const crashed = await crashedLedger();
      const { frames } = framesIn(crashed.log);
      writeFileSync(`${crashed.file}-wal`, flipped(crashed.log, frames[frame]! + 24 + 100));
      expect(await idsIn(crashed.file)).toEqual(all.slice(0, -1));
    }
  });
});

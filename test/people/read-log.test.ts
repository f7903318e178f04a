/** The log of reads: no recorded question is lost or altered silently. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Read, ReadLog } from '../../src/people/access/read-log.ts';
import { CheckpointsBeside } from '../../src/store/sqlite/checkpoints-beside.ts';
import { StoreProblem } from '../../src/store/sqlite/store-problems.ts';
import { fileForTest } from '../store/ledger-files.ts';

const question = (number: number): Omit<Read, 'id'> => ({
  at: 1_000 + number,
  reader: number % 2 === 0 ? 'auditor' : null,
  subject: `psn_${number}`,
  question: 'residency',
});

/** A log of some questions, with the files that a killed process leaves. */
const killedAfter = async (questions: number): Promise<string> => {
  const live = fileForTest('reads.sqlite');
  const log = new ReadLog(live);
  onTestFinished(() => log.close());
  for (let number = 0; number < questions; number++) await log.record(question(number));
  const left = fileForTest('reads.sqlite');
  for (const suffix of ['', '-wal', '-count']) copyFileSync(live + suffix, left + suffix);
  return left;
};

const readsIn = async (file: string): Promise<ReadonlyArray<Omit<Read, 'id'>> | 'refused'> => {
  try {
    const log = new ReadLog(file);
    try {
      return log.after(0, null, 1_000).map(({ id: _, ...read }) => read);
    } finally {
      await log.close();
    }
  } catch (error) {
    if (error instanceof StoreProblem) return 'refused';
    throw error;
  }
};

const all = (questions: number) => Array.from({ length: questions }, (_, number) => question(number));

describe('the log of reads', () => {
  test('given a kill, has every answered question', async () => {
    expect(await readsIn(await killedAfter(12))).toEqual(all(12));
  });

  test('given many questions at once, has all of them in order', async () => {
    const file = fileForTest('reads.sqlite');
    const log = new ReadLog(file);
    const recorded = all(300).map((read, number) =>
      number % 100 === 0 ? log.recordAll([read]) : log.record(read),
    );
    const closed = log.close();
    await Promise.all([...recorded, closed]);
    expect(await readsIn(file)).toEqual(all(300));
  });

  test('given a question that cannot be written, refuses those that wait with it, and records later ones', async () => {
    const file = fileForTest('reads.sqlite');
    const log = new ReadLog(file);
    const unwritable = { ...question(1), subject: null as unknown as string };
    // The first is being written while the others arrive.
    const outcomes = await Promise.allSettled(
      [question(0), question(1), unwritable].map((read) => log.record(read)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await log.record(question(1));
    await log.close();
    expect(await readsIn(file)).toEqual(all(2));
  });

  test('given a question alone that cannot be written, records later ones', async () => {
    const file = fileForTest('reads.sqlite');
    const log = new ReadLog(file);
    await expect(log.record({ ...question(1), subject: null as unknown as string })).rejects.toThrow();
    await log.recordAll(all(2));
    await log.close();
    expect(await readsIn(file)).toEqual(all(2));
  });

  test('given a flipped bit anywhere in the files after a kill, is refused or whole', async () => {
    const left = await killedAfter(12);
    const sound = new Map(['', '-wal', '-count'].map((suffix) => [suffix, readFileSync(left + suffix)]));
    const outcomes = { refused: 0, whole: 0 };
    for (let round = 0; round < 150; round++) {
      for (const suffix of ['-shm', '-lock']) rmSync(left + suffix, { force: true });
      for (const [suffix, bytes] of sound) writeFileSync(left + suffix, bytes);
      const suffix = round % 3 === 0 ? '' : '-wal';
      const flipped = Uint8Array.from(sound.get(suffix)!);
      // Two thirds of the flips are in the write-ahead log, half of these in its last frames.
      const from = suffix === '-wal' && round % 2 === 0 ? flipped.length - 8_000 : 0;
      const place = from + Math.floor((((round * 7_919) % 10_007) / 10_007) * (flipped.length - from));
      flipped[place]! ^= 1 << (round % 8);
      writeFileSync(left + suffix, flipped);
      const found = await readsIn(left);
      if (found === 'refused') outcomes.refused++;
      else {
        expect(found).toEqual(all(12));
        outcomes.whole++;
      }
    }
    expect(outcomes.refused).toBeGreaterThan(60);
  });

  test('given a lost end, continues without it after the count was deleted', async () => {
    const left = await killedAfter(5);
    rmSync(`${left}-wal`);
    expect(() => new ReadLog(left)).toThrow(/ends at question 0, and 5 were recorded.*reads\.sqlite-count/);
    rmSync(`${left}-count`);
    expect(await readsIn(left)).toEqual([]);
  });

  test('given many questions, a thread copies them from the write-ahead log into the file', async () => {
    const file = fileForTest('reads.sqlite');
    const log = new ReadLog(file);
    const before = statSync(file).size;
    const record = async (from: number, to: number): Promise<void> => {
      for (let number = from; number < to; number += 10)
        await log.recordAll(all(10).map((read) => ({ ...read, at: number })));
    };
    await record(0, 1_490);
    expect(statSync(file).size).toBe(before);
    await record(1_490, 1_500);
    await expect.poll(() => statSync(file).size).toBeGreaterThan(before);
    // All of the log is copied, so it is begun again and its file does not grow.
    const grownBy = async (): Promise<number> => {
      const length = statSync(`${file}-wal`).size;
      await record(1_500, 1_510);
      return statSync(`${file}-wal`).size - length;
    };
    await expect.poll(grownBy).toBe(0);
    await log.close();
  });

  test('given a process with nothing else to do, closes its file before the process ends', () => {
    const file = fileForTest('reads.sqlite');
    const module = new URL('../../src/people/access/read-log.ts', import.meta.url);
    const script = `
      import { ReadLog } from ${JSON.stringify(module.href)};
      const log = new ReadLog(${JSON.stringify(file)});
      const read = ${JSON.stringify(question(1))};
      for (let batch = 0; batch < 2; batch++) await log.recordAll(Array(1_500).fill(read));
      await log.close();
      console.log('closed');`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
    expect(String(stdout)).toBe('closed\n');
  });

  test('given a thread that fails, closes its file all the same', async () => {
    const file = fileForTest('reads.sqlite');
    const log = new ReadLog(file, new CheckpointsBeside(`${file}/not-there`));
    await log.recordAll(all(1_500));
    await log.close();
    expect(await readsIn(file)).toHaveLength(1_000);
  });

  test('given no checkpoints by another thread, does not let the write-ahead log grow without end', async () => {
    const file = fileForTest('reads.sqlite');
    let requested = 0;
    const log = new ReadLog(file, { request: () => requested++, close: async () => {} });
    for (let number = 0; number < 12_000; number++) await log.record(question(number));
    expect(requested).toBe(8);
    const mebibytes = statSync(`${file}-wal`).size / 2 ** 20;
    expect(mebibytes).toBeGreaterThan(16);
    expect(mebibytes).toBeLessThan(70);
    await log.close();
  });

  test('given a file of an earlier version, takes it over', async () => {
    const file = fileForTest('reads.sqlite');
    const database = new DatabaseSync(file);
    database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA application_id = ${0x446f6d52};
      CREATE TABLE IF NOT EXISTS read (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reader TEXT, subject TEXT NOT NULL, question TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS read_subject ON read (subject, id);
      INSERT INTO read (at, reader, subject, question) VALUES (1000, 'auditor', 'psn_0', 'residency');
    `);
    database.close();
    const log = new ReadLog(file);
    await log.record(question(1));
    await log.close();
    expect(await readsIn(file)).toEqual(all(2));
    expect(statSync(`${file}-count`).mode & 0o077).toBe(0);
  });
});

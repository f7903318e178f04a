/** A damaged, foreign or truncated ledger is refused with a remedy, and never shows another history. */
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import { origin } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import {
  DamagedStore,
  ForeignFile,
  StoreProblem,
  StoreUnusable,
  WrongSchema,
} from '../../src/store/sqlite/store-problems.ts';
import { fileForTest } from './ledger-files.ts';

const open = (file: string) => openSqliteEventStore(file, { now: () => 1_000 });

const batch = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({
    source: `source-${(from + index) % 3}`,
    id: `event-${from + index}`,
    ...unattributed,
    bytes: new TextEncoder().encode(`content ${from + index} `.repeat(20)),
  }));

/** A closed ledger with a number of events. */
const ledgerOf = async (events: number): Promise<string> => {
  const file = fileForTest('ledger.sqlite');
  const store = open(file);
  expect(E.isRight(await store.append(batch(0, events)))).toBe(true);
  await store.close();
  return file;
};

const problemOf = (act: () => unknown): StoreProblem => {
  try {
    act();
  } catch (error) {
    if (error instanceof StoreProblem) return error;
    throw error;
  }
  throw new Error('it was opened');
};

const flip = (file: string, place: number, mask = 0xff): void => {
  const bytes = readFileSync(file);
  bytes[place]! ^= mask;
  writeFileSync(file, bytes);
};

/** Everything that a ledger answers, or its problem. */
const answersOf = async (file: string): Promise<unknown> => {
  try {
    const store = open(file);
    try {
      const reader = openLogReader(file);
      try {
        const log = reader.after(origin, 1_000);
        const found = batch(0, 40).map(({ source, id }) => reader.find(source, id));
        const resent = await store.append(batch(0, 40));
        return { log, found, resent };
      } finally {
        reader.close();
      }
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof StoreProblem) return 'refused';
    throw error;
  }
};

describe('a damaged ledger', () => {
  test('given a flipped byte anywhere, the ledger is refused or answers as before', async () => {
    const file = await ledgerOf(40);
    const answers = await answersOf(file);
    expect(answers).toMatchObject({ resent: E.right({ recorded: 0, duplicates: 40, position: 40 }) });
    const sound = readFileSync(file);
    const outcomes = { refused: 0, same: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), async (place, mask) => {
        for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
        writeFileSync(file, sound);
        flip(file, place, mask);
        const answered = await answersOf(file);
        outcomes[answered === 'refused' ? 'refused' : 'same']++;
        if (answered !== 'refused') expect(answered).toEqual(answers);
      }),
      { numRuns: 200 },
    );
    expect(outcomes.refused).toBeGreaterThan(30);
    expect(outcomes.same).toBeGreaterThan(0);
  });

  test('given each byte of the header flipped in turn, the ledger is refused or answers as before', async () => {
    const file = await ledgerOf(40);
    const answers = await answersOf(file);
    const sound = readFileSync(file);
    for (let place = 0; place < 100; place++) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
      writeFileSync(file, sound);
      flip(file, place);
      const answered = await answersOf(file);
      if (answered !== 'refused') expect(answered).toEqual(answers);
    }
  });

  test('given a small ledger with a flipped byte in an event, opening it reports that', async () => {
    const file = await ledgerOf(40);
    flip(file, readFileSync(file).indexOf('content 17') + 50);
    expect(problemOf(() => open(file)).message).toContain('the event at position 18 is damaged');
  });

  test('given a ledger whose tables were altered, accidentally or by hand, it is refused', async () => {
    for (const alter of [
      'ALTER TABLE event RENAME COLUMN recorded_at TO recorded',
      'DROP INDEX event_by_id',
    ]) {
      const file = await ledgerOf(3);
      const database = new DatabaseSync(file);
      database.exec(alter);
      database.close();
      for (const opening of [open, openLogReader]) {
        const problem = problemOf(() => opening(file));
        expect(problem).toBeInstanceOf(DamagedStore);
        expect(problem.message).toContain('the tables of the ledger are not as they were made');
      }
    }
  });

  test('given a flipped byte in a ledger too large to be checked at opening, reading the event reports it', async () => {
    const file = fileForTest('ledger.sqlite');
    const store = open(file);
    const large = (id: string) => ({
      source: 'a',
      id,
      ...unattributed,
      bytes: new Uint8Array(1_000_000).fill(7),
    });
    for (let index = 0; index < 20; index++) await store.append([large(`${index}`)]);
    await store.close();
    flip(file, 10_500_000);
    const reopened = open(file);
    const reader = openLogReader(file);
    const damage = problemOf(() => reader.after(origin, 100));
    expect(damage).toBeInstanceOf(DamagedStore);
    expect(damage.message).toMatch(/the event at position 1\d is damaged\. .*restore the latest backup/);
    reader.close();
    await reopened.close();
  });

  test('given a truncated ledger, it is refused with what to do', async () => {
    for (const keep of [0.9, 0.5]) {
      const file = await ledgerOf(200);
      truncateSync(file, Math.floor((statSync(file).size * keep) / 4096) * 4096);
      const problem = problemOf(() => open(file));
      expect(problem).toBeInstanceOf(DamagedStore);
      expect(problem.message).toContain(file);
      expect(problem.message).toContain('restore the latest backup');
    }
  });

  test('given a ledger truncated to nothing, it is refused and not started anew', async () => {
    const file = await ledgerOf(3);
    truncateSync(file, 0);
    expect(problemOf(() => open(file))).toBeInstanceOf(DamagedStore);
    expect(problemOf(() => openLogReader(file))).toBeInstanceOf(DamagedStore);
    expect(statSync(file).size).toBe(0);
  });

  test('given only the write-ahead log of a ledger, it is refused and not started anew', async () => {
    const file = await ledgerOf(3);
    rmSync(file);
    writeFileSync(`${file}-wal`, 'what is left of the log');
    expect(problemOf(() => open(file))).toBeInstanceOf(DamagedStore);
    expect(existsSync(file)).toBe(false);
  });

  test('given a ledger that lost its last events, it is refused', async () => {
    const file = await ledgerOf(40);
    const database = new DatabaseSync(file);
    database.exec('DELETE FROM event WHERE position > 35');
    database.close();
    expect(problemOf(() => open(file)).message).toContain(
      'it ends at position 35, but its streams count 40 events',
    );
  });

  test('given a damaged lock file, the message says to delete only that', async () => {
    const file = await ledgerOf(3);
    writeFileSync(`${file}-lock`, 'not a lock any more '.repeat(100));
    const problem = problemOf(() => open(file));
    expect(problem).toBeInstanceOf(DamagedStore);
    expect(problem.message).toContain('delete only the lock file');
    rmSync(`${file}-lock`);
    await open(file).close();
  });
});

describe('a file that is not a ledger', () => {
  test('given a text file, it is refused and left unchanged', () => {
    const file = fileForTest('notes.txt');
    const text = 'Buy milk, and ask where the data went. '.repeat(200);
    writeFileSync(file, text);
    const problem = problemOf(() => open(file));
    expect(problem).toBeInstanceOf(ForeignFile);
    expect(problem.message).toContain(file);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('given the database of another program, it is refused and left unchanged', () => {
    const file = fileForTest('other.sqlite');
    const other = new DatabaseSync(file);
    other.exec('CREATE TABLE song (title TEXT)');
    other.close();
    const before = readFileSync(file);
    expect(problemOf(() => open(file))).toBeInstanceOf(ForeignFile);
    expect(problemOf(() => openLogReader(file))).toBeInstanceOf(ForeignFile);
    expect(readFileSync(file)).toEqual(before);
  });

  test('given a vault in place of the ledger, or the other way round, it is refused', async () => {
    const vaultFile = fileForTest('vault.sqlite');
    const vaultOptions = { now: () => 1_000, random: (bytes: number) => new Uint8Array(bytes) };
    openSqliteVault(vaultFile, vaultOptions).close();
    expect(problemOf(() => open(vaultFile))).toBeInstanceOf(ForeignFile);
    const ledgerFile = await ledgerOf(1);
    expect(problemOf(() => openSqliteVault(ledgerFile, vaultOptions))).toBeInstanceOf(ForeignFile);
  });

  test('given a ledger of another schema version, it is refused, and the message says which Domicile to run', async () => {
    for (const [version, remedy] of [
      [0, 'an older Domicile'],
      [3, 'a newer Domicile'],
    ] as const) {
      const file = await ledgerOf(3);
      const database = new DatabaseSync(file);
      database.exec(`PRAGMA user_version = ${version}`);
      database.close();
      const problem = problemOf(() => open(file));
      expect(problem).toBeInstanceOf(WrongSchema);
      expect(problem.message).toContain(remedy);
    }
  });

  test('given no file, a reader says so and creates none', () => {
    const file = fileForTest('ledger.sqlite');
    expect(problemOf(() => openLogReader(file))).toBeInstanceOf(StoreUnusable);
    expect(existsSync(file)).toBe(false);
  });

  test('given a path below a file, it is refused', async () => {
    const file = await ledgerOf(1);
    expect(problemOf(() => open(`${file}/ledger.sqlite`))).toBeInstanceOf(StoreUnusable);
  });
});

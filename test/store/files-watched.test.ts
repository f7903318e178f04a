/**
 * The files of a ledger are checked while it serves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import type { WatchProgress } from '../../src/ledger/watch/check-files.ts';
import { FileWatch } from '../../src/ledger/watch/file-watch.ts';
import { checkSlowly } from '../../src/ledger/watch/slow-check.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { many, placed } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { fileForTest } from './ledger-files.ts';

const ledgerOf = async (events: number): Promise<string> => {
  const file = fileForTest('log.sqlite');
  const store = openSqliteEventStore(file, { now: () => 1_000 });
  const batch = Array.from({ length: events }, (_, index) => ({
    source: 'a-source',
    id: `event-${index}`,
    ...unattributed,
    bytes: new TextEncoder().encode(`content ${index} `.repeat(20)),
  }));
  expect(E.isRight(await store.append(batch))).toBe(true);
  await store.close();
  return file;
};

const checked = async (log: string): Promise<FileWatch['state']> => {
  const watch = new FileWatch(
    { log, vault: fileForTest('vault.sqlite'), reads: fileForTest('reads.sqlite') },
    () => 0,
  );
  try {
    await watch.check();
    return watch.state;
  } finally {
    await watch.close();
  }
};

describe('the projections of a serving ledger', () => {
  test('given a flipped byte in any of them, the check finds it, and they are rebuilt', async () => {
    const directory = newDataDirectory();
    const server = await LocalServer.open(directory);
    try {
      const atLeast = await server.record([placed('placed', 'us', 'virginia'), ...many(300)]);
      const held = async () => (await server.get('/v1/sites/virginia/holdings', { atLeast })).body.data;
      await expect.poll(async () => (await held())?.[0]?.subjects, { timeout: 20_000 }).toBe(300);
      const watch = server.ledger.parts.watch!;
      await watch.check();
      const before = server.ledger.generation();
      expect((await server.get('/readyz')).body).toMatchObject({ filesCheck: { running: null } });
      expect(watch.state.damage).toBeUndefined();
      const file = server.ledger.parts.generations.file(before);
      const writing = new DatabaseSync(file);
      writing.exec("UPDATE name SET position = position + 1 WHERE name = 'virginia'");
      writing.close();
      await watch.check();
      await expect.poll(() => server.ledger.generation(), { timeout: 20_000 }).toBe(before + 1);
      await expect.poll(async () => (await held())?.[0]?.subjects, { timeout: 20_000 }).toBe(300);
      await watch.check();
      expect(server.ledger.generation()).toBe(before + 1);
    } finally {
      await server.close();
      removeDirectory(directory);
    }
  });
});

describe('a file of a serving ledger', () => {
  test('given a sound one, reports when it was checked', async () => {
    expect(await checked(await ledgerOf(1_200))).toEqual({ checkedAt: '1970-01-01T00:00:00.000Z' });
  });

  test('given a flipped byte in an event, is reported', async () => {
    const file = await ledgerOf(1_200);
    const bytes = readFileSync(file);
    bytes[bytes.indexOf('content 1017') + 30]! ^= 1;
    writeFileSync(file, bytes);
    expect((await checked(file)).damage).toContain('the event at position 1018 is damaged');
  });

  test('given a flipped byte in the index, by which an event could be recorded twice, is reported', async () => {
    const file = await ledgerOf(1_200);
    const database = new DatabaseSync(file);
    const pages = database.prepare("SELECT pageno FROM dbstat WHERE name = 'event_by_id'").all();
    database.close();
    const bytes = readFileSync(file);
    for (const { pageno } of pages) {
      const [start, end] = [(Number(pageno) - 1) * 4_096, Number(pageno) * 4_096];
      // Copies that a split of the page left behind may be beside it.
      for (
        let at = bytes.indexOf('event-600', start);
        at >= 0 && at < end;
        at = bytes.indexOf('event-600', at + 1)
      )
        bytes[at + 6]! ^= 0x40;
    }
    writeFileSync(file, bytes);
    expect((await checked(file)).damage).toMatch(/index of the event at position \d+ does not lead to it/);
  });
});

describe('a check of files', () => {
  test('given steps of less than a millisecond, pauses fifteen times as long after each millisecond, and tells its progress now and then', async () => {
    let now = 0;
    const [checked, pauses, told]: [number[], number[], number[]] = [[], [], []];
    function* steps(): Generator<WatchProgress> {
      for (let done = 1; done <= 200; done++) {
        now += 0.25;
        checked.push(now);
        yield { file: 'log', done, of: 200 };
      }
    }
    await checkSlowly(steps(), {
      now: () => now,
      pause: async (ms) => {
        pauses.push(ms);
        now += ms;
      },
      tell: ({ done }) => told.push(done),
    });
    expect(pauses).toEqual(Array(50).fill(15));
    expect(checked[4]).toBe(16.25);
    // Every 16 ms there is a millisecond of four steps; 32 of these take 512 ms.
    expect(told).toEqual([4, 132]);
  });
});

/** A log long enough to be compared with its tree in several threads, with the same result as in one. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { builderOf, growTree } from '../../src/integrity/follow-log.ts';
import { openTreeToRead, openTreeToWrite } from '../../src/integrity/tree-file.ts';
import { checkLog } from '../../src/ledger/verify/verify-log.ts';
import { eventChecksum } from '../../src/store/sqlite/ledger-format.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { newDataDirectory, removeDirectory } from '../support/server.ts';

const directory = newDataDirectory();
const files = { logFile: join(directory, 'log.sqlite'), treeFile: join(directory, 'tree.sqlite') };
/** Enough for two parts. */
const events = 101_000;
const bytes = new TextEncoder().encode('{"storedversion":0}');

beforeAll(async () => {
  const store = openSqliteEventStore(files.logFile, { now: Date.now });
  for (let first = 0; first < events; first += 1_000)
    await store.append(
      Array.from({ length: 1_000 }, (_, index) => ({
        ...{ source: 'a', id: String(first + index), ...unattributed, bytes },
      })),
    );
  await store.close();
  const [log, tree] = [openLogReader(files.logFile), openTreeToWrite(files.treeFile, 0)];
  const builder = builderOf(tree);
  while (growTree(log, tree, builder) > 0);
  tree.close();
  log.close();
});
afterAll(() => removeDirectory(directory));

/** The findings of two threads, which must equal those of one. */
const found = async (): Promise<ReadonlyArray<string>> => {
  const [log, tree] = [openLogReader(files.logFile), openTreeToRead(files.treeFile)];
  try {
    const checks = [2, 1].map((threads) => checkLog({ log, tree, files }, () => {}, threads));
    return (await Promise.all(checks)).map((check) => `${check.state}: ${check.found}`);
  } finally {
    tree.close();
    log.close();
  }
};

/** Moves the time of a recorded event by a millisecond, and repairs its checksum. */
const moveRecordedAt = (position: number): void => {
  const database = new DatabaseSync(files.logFile);
  const row = database.prepare(
    'SELECT source, id, recorded_at AS at, attribution FROM event WHERE position = ?',
  );
  const { source, id, at, attribution } = row.get(position) as unknown as {
    source: number;
    id: string;
    at: number;
    attribution: number;
  };
  const checksum = eventChecksum(position, source, id, at + 1, attribution, bytes);
  database
    .prepare('UPDATE event SET recorded_at = ?, checksum = ? WHERE position = ?')
    .run(at + 1, checksum, position);
  database.close();
};

describe('a log compared with its tree by two threads', () => {
  it('given each event as hashed, is sound', async () => {
    const all = 'ok: 101,000 events match their hashes';
    expect(await found()).toEqual([all, all]);
  });

  it('given an event changed in the second part, and then one in the first, reports the first of them', async () => {
    moveRecordedAt(100_500);
    const [two, one] = await found();
    expect(two).toContain('at position 100500;');
    expect(two).toBe(one);
    moveRecordedAt(40_000);
    const [twoBoth, oneBoth] = await found();
    expect(twoBoth).toContain('at position 40000;');
    expect(twoBoth).toBe(oneBoth);
  });

  it('given nearly all of its events gone, reports how many are missing', async () => {
    const database = new DatabaseSync(files.logFile);
    database.exec('DELETE FROM event WHERE position > 10');
    database.close();
    const [two, one] = await found();
    expect(two).toContain('100990 events are missing from position 11 on');
    expect(two).toBe(one);
  });
});

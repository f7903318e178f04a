/**
 * Copying a ledger between the embedded store and KurrentDB.
 */
import * as E from 'fp-ts/lib/Either.js';
import { expect, onTestFinished, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { type CopyOptions, type CopyProgress, copyLog } from '../../src/store/copy.ts';
import { origin, type StoredEvent } from '../../src/store/event-store.ts';
import { copyBetween } from '../../src/store/open/copy-between.ts';
import { openLogFile } from '../../src/store/open/open-log-file.ts';
import { embeddedLogFile, openStore, type StoreSettings } from '../../src/store/open/open-store.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import {
  appended,
  event,
  everything,
  impatient,
  insecure,
  runningNode,
  several,
} from './kurrentdb-ledgers.ts';
import { fileForTest } from './ledger-files.ts';

const sleep: CopyOptions['sleep'] = (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 20)));

const embedded = (): StoreSettings => {
  const directory = fileForTest('data');
  return { store: `sqlite:${directory}`, dataDirectory: directory };
};

const onKurrentDb = async (): Promise<StoreSettings> => ({
  store: insecure(await runningNode()),
  dataDirectory: fileForTest('data'),
});

/** An embedded ledger with several sources, recorded over some days. */
const recordedLedger = async (): Promise<StoreSettings> => {
  const settings = embedded();
  let now = Date.UTC(2022, 5, 17);
  const opened = await openStore(settings, {
    environment: {
      now: () => now,
      random: () => 0,
      newId: () => '',
      sleep: async () => undefined,
      notify: () => undefined,
    },
  });
  for (let day = 0; day < 20; day++) {
    now += 86_400_000;
    appended(await opened.store.append([event('a', `${day}`), event('b', `${day}`), event('a', `${day}/2`)]));
    appended(await opened.store.append(several('c', day * 10, day * 10 + 10)));
  }
  await opened.store.close();
  return settings;
};

const logOf = async (settings: StoreSettings): Promise<ReadonlyArray<StoredEvent>> => {
  const opened = await openStore(settings, { limits: impatient });
  try {
    const reader = openLogFile(opened.logFile);
    const log = reader.after(origin, everything);
    reader.close();
    return log;
  } finally {
    await opened.store.close();
  }
};

const copy = (from: StoreSettings, to: StoreSettings, options: Partial<CopyOptions> = {}) =>
  copyBetween(from, to, { sleep, pageEventsMax: 50, ...options }, { limits: impatient });

const copied = (outcome: Awaited<ReturnType<typeof copy>>) => {
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left));
  return outcome.right;
};

test('given an embedded ledger, it is copied to KurrentDB and back, each event with its time and position', async () => {
  const from = await recordedLedger();
  const [there, back] = [await onKurrentDb(), embedded()];
  const progress: CopyProgress[] = [];
  const first = copied(await copy(from, there, { onProgress: (one) => progress.push(one) }));
  const second = copied(await copy(there, back));
  expect(first).toEqual({ events: 260, compared: 0, digest: second.digest });
  const original = await logOf(from);
  expect(await logOf(there)).toEqual(original);
  expect(await logOf(back)).toEqual(original);
  expect(progress.map(({ events }) => events)).toEqual([50, 100, 150, 200, 250, 260]);
  expect(progress.at(-1)!.position).toBe(progress.at(-1)!.head);
});

test('given a copy, what was known when is the same as in the original', async () => {
  const from = await recordedLedger();
  const to = await onKurrentDb();
  copied(await copy(from, to));
  const [original, another] = [await openStore(from), await openStore(to, { limits: impatient })];
  const logs = [openLogFile(original.logFile), openLogFile(another.logFile)] as const;
  onTestFinished(async () => {
    for (const log of logs) log.close();
    await original.store.close();
    await another.store.close();
  });
  for (let instant = Date.UTC(2022, 5, 17); instant < Date.UTC(2022, 6, 12); instant += 40_000_000) {
    const known = logs.map((log) => log.at(log.lastKnownBy(instant)));
    expect(known[1]?.id).toBe(known[0]?.id);
    expect(known[1]?.source).toBe(known[0]?.source);
  }
  const next = appended(await another.store.append([event('d', '1')]));
  expect(logs[1].recordedAtOf(next.position)).toBeGreaterThan(Date.UTC(2023, 0, 1));
});

test('given an interrupted copy, it is resumed, and a complete one is compared', async () => {
  const from = await recordedLedger();
  const to = await onKurrentDb();
  const stop = new AbortController();
  const broken = await copy(from, to, {
    signal: stop.signal,
    onProgress: ({ events }) => events >= 150 && stop.abort(),
  });
  expect(broken).toEqual(E.left({ kind: 'aborted' }));
  expect(copied(await copy(from, to))).toMatchObject({ events: 260, compared: 150 });
  expect(copied(await copy(from, to))).toMatchObject({ events: 260, compared: 260 });
  expect(await logOf(to)).toEqual(await logOf(from));
});

test('given a target with other content, or more, it is left unchanged', async () => {
  const from = await recordedLedger();
  const others = [
    [event('a', '0', 'other')],
    [event('z', '1')],
    // The same event with another time differs in what was known when.
    [event('a', '0')],
  ];
  for (const other of others) {
    const to = embedded();
    const opened = await openStore(to);
    const { position } = appended(await opened.store.append(other));
    await opened.store.close();
    expect(await copy(from, to)).toMatchObject(E.left({ kind: 'differs', targetPosition: position }));
    expect(await logOf(to)).toHaveLength(1);
  }
  const to = embedded();
  copied(await copy(from, to));
  const opened = await openStore(to);
  appended(await opened.store.append([event('z', '1')]));
  await opened.store.close();
  expect(await copy(from, to)).toEqual(
    E.left({ kind: 'differs', sourcePosition: undefined, targetPosition: 261 }),
  );
});

test('given a page that is too large for KurrentDB, it is copied in pieces, and a single too large event is named', async () => {
  const from = embedded();
  const store = openSqliteEventStore(embeddedLogFile(from.dataDirectory), { now: () => 1_000 });
  const large = (id: string, bytes: number) => ({
    source: 'a',
    id,
    ...unattributed,
    bytes: new Uint8Array(bytes),
  });
  for (let index = 0; index < 12; index++) appended(await store.append([large(`${index}`, 300_000)]));
  await store.close();
  const to = await onKurrentDb();
  expect(copied(await copy(from, to))).toMatchObject({ events: 12 });
  const again = openSqliteEventStore(embeddedLogFile(from.dataDirectory), { now: () => 1_000 });
  appended(await again.append([large('too large', 1_048_577)]));
  await again.close();
  expect(await copy(from, to)).toMatchObject(
    E.left({ kind: 'refused', sourcePosition: 13, error: { kind: 'too-large' } }),
  );
});

test('given a target that is unavailable for a while, it is retried', async () => {
  const events = several('a', 0, 5).map((one, index) => ({ ...one, position: index + 1, recordedAt: 7 }));
  const held: StoredEvent[] = [];
  let failures = 3;
  const pageOf = (list: ReadonlyArray<StoredEvent>, after: number, limit: number) =>
    list.filter(({ position }) => position > after).slice(0, limit);
  const outcome = await copyLog(
    { after: (after, limit) => pageOf(events, after, limit), head: async () => 5 },
    {
      after: (after, limit) => pageOf(held, after, limit),
      head: async () => held.length,
      add: async (added) => {
        failures -= 1;
        if (failures >= 0)
          return E.left({ kind: 'unavailable', reason: 'away', retryAfterMs: 1, outcomeUnknown: true });
        for (const one of added) held.push({ ...one, position: held.length + 1 });
        return E.right({ recorded: added.length, duplicates: 0, position: held.length });
      },
    },
    { sleep },
  );
  expect(outcome).toMatchObject(E.right({ events: 5, compared: 0 }));
});

/** A ledger whose log in KurrentDB loses records, or is replaced by an older log. */
import { existsSync, renameSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { origin } from '../../src/store/event-store.ts';
import { encodeBatch } from '../../src/store/kurrentdb/append-format.ts';
import { streamOfSource } from '../../src/store/kurrentdb/record-format.ts';
import { copyBetween } from '../../src/store/open/copy-between.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import type { TransactionLog } from '../support/kurrentdb-double/transaction-log.ts';
import {
  appended,
  event,
  everything,
  insecure,
  insist,
  ledgerOnNode,
  names,
  type OpenLedger,
  openLedger,
  patient,
  replicaIn,
  runningNode,
  several,
  until,
  wholeLog,
} from './kurrentdb-ledgers.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

const limits = { ...patient, backoffMsMax: 20, watchdogMs: 30 };
const stream = streamOfSource('domicile', 'a');

/** A ledger with five events of one source and two of another, each in a record of its own. */
const ledgerOfSeven = async (): Promise<OpenLedger & { readonly node: KurrentDbNode }> => {
  const ledger = await ledgerOnNode({ limits });
  for (const one of [...several('a', 0, 5), ...several('b', 0, 2)])
    appended(await ledger.store.append([one]));
  return ledger;
};
const seven = [...names(several('a', 0, 5)), ...names(several('b', 0, 2))];

/** Waits until the ledger reports a fault that matches. */
const faultOf = async ({ store }: OpenLedger, like: RegExp): Promise<void> => {
  await until(() => store.fault() !== undefined);
  expect(store.fault()).toMatch(like);
};

/** Nothing is recorded, and the reason is the fault; previously read events can still be read. */
const readsOn = async (ledger: OpenLedger): Promise<void> => {
  expect(await ledger.store.append([event('c', '1')])).toEqual(
    E.left({
      kind: 'unavailable',
      reason: ledger.store.fault(),
      retryAfterMs: 1_000,
      outcomeUnknown: false,
    }),
  );
  expect(names(await wholeLog(ledger.store))).toEqual(seven);
};

/** Replaces the log of a server, which restarts. */
const putBack = async (node: KurrentDbNode, log: TransactionLog): Promise<KurrentDbNode> => {
  await node.stop();
  return runningNode({ log, port: node.port });
};

const removals: ReadonlyArray<{
  readonly how: string;
  readonly remove: (log: TransactionLog) => void;
  readonly told: RegExp;
}> = [
  {
    how: 'deleted for good',
    remove: (log) => log.tombstone(stream),
    told: /^the stream domicile-a of the ledger was deleted in KurrentDB\. Nothing is recorded\..* keep it\..*copy/,
  },
  {
    how: 'deleted for good and scavenged',
    remove: (log) => {
      log.tombstone(stream);
      log.scavenge();
    },
    told: /^the stream domicile-a of the ledger was deleted/,
  },
  {
    how: 'truncated',
    remove: (log) => log.setMetadata(stream, { $tb: 3 }),
    told: /^KurrentDB drops records of the stream domicile-a .* set \$tb\..*Remove \$tb/,
  },
  {
    how: 'truncated behind its last record, and scavenged',
    remove: (log) => {
      log.setMetadata(stream, { $tb: 100 });
      log.scavenge();
    },
    told: /^KurrentDB drops records of the stream domicile-a/,
  },
  {
    how: 'told to let records expire',
    remove: (log) => log.setMetadata(stream, { $maxAge: 3_600, $maxCount: 1_000 }),
    told: /set \$maxCount, \$maxAge\./,
  },
  {
    how: 'truncated and scavenged, and not truncated any more',
    remove: (log) => {
      log.setMetadata(stream, { $tb: 3 });
      log.scavenge();
      log.setMetadata(stream, {});
      log.scavenge();
    },
    told: /^KurrentDB (drops records|has lost records 0 to 2) of the stream domicile-a/,
  },
];

describe('a stream of the ledger in KurrentDB', () => {
  for (const { how, remove, told } of removals) {
    test(`given that it is ${how}, this is reported at once, nothing is recorded, and the replica still answers`, async () => {
      const ledger = await ledgerOfSeven();
      remove(ledger.node.log);
      await faultOf(ledger, told);
      await readsOn(ledger);
      expect(ledger.notices.filter(({ kind }) => kind === 'log-problem').length).toBeGreaterThan(0);
      // The same after a restart with the replica; it can be copied.
      await ledger.store.close();
      const again = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits });
      expect(again.store.fault()).toMatch(told);
      await readsOn(again);
    });
  }

  for (const { how, remove } of removals.filter((removal) => removal.how.includes('scavenged'))) {
    test(`given that it was ${how} while no process ran, the next one does not treat recorded events as new`, async () => {
      const ledger = await ledgerOfSeven();
      await ledger.store.close();
      remove(ledger.node.log);
      const again = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits });
      await faultOf(again, /domicile-a/);
      await readsOn(again);
      await expect(openLedger(insecure(ledger.node), { limits })).rejects.toMatchObject({
        _tag: 'HistoryCut',
        message: expect.stringContaining('domicile-a'),
      });
    });
  }

  test('given that it is deleted, a replica that was opened when the log was empty still answers after a restart', async () => {
    const node = await runningNode();
    // A new server without users has written nothing yet.
    node.log.records = [];
    const opened = await openLedger(insecure(node), { limits });
    for (const one of [...several('a', 0, 5), ...several('b', 0, 2)])
      appended(await opened.store.append([one]));
    await opened.store.close();
    node.log.tombstone(stream);
    const again = await openLedger(insecure(node), { directory: opened.directory, limits });
    await faultOf(again, /^the stream domicile-a of the ledger was deleted/);
    await readsOn(again);
  });

  test('given that a replica is rebuilt from the rest, it is refused again and again', async () => {
    const { node, store } = await ledgerOfSeven();
    await store.close();
    node.log.setMetadata(stream, { $tb: 3 });
    node.log.scavenge();
    node.log.setMetadata(stream, {});
    const directory = newFolder();
    onTestFinished(() => removeFolder(directory));
    for (let start = 0; start < 2; start++) {
      await expect(openLedger(insecure(node), { directory, limits })).rejects.toMatchObject({
        _tag: 'HistoryCut',
        cut: { kind: 'missing', from: 0n, to: 2n },
      });
    }
  });

  test('given that it is truncated, and the truncation undone before a scavenge, recording continues', async () => {
    const ledger = await ledgerOfSeven();
    ledger.node.log.setMetadata(stream, { $tb: 3 });
    await faultOf(ledger, /\$tb/);
    ledger.node.log.setMetadata(stream, { $acl: { $r: 'someone' } });
    await until(() => ledger.store.fault() === undefined);
    expect(appended((await insist(ledger.store, several('a', 0, 6))).outcome)).toMatchObject({
      recorded: 1,
      duplicates: 5,
    });
    const { store: fresh } = await openLedger(insecure(ledger.node), { limits });
    expect(await wholeLog(fresh)).toEqual(await wholeLog(ledger.store));
  });

  test('given metadata that removes nothing, the ledger continues', async () => {
    const { node, store } = await ledgerOfSeven();
    node.log.setMetadata(stream, { $acl: { $r: 'someone' } });
    node.log.setMetadata('domicile-of-nobody', { $acl: { $r: 'someone' } });
    appended(await store.append([event('a', '5')]));
    expect(store.fault()).toBeUndefined();
    const { store: fresh } = await openLedger(insecure(node), { limits });
    expect(await wholeLog(fresh)).toEqual(await wholeLog(store));
  });

  test('given that it was deleted, the content of a complete replica can be copied into another ledger, as the message says', async () => {
    const ledger = await ledgerOfSeven();
    const log = await wholeLog(ledger.store);
    await ledger.store.close();
    ledger.node.log.tombstone(stream);
    ledger.node.log.scavenge();
    const target = newFolder();
    onTestFinished(() => removeFolder(target));
    const copied = await copyBetween(
      { store: insecure(ledger.node), dataDirectory: ledger.directory },
      { store: `sqlite:${target}`, dataDirectory: target },
      { sleep: async () => {} },
    );
    expect(copied).toMatchObject(E.right({ events: log.length, compared: 0 }));
  });

  test('given that it was truncated and scavenged before a replica of the empty log had read it, that replica is refused until the log is restored', async () => {
    const node = await runningNode();
    node.log.records = [];
    const { store, directory } = await openLedger(insecure(node), { limits });
    await store.close();
    const { store: other } = await openLedger(insecure(node), { limits });
    for (const one of several('a', 0, 5)) appended(await other.append([one]));
    appended(await other.append([event('b', '0')]));
    const log = await wholeLog(other);
    await other.close();
    const backup = node.log.backup();
    node.log.setMetadata(stream, { $tb: 100 });
    node.log.scavenge();
    node.log.setMetadata(stream, {});
    for (const pageRecordsMax of [1, 1_000, 1]) {
      await expect(
        openLedger(insecure(node), { directory, limits: { ...limits, pageRecordsMax } }),
      ).rejects.toMatchObject({
        _tag: 'HistoryCut',
        message: expect.stringMatching(/records? .* of the stream domicile-a .*does not start/),
      });
    }
    const restored = await putBack(node, backup);
    const again = await openLedger(insecure(restored), { directory, limits });
    expect(await wholeLog(again.store)).toEqual(log);
  });

  for (const pageRecordsMax of [1, 2, 1_000]) {
    test(`given that another was truncated and scavenged before this process read it in pages of ${pageRecordsMax}, it answers from what it had before, until the log is restored`, async () => {
      const small = { ...limits, pageRecordsMax };
      const ledger = await ledgerOfSeven();
      await ledger.store.close();
      const { store: other } = await openLedger(insecure(ledger.node), { limits });
      for (const one of ['c 0', 'c 1', 'd 0', 'd 1', 'd 2', 'c 2', 'd 3']) {
        const [source, id] = one.split(' ');
        appended(await other.append([event(source!, id!)]));
      }
      const log = await wholeLog(other);
      await other.close();
      const backup = ledger.node.log.backup();
      ledger.node.log.setMetadata(streamOfSource('domicile', 'c'), { $tb: 2 });
      ledger.node.log.scavenge();
      for (let start = 0; start < 2; start++) {
        const again = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits: small });
        expect(again.store.fault()).toMatch(/domicile-c/);
        await readsOn(again);
        // Neither the watchdog nor a subscription adds what follows the removed records.
        const { calls } = ledger.node;
        const readBefore = calls.read;
        await until(() => calls.read > readBefore + 10);
        await readsOn(again);
        if (start === 0) await again.store.close();
        else {
          await putBack(ledger.node, backup);
          await until(() => again.store.fault() === undefined);
          await insist(again.store, [event('d', '4')]);
          expect(names(await wholeLog(again.store))).toEqual([...names(log), 'd 4']);
          expect((await wholeLog(again.store)).slice(0, log.length)).toEqual(log);
        }
      }
    });
  }
});

describe('a record that a newer version of Domicile wrote', () => {
  /** Writes an append of two events, the second in a record of a type that this version does not know. */
  const newerAppend = (node: KurrentDbNode): (() => void) => {
    const [first, second] = encodeBatch('newer', several('a', 5, 7), 0).records;
    const written = [first!, { ...second!, type: 'domicile-next' }].map(
      ({ eventId, type, data, metadata }) => ({
        id: eventId,
        type,
        contentType: 'application/octet-stream',
        data,
        metadata,
      }),
    );
    node.log.write(stream, 'any', written);
    // An update of this process, which then knows the type.
    return () => {
      for (const record of node.log.records)
        if (record.type === 'domicile-next') Object.assign(record, { type: 'domicile-event' });
    };
  };
  const told =
    /^the stream domicile-a of the ledger has a record of the type domicile-next, which a newer version .*Nothing is recorded.*Update this Domicile/;

  test('given a running process, it answers from what precedes the record and records nothing; after an update it reads on', async () => {
    const ledger = await ledgerOfSeven();
    const update = newerAppend(ledger.node);
    await faultOf(ledger, told);
    await readsOn(ledger);
    expect(ledger.notices.filter(({ kind }) => kind === 'log-problem')).toHaveLength(1);
    await ledger.store.close();
    // The same after a restart of the older version.
    const again = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits });
    await faultOf(again, told);
    await readsOn(again);
    await again.store.close();
    update();
    const updated = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits });
    expect(updated.store.fault()).toBeUndefined();
    expect(names(await wholeLog(updated.store))).toEqual([...seven, 'a 5', 'a 6']);
  });

  test('given a new process, it does not start, and does after an update', async () => {
    const { node } = await ledgerOfSeven();
    const update = newerAppend(node);
    const directory = newFolder();
    onTestFinished(() => removeFolder(directory));
    for (let start = 0; start < 2; start++)
      await expect(openLedger(insecure(node), { directory, limits })).rejects.toMatchObject({
        _tag: 'NewerRecord',
        message: expect.stringMatching(/domicile-next.*does not start/),
      });
    update();
    const { store } = await openLedger(insecure(node), { directory, limits });
    expect(names(await wholeLog(store))).toEqual([...seven, 'a 5', 'a 6']);
  });
});

describe('a log that was restored from a backup', () => {
  /** A ledger whose last three events came after the backup. */
  const ledgerAfterBackup = async () => {
    const ledger = await ledgerOfSeven();
    const backup = ledger.node.log.backup();
    appended(await ledger.store.append(several('a', 5, 8)));
    return { ...ledger, backup };
  };

  const told =
    /^KurrentDB does not hold the log that .*kurrentdb-domicile\.mirror replicates: it was emptied, put back .*Nothing is recorded.*move .*mirror \(with its -wal and -shm\).*vault/;

  test('given that it is shorter, this is reported at once, and the ledger continues after the remedy', async () => {
    const ledger = await ledgerAfterBackup();
    await putBack(ledger.node, ledger.backup);
    await faultOf(ledger, told);
    expect(await ledger.store.append([event('c', '1')])).toMatchObject(E.left({ kind: 'unavailable' }));
    expect(await wholeLog(ledger.store)).toHaveLength(10);
    await ledger.store.close();
    await expect(
      openLedger(insecure(ledger.node), { directory: ledger.directory, limits }),
    ).rejects.toMatchObject({ _tag: 'AnotherLog', message: expect.stringMatching(told) });
    // Only what the message says.
    for (const suffix of ['', '-wal', '-shm']) {
      const file = replicaIn(ledger.directory) + suffix;
      if (existsSync(file)) renameSync(file, `${file}-moved`);
    }
    const again = await openLedger(insecure(ledger.node), { directory: ledger.directory, limits });
    appended(await again.store.append(several('a', 5, 8)));
    expect(names(await wholeLog(again.store))).toEqual([...seven, ...names(several('a', 5, 8))]);
  });

  test('given that the same events were sent to it again, it is still another log', async () => {
    const ledger = await ledgerAfterBackup();
    const before = await wholeLog(ledger.store);
    await ledger.store.close();
    await new Promise((resolve) => setTimeout(resolve, 2));
    const node = await putBack(ledger.node, ledger.backup);
    const { store: other } = await openLedger(insecure(node), { limits });
    appended(await other.append(several('a', 5, 8)));
    // The bytes are at the same place, but were recorded at another time.
    const after = await wholeLog(other);
    expect(names(after)).toEqual(names(before));
    expect(after).not.toEqual(before);
    await expect(openLedger(insecure(node), { directory: ledger.directory, limits })).rejects.toMatchObject({
      _tag: 'AnotherLog',
    });
  });

  test('given that the newer log is restored in turn, recording continues', async () => {
    const ledger = await ledgerAfterBackup();
    const newer = ledger.node.log;
    const older = await putBack(ledger.node, ledger.backup);
    await faultOf(ledger, told);
    await putBack(older, newer);
    await until(() => ledger.store.fault() === undefined);
    appended((await insist(ledger.store, [event('a', '8')])).outcome);
    expect(ledger.reader.after(origin, everything)).toHaveLength(11);
  });
});

/** Faults between the ledger and KurrentDB: each fault alone, then any of them at any time. */
import { writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { status } from '@grpc/grpc-js';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { type EventToAppend, origin } from '../../src/store/event-store.ts';
import { encodeBatch } from '../../src/store/kurrentdb/append-format.ts';
import { streamOfBatches, streamOfSource } from '../../src/store/kurrentdb/record-format.ts';
import { openReplicaReader } from '../../src/store/kurrentdb/replica-format.ts';
import { eventStoreModel } from '../contract/event-store-model.ts';
import { startCluster } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import type { Method, Misbehaviour } from '../support/kurrentdb-double/misbehaviour.ts';
import { TransactionLog } from '../support/kurrentdb-double/transaction-log.ts';
import type { ReadableStore } from '../support/readable-store.ts';
import {
  appended,
  arriving,
  event,
  everything,
  insecure,
  insist,
  ledgerOnNode,
  names,
  openLedger,
  patient,
  rawRecords,
  replicaIn,
  runningNode,
  several,
  until,
  wholeLog,
} from './kurrentdb-ledgers.ts';

const unavailable = { code: status.UNAVAILABLE, details: 'Server Is Not Ready' };

describe('an append whose answer does not arrive', () => {
  for (const how of ['break-off', 'hang'] as const) {
    test(`given that it was written (${how}), it is answered as recorded, and is in KurrentDB once`, async () => {
      const { node, store } = await ledgerOnNode();
      node.plan.next('append', { kind: 'lose-answer', how });
      const outcome = appended(await store.append(several('a', 0, 3)));
      expect(outcome).toEqual({ recorded: 3, duplicates: 0, position: await store.head() });
      expect(names(await wholeLog(store))).toEqual(['a 0', 'a 1', 'a 2']);
      expect(rawRecords(node)).toHaveLength(2);
    });
  }

  test('given that it was not written, it is written again', async () => {
    const { node, store } = await ledgerOnNode();
    node.plan.next('append', { kind: 'hang' }, 2);
    expect(appended(await store.append([event('a', '1')])).recorded).toBe(1);
    expect(rawRecords(node)).toHaveLength(1);
  });

  test('given that it is written after it was written again, it is in KurrentDB once', async () => {
    const { node, store } = await ledgerOnNode();
    node.plan.next('append', { kind: 'write-late', ms: 'after the next write' });
    expect(appended(await store.append([event('a', '1'), event('b', '1')])).recorded).toBe(2);
    expect(appended(await store.append([event('a', '2')])).recorded).toBe(1);
    await until(() => node.log.answeredAgain > 0);
    expect(names(await wholeLog(store))).toEqual(['a 1', 'b 1', 'a 2']);
    expect(rawRecords(node)).toHaveLength(2);
  });

  test('given that it never arrives, the append says that its outcome is unknown, and sending it again is safe', async () => {
    const { node, store } = await ledgerOnNode({ limits: { appendMsMax: 200 } });
    node.plan.next('append', { kind: 'lose-answer', how: 'hang' });
    node.plan.choose = () => ({ kind: 'hang' });
    node.cutSubscriptions();
    const outcome = await store.append([event('a', '1')]);
    expect(outcome).toMatchObject(E.left({ kind: 'unavailable', outcomeUnknown: true, retryAfterMs: 1_000 }));
    node.plan.clear();
    const again = appended((await insist(store, [event('a', '1'), event('a', '2')])).outcome);
    expect(again.recorded + again.duplicates).toBe(2);
    expect(names(await wholeLog(store))).toEqual(['a 1', 'a 2']);
  });
});

describe('a server that is unavailable', () => {
  test('given that it is down, an append is refused as surely not recorded, and the known log can be read', async () => {
    const { node, store, notices } = await ledgerOnNode({ limits: { ...patient, appendMsMax: 200 } });
    appended((await insist(store, several('a', 0, 3))).outcome);
    await node.stop();
    await until(() => notices.some(({ kind }) => kind === 'connection-lost'));
    expect(await store.append([event('a', '3')])).toMatchObject(
      E.left({ kind: 'unavailable', outcomeUnknown: false }),
    );
    expect(names(await wholeLog(store))).toEqual(['a 0', 'a 1', 'a 2']);
    await node.start();
    appended((await insist(store, [event('a', '3')])).outcome);
    expect(names(await wholeLog(store))).toEqual(names(several('a', 0, 4)));
  });

  test('given that it restarts during appends, all of them are recorded once', async () => {
    const { node, store, reader } = await ledgerOnNode();
    const following = arriving(reader, origin, 40);
    const appends = several('a', 0, 40).map(async (one, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 4));
      return store.append([one]);
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await node.restart('same port');
    expect((await Promise.all(appends)).map((outcome) => appended(outcome).recorded)).toEqual(
      Array(40).fill(1),
    );
    expect(await following).toEqual(await wholeLog(store));
    expect(rawRecords(node)).toHaveLength(40);
  });

  test('given that it is not ready, an append waits for it', async () => {
    const { node, store } = await ledgerOnNode();
    node.plan.next('append', { kind: 'refuse', ...unavailable }, 3);
    expect(appended(await store.append([event('a', '1')])).recorded).toBe(1);
  });

  test('given that it answers slowly, appends are grouped, and those beyond the limit are refused', async () => {
    const { node, store } = await ledgerOnNode({ limits: { ...patient, queuedBatchesMax: 50 } });
    node.plan.choose = (method) => (method === 'append' ? { kind: 'slow', ms: 40 } : undefined);
    const outcomes = await Promise.all(several('a', 0, 80).map((one) => store.append([one])));
    const turnedAway = outcomes.filter(E.isLeft).map(({ left }) => left);
    expect(turnedAway).toHaveLength(30);
    for (const error of turnedAway) {
      expect(error).toMatchObject({ kind: 'unavailable', outcomeUnknown: false, retryAfterMs: 1_000 });
    }
    expect(await wholeLog(store)).toHaveLength(50);
    expect(node.calls['batch-append']).toBeLessThanOrEqual(3);
    node.plan.clear();
    expect(appended(await store.append([event('a', '79')])).recorded).toBe(1);
  });

  test('given that it cannot be reached, opening says so, and shows no password', async () => {
    const node = await runningNode();
    const address = node.address;
    await node.stop();
    const opening = openLedger(`esdb://admin:s%40cret@${address}?tls=false`, {
      limits: { connectMsMax: 100 },
    });
    await expect(opening).rejects.toMatchObject({ _tag: 'ServerUnreachable' });
    await expect(opening).rejects.toThrow(`***@${address}`);
    await expect(opening).rejects.not.toThrow('cret');
  });

  test('given that it hangs when the ledger is opened, opening ends', async () => {
    const node = await runningNode();
    node.plan.choose = () => ({ kind: 'hang' });
    await expect(openLedger(insecure(node), { limits: { connectMsMax: 400 } })).rejects.toMatchObject({
      _tag: 'ServerUnreachable',
    });
  });

  test('given that it denies access to this user, an append says so at once', async () => {
    const { node, store } = await ledgerOnNode();
    node.plan.next('append', {
      kind: 'refuse',
      code: status.PERMISSION_DENIED,
      details: 'Access Denied',
      exception: 'access-denied',
    });
    expect(await store.append([event('a', '1')])).toMatchObject(
      E.left({
        kind: 'unavailable',
        reason: 'KurrentDB does not let this user read and write',
        outcomeUnknown: false,
      }),
    );
  });

  test('given that it holds another log than the replica, the ledger is not opened', async () => {
    const { node, store, directory } = await ledgerOnNode();
    appended(await store.append(several('a', 0, 3)));
    await store.close();
    const other = await runningNode();
    await expect(openLedger(insecure(other), { directory })).rejects.toMatchObject({ _tag: 'AnotherLog' });
    const again = await openLedger(insecure(node), { directory });
    expect(await wholeLog(again.store)).toHaveLength(3);
  });

  test('given that it comes back with another log, nothing is appended to it', async () => {
    const { node, store } = await ledgerOnNode();
    appended(await store.append(several('a', 0, 3)));
    await node.stop();
    await runningNode({
      log: new TransactionLog(Date.now, { appendBytesMax: 1e6, eventBytesMax: 1e6 }),
      port: node.port,
    });
    await until(() => true);
    const attempts = async (): Promise<boolean> => {
      const outcome = await store.append([event('a', '3')]);
      return (
        E.isLeft(outcome) &&
        outcome.left.kind === 'unavailable' &&
        outcome.left.reason.includes('does not hold')
      );
    };
    let isRefused = false;
    while (!isRefused) isRefused = await attempts();
    expect(names(await wholeLog(store))).toEqual(['a 0', 'a 1', 'a 2']);
  });
});

describe('a cluster', () => {
  const clusterLedger = async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    return { cluster, ...(await openLedger(cluster.connectionString)) };
  };

  test('given that another node leads now, appends go there', async () => {
    const { cluster, store } = await clusterLedger();
    appended(await store.append(several('a', 0, 3)));
    cluster.elect(cluster.nodes[1]);
    expect(appended(await store.append(several('a', 2, 5)))).toMatchObject({ recorded: 2, duplicates: 1 });
    expect(names(await wholeLog(store))).toEqual(names(several('a', 0, 5)));
    expect(cluster.nodes[1]!.calls['batch-append']).toBeGreaterThan(0);
  });

  test('given that the leader dies and an election follows, appends wait for the next leader', async () => {
    const { cluster, store } = await clusterLedger();
    const [first, second] = cluster.nodes;
    appended(await store.append(several('a', 0, 3)));
    cluster.elect(undefined);
    await first!.stop();
    const waiting = store.append(several('a', 3, 6));
    await new Promise((resolve) => setTimeout(resolve, 50));
    cluster.elect(second);
    expect(appended(await waiting).recorded).toBe(3);
    await first!.start(0);
    cluster.elect(first);
    expect(appended(await store.append(several('a', 6, 8))).recorded).toBe(2);
    expect(names(await wholeLog(store))).toEqual(names(several('a', 0, 8)));
  });
});

describe('a subscription that fails', () => {
  for (const misbehaviour of [
    { kind: 'cut', afterEvents: 5 },
    { kind: 'end', afterEvents: 5 },
    { kind: 'stall', afterEvents: 5 },
    { kind: 'early-caught-up' },
    { kind: 'hang' },
  ] as const satisfies ReadonlyArray<Misbehaviour>) {
    test(`given that it does this (${misbehaviour.kind}), the replica gets everything once and in order`, async () => {
      const node = await runningNode();
      const { store: writer } = await openLedger(insecure(node), { limits: patient });
      appended(await writer.append(several('a', 0, 20)));
      await until(() => node.calls.subscribe === 1);
      node.plan.next('subscribe', misbehaviour);
      const { reader } = await openLedger(insecure(node));
      const following = arriving(reader, origin, 60);
      for (let from = 20; from < 60; from += 4) appended(await writer.append(several('a', from, from + 4)));
      expect(names(await following)).toEqual(names(several('a', 0, 60)));
      if (misbehaviour.kind !== 'early-caught-up') await until(() => node.calls.subscribe >= 3);
    });
  }

  test('given that it is silent and others append, the watchdog notices and reopens it', async () => {
    const node = await runningNode();
    const { store: writer } = await openLedger(insecure(node), { limits: patient });
    await until(() => node.calls.subscribe === 1);
    node.plan.next('subscribe', { kind: 'stall', afterEvents: 0 });
    const { reader, notices } = await openLedger(insecure(node), { limits: patient });
    await until(() => node.plan.usedUp);
    const following = arriving(reader, origin, 3);
    appended(await writer.append(several('a', 0, 3)));
    expect(await following).toHaveLength(3);
    await until(() => notices.some(({ kind }) => kind === 'subscription-stalled'));
    await until(() => node.calls.subscribe >= 3);
  });
});

describe('several processes on one ledger', () => {
  const twoLedgers = async () => {
    const node = await runningNode();
    const open = () => openLedger(insecure(node), { limits: patient });
    const [one, two] = await Promise.all([open(), open()]);
    return { node, one: one.store, two: two.store };
  };

  const sameOnBoth = async (one: ReadableStore, two: ReadableStore) => {
    const log = await wholeLog(one);
    expect(await wholeLog(two)).toEqual(log);
    return log;
  };

  test('given the same events sent to two at once, they are recorded once', async () => {
    const { one, two } = await twoLedgers();
    for (let round = 0; round < 20; round++) {
      const batch = several('a', round * 3, round * 3 + 3);
      const outcomes = await Promise.all([one.append(batch), two.append(batch)]);
      expect(outcomes.map((outcome) => appended(outcome).recorded).toSorted()).toEqual([0, 3]);
      expect(appended(outcomes[0]).position).toBe(appended(outcomes[1]).position);
    }
    expect(names(await sameOnBoth(one, two))).toEqual(names(several('a', 0, 60)));
  });

  test('given the same events sent alone to one and among those of other sources to another, they are recorded once', async () => {
    const { node, one, two } = await twoLedgers();
    for (let round = 0; round < 20; round++) {
      const [alone, among] = await Promise.all([
        one.append([event('a', `${round}`)]),
        two.append([event('b', `${round}`), event('a', `${round}`), event('c', `${round}`)]),
      ]);
      expect(appended(alone).recorded + appended(among).recorded).toBe(3);
    }
    const log = await sameOnBoth(one, two);
    expect(log).toHaveLength(60);
    expect(new Set(names(log)).size).toBe(60);
    expect(node.log.stream(streamOfBatches('domicile')).length).toBeGreaterThan(0);
  });

  test('given other bytes under one name sent to two at once, one is recorded and the other is refused whole', async () => {
    const { one, two } = await twoLedgers();
    for (let round = 0; round < 20; round++) {
      const outcomes = await Promise.all([
        one.append([event('a', `${round}`, 'one')]),
        two.append([event('z', `${round}`), event('a', `${round}`, 'two')]),
      ]);
      const refused = outcomes.filter(E.isLeft);
      expect(refused).toHaveLength(1);
      expect(refused[0]?.left).toMatchObject({ kind: 'conflict', source: 'a', id: `${round}` });
    }
    const log = await sameOnBoth(one, two);
    for (const { source, id, bytes } of log.filter((stored) => stored.source === 'a')) {
      const isFromTwo = new TextDecoder().decode(bytes) === 'two';
      expect(
        log.some((other) => other.source === 'z' && other.id === id),
        `${source} ${id}`,
      ).toBe(isFromTwo);
    }
  });

  test('given what one recorded, the other finds it at once', async () => {
    const { one, two } = await twoLedgers();
    for (let round = 0; round < 10; round++) {
      const { position } = appended(await one.append([event('a', `${round}`)]));
      expect(await two.head()).toBe(position);
    }
  });
});

describe('other content of KurrentDB', () => {
  test('given system events and streams of others, they are ignored', async () => {
    const { node, store } = await ledgerOnNode();
    appended(await store.append([event('a', '1')]));
    const other = { id: crypto.randomUUID(), type: 'OrderPlaced', contentType: 'application/json' };
    const data = new TextEncoder().encode('{}');
    for (let index = 0; index < 30; index++) {
      node.log.system('$stats-127.0.0.1:2113', '$statsCollected');
      node.log.write('orders-1', 'any', [{ ...other, id: crypto.randomUUID(), data, metadata: data }]);
    }
    appended(await store.append([event('a', '2')]));
    node.log.system('$ce-domicile', '$>');
    expect(names(await wholeLog(store))).toEqual(['a 1', 'a 2']);
    expect(await store.head()).toBe((await store.find('a', '2'))?.position);
  });

  test('given a long log of others, the server filters it out, or it is read if the server takes too long', async () => {
    const { node, store } = await ledgerOnNode();
    appended(await store.append(several('a', 0, 3)));
    await store.close();
    for (let index = 0; index < 500; index++) node.log.system(`other-${index % 7}`, 'SomethingElse');
    const pagesRead = async (): Promise<number> => {
      const opened = await openLedger(insecure(node), { limits: { pageRecordsMax: 50, answerMsMax: 2_000 } });
      expect(names(await wholeLog(opened.store))).toEqual(['a 0', 'a 1', 'a 2']);
      await opened.store.close();
      return opened.notices.filter(({ kind }) => kind === 'catching-up').length;
    };
    expect(await pagesRead()).toBe(0);
    // The request for the end of the log is answered first; the filtered read is not.
    node.plan.next('read', { kind: 'slow', ms: 0 });
    node.plan.next('read', { kind: 'hang' });
    expect(await pagesRead()).toBeGreaterThan(0);
  });

  test('given records of others in the streams of the ledger, they do not count, and appends continue', async () => {
    const { node, store, notices } = await ledgerOnNode();
    appended(await store.append([event('a', '1')]));
    const stream = streamOfSource('domicile', 'a');
    const [stray] = encodeBatch('stray', several('a', 5, 7), 0).records;
    const foreign = {
      id: crypto.randomUUID(),
      type: 'domicile-event',
      contentType: 'application/octet-stream',
      data: new Uint8Array(3),
    };
    // Half of an append, something that is not an event, and an event in the wrong place.
    node.log.write(stream, 'any', [{ ...foreign, metadata: stray!.metadata }]);
    node.log.write(stream, 'any', [{ ...foreign, id: crypto.randomUUID(), metadata: new Uint8Array([1]) }]);
    const [misplaced] = encodeBatch('misplaced', [event('b', '1')], 0).records;
    node.log.write(stream, 'any', [{ ...foreign, id: crypto.randomUUID(), metadata: misplaced!.metadata }]);
    expect(appended(await store.append([event('a', '2')])).recorded).toBe(1);
    expect(names(await wholeLog(store))).toEqual(['a 1', 'a 2']);
    expect(notices.filter(({ kind }) => kind === 'foreign-record')).toHaveLength(2);
    expect(notices.filter(({ kind }) => kind === 'batch-void')).toHaveLength(1);
  });

  test('given two ledgers on one server, neither sees the other', async () => {
    const node = await runningNode();
    const { store: one } = await openLedger(`${insecure(node)}&ledger=one`);
    const { store: two } = await openLedger(`${insecure(node)}&ledger=one_two`);
    appended(await one.append([event('a', '1')]));
    appended(await two.append([event('a', '1', 'other')]));
    expect(names(await wholeLog(one))).toEqual(['a 1']);
    expect(names(await wholeLog(two))).toEqual(['a 1']);
  });

  test('given the limits of a newer server, a larger event is refused with the limit, and a smaller one accepted', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 200_000, eventBytesMax: 100_000 });
    const { store } = await ledgerOnNode({ node: { log } });
    const ofBytes = (id: string, bytes: number) => ({
      source: 'a',
      id,
      ...unattributed,
      bytes: new Uint8Array(bytes),
    });
    const refusal = await store.append([ofBytes('1', 10), ofBytes('2', 100_001)]);
    expect(refusal).toEqual(
      E.left({
        kind: 'too-large',
        limit: 100_000 - 1_024,
        unit: 'bytes',
        what: 'event 1',
      }),
    );
    const batch = Array.from({ length: 4 }, (_, index) => ofBytes(`${index}`, 60_000));
    expect(await store.append(batch)).toMatchObject(
      E.left({ kind: 'too-large', limit: 200_000, unit: 'bytes' }),
    );
    expect(appended(await store.append(batch.slice(1))).recorded).toBe(3);
  });

  test('given a server with a low limit, what fits is recorded after something that did not', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 33 * 1_024, eventBytesMax: 33 * 1_024 });
    const { node, store } = await ledgerOnNode({ node: { log }, limits: patient });
    const ofBytes = (id: string, bytes: number) => event('a', id, 'x'.repeat(bytes));
    for (let time = 0; time < 2; time++) {
      expect(await store.append([ofBytes('large', 40_000)])).toMatchObject(
        E.left({ kind: 'too-large', limit: 32 * 1_024, what: 'event 0' }),
      );
    }
    // The limit is known the second time.
    expect(node.calls['batch-append']).toBe(1);
    expect(appended(await store.append([ofBytes('fits', 30_000)])).recorded).toBe(1);
    expect(await store.append([ofBytes('1', 20_000), ofBytes('2', 20_000)])).toMatchObject(
      E.left({ kind: 'too-large', limit: 33 * 1_024, what: expect.stringMatching(/^batch, /) }),
    );
    expect(appended(await store.append([ofBytes('1', 20_000)])).recorded).toBe(1);
  });

  test('given a server whose limit for an event is lower than a record of several, they are written in smaller ones', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 1_000_000, eventBytesMax: 8_000 });
    const { node, store } = await ledgerOnNode({
      node: { log },
      limits: { ...patient, recordBytesMax: 64 * 1_024 },
    });
    const batch = several('a', 0, 200);
    expect(appended(await store.append(batch)).recorded).toBe(200);
    expect(node.calls['batch-append']).toBe(2);
    expect(rawRecords(node).length).toBeGreaterThan(3);
    expect(names(await wholeLog(store))).toEqual(names(batch));
    const { store: another } = await openLedger(insecure(node));
    expect(await wholeLog(another)).toEqual(await wholeLog(store));
  });

  test('given a server that counts more for a record than we do, records of several events become smaller until it accepts them', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 1_000_000, eventBytesMax: 8_000 });
    log.countedBesideBytes = 6_000;
    const { node, store } = await ledgerOnNode({
      node: { log },
      limits: { ...patient, recordBytesMax: 8_000 },
    });
    const batch = several('a', 0, 200);
    expect(appended(await store.append(batch)).recorded).toBe(200);
    expect(names(await wholeLog(store))).toEqual(names(batch));
    expect(node.calls['batch-append']).toBe(2);
    // The next append begins with the smaller records.
    expect(appended(await store.append(several('a', 200, 400))).recorded).toBe(200);
    expect(node.calls['batch-append']).toBe(3);
    expect(rawRecords(node).length).toBeLessThan(200);
  });

  test('given one event that is refused with a limit that it does not exceed, those after it are recorded', async () => {
    const { node, store } = await ledgerOnNode({ limits: patient });
    for (const details of [
      'Received message larger than max (70000 vs. 20000)',
      'Event with Id: 1, Size: 900, exceeds Maximum Append Event Size of 800.',
    ]) {
      node.plan.next('append', { kind: 'refuse', code: status.INVALID_ARGUMENT, details });
      const outcome = await store.append([event('a', details)]);
      if (E.isLeft(outcome))
        expect(outcome.left).toMatchObject({ kind: 'too-large', what: expect.stringMatching(/^batch, as/) });
      expect(appended(await store.append([event('a', `after ${details}`)])).recorded).toBe(1);
      expect(appended(await store.append([event('a', details)])).position).toBeGreaterThan(0);
    }
  });

  test('given a server whose limit was raised, what it accepts now is recorded after a while', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 10_000, eventBytesMax: 10_000 });
    const { store } = await ledgerOnNode({ node: { log }, limits: { ...patient, learntLimitMsMax: 50 } });
    const large = event('a', 'large', 'x'.repeat(20_000));
    expect(await store.append([large])).toMatchObject(E.left({ kind: 'too-large', limit: 10_000 - 1_024 }));
    log.limits = { appendBytesMax: 30_000, eventBytesMax: 30_000 };
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(appended(await store.append([large])).recorded).toBe(1);
  });

  test('given many small appends that are too large together, each is recorded', async () => {
    const log = new TransactionLog(Date.now, { appendBytesMax: 50_000, eventBytesMax: 50_000 });
    const { node, store } = await ledgerOnNode({ node: { log } });
    node.plan.next('append', { kind: 'slow', ms: 30 });
    const batch = Array.from({ length: 10 }, (_, index) => ({
      source: 'a',
      id: `${index}`,
      ...unattributed,
      bytes: new Uint8Array(9_000),
    }));
    const outcomes = await Promise.all(batch.map((one) => store.append([one])));
    expect(outcomes.map((outcome) => appended(outcome).recorded)).toEqual(Array(10).fill(1));
  });

  test('given appends one after another, each is a separate call', async () => {
    const { node, store } = await ledgerOnNode({ limits: patient });
    for (let index = 0; index < 3; index++) appended(await store.append([event('a', `${index}`)]));
    expect(node.calls['batch-append']).toBe(3);
    expect(node.calls.append).toBe(0);
  });

  for (const misbehaviour of [undefined, { kind: 'linger' }] as const satisfies ReadonlyArray<
    Misbehaviour | undefined
  >) {
    test(`given more appends than a connection may have open calls (${misbehaviour?.kind ?? 'sound'}), none waits for earlier ones`, async () => {
      const { node, store } = await ledgerOnNode({ limits: patient });
      node.plan.choose = (method) => (method === 'append' ? misbehaviour : undefined);
      for (let index = 0; index < 150; index++) appended(await store.append([event('a', `${index}`)]));
      expect(node.calls['batch-append']).toBe(150);
      await until(() => node.openBatchAppends.size === 0);
    });
  }

  test('given a subscription that delivers, written events are not read as well', async () => {
    const { node, store } = await ledgerOnNode({
      limits: { ...patient, fetchAfterMs: 30_000, watchdogMs: 60_000 },
    });
    await until(() => node.calls.subscribe === 1);
    appended(await store.append([event('a', '0')]));
    const before = node.calls.read;
    for (let index = 1; index < 20; index++) appended(await store.append([event('a', `${index}`)]));
    expect(node.calls.read).toBe(before);
  });

  test('given another server in this process that breaks, the current appends here are unaffected', async () => {
    const [here, there] = [await ledgerOnNode(), await ledgerOnNode()];
    here.node.plan.choose = (method) => (method === 'append' ? { kind: 'slow', ms: 60 } : undefined);
    const outcomes = several('a', 0, 20).map(async (one, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 10));
      return here.store.append([one]);
    });
    for (let round = 0; round < 4; round++) {
      void there.store.append([event('a', `${round}`)]);
      await there.node.restart('same port');
    }
    expect((await Promise.all(outcomes)).map((outcome) => appended(outcome).recorded)).toEqual(
      Array(20).fill(1),
    );
    expect(rawRecords(here.node)).toHaveLength(20);
  });

  test('given a server that is too old for the faster way of appending, the other is used', async () => {
    const { node, store } = await ledgerOnNode({ node: { hasBatchAppend: false }, limits: patient });
    expect(appended(await store.append(several('a', 0, 3))).recorded).toBe(3);
    expect(appended(await store.append(several('a', 0, 5)))).toMatchObject({ recorded: 2, duplicates: 3 });
    expect(await store.append([event('a', '1', 'other')])).toMatchObject(E.left({ kind: 'conflict' }));
    expect(node.calls.append).toBe(2);
  });
});

describe('the replica', () => {
  test('given that it is lost, another one is the same', async () => {
    const { node, store } = await ledgerOnNode();
    for (let round = 0; round < 10; round++) {
      appended(await store.append([...several('a', round * 2, round * 2 + 2), event('b', `${round}`)]));
      appended(await store.append(several('c', round * 2, round * 2 + 2)));
    }
    const { store: another } = await openLedger(insecure(node));
    expect(await wholeLog(another)).toEqual(await wholeLog(store));
    expect(await another.append([event('b', '3', 'other')])).toMatchObject(E.left({ kind: 'conflict' }));
  });

  test('given that it is damaged, it is set aside and rebuilt', async () => {
    const { node, store, directory } = await ledgerOnNode();
    appended(await store.append(several('a', 0, 3)));
    const log = await wholeLog(store);
    await store.close();
    writeFileSync(replicaIn(directory), '');
    const again = await openLedger(insecure(node), { directory });
    expect(await wholeLog(again.store)).toEqual(log);
    expect(again.notices).toContainEqual(expect.objectContaining({ kind: 'replica-rebuilt' }));
  });

  for (const { version, content, statements } of [
    {
      version: 1,
      content: 'has other positions',
      statements: 'UPDATE event SET position = position + 1000',
    },
    {
      version: 5,
      content: 'read past records that it did not know',
      statements: "DELETE FROM event WHERE position > 1; UPDATE source SET count = 1 WHERE name = 'a'",
    },
  ])
    test(`given one of version ${version} that ${content}, it is set aside and rebuilt`, async () => {
      const { node, store, directory } = await ledgerOnNode();
      appended(await store.append(several('a', 0, 3)));
      const log = await wholeLog(store);
      await store.close();
      const older = new DatabaseSync(replicaIn(directory));
      older.exec(`PRAGMA user_version = ${version}; ${statements}`);
      older.close();
      const again = await openLedger(insecure(node), { directory });
      expect(await wholeLog(again.store)).toEqual(log);
      expect(again.notices).toContainEqual(expect.objectContaining({ kind: 'replica-rebuilt' }));
    });

  test('given pages of any size, also such that each record fills one, opening reads to the end', async () => {
    const { node, store } = await ledgerOnNode({ limits: { ...patient, recordBytesMax: 64 * 1_024 } });
    for (let at = 0; at < 8; at++) appended(await store.append(several('a', at * 5, at * 5 + 5)));
    expect(rawRecords(node)).toHaveLength(8);
    for (const { size, pages } of [
      { size: { pageRecordsMax: 3, turnEventsMax: 4 }, pages: 3 },
      { size: { pageRecordsMax: 1 }, pages: 8 },
      { size: { pageBytesMax: 1 }, pages: 8 },
    ]) {
      const {
        store: fresh,
        reader,
        notices,
      } = await openLedger(insecure(node), {
        limits: { ...patient, ...size },
      });
      expect(reader.head()).toBe(40);
      expect(await wholeLog(fresh)).toEqual(await wholeLog(store));
      // Each page except the last, which may be empty, is told.
      expect(notices.filter(({ kind }) => kind === 'catching-up').length).toBeGreaterThanOrEqual(pages - 1);
    }
  });

  test('given void appends, repeated records and records of others, all replicas agree', async () => {
    const { node, store } = await ledgerOnNode();
    const { store: other } = await openLedger(insecure(node));
    const record = (batch: string, event_: EventToAppend) =>
      encodeBatch(batch, [event_], 0).records.map(({ eventId, data, metadata }) => ({
        id: eventId,
        type: 'domicile-event',
        contentType: 'application/octet-stream',
        data,
        metadata,
      }));
    appended(await store.append(several('a', 0, 3)));
    node.log.system('other', 'SomethingElse');
    // Written by a race: a repetition of an event, and a contradiction of it.
    node.log.write(streamOfSource('domicile', 'a'), 'any', record('again', event('a', '1')));
    node.log.write(streamOfSource('domicile', 'a'), 'any', record('void', event('a', '1', 'other')));
    appended(await other.append([event('b', '0'), event('a', '3')]));
    appended(await store.append([event('b', '0'), event('b', '1')]));
    const { store: later } = await openLedger(insecure(node));
    for (const each of [store, other, later]) {
      const log = await wholeLog(each);
      expect(log.map(({ position, source, id }) => [position, `${source} ${id}`])).toEqual(
        ['a 0', 'a 1', 'a 2', 'b 0', 'a 3', 'b 1'].map((name, index) => [index + 1, name]),
      );
    }
  });

  test('given appends of an older version that expected a number of events of a source, those that met it count', async () => {
    const { node, store } = await ledgerOnNode();
    appended(await store.append(several('a', 0, 2)));
    const expecting = (count: number, event_: EventToAppend): void => {
      const [record] = encodeBatch(`expecting-${count}`, [event_], 0).records;
      const metadata = JSON.parse(new TextDecoder().decode(record!.metadata));
      node.log.write(streamOfSource('domicile', 'a'), 'any', [
        {
          id: record!.eventId,
          type: 'domicile-event',
          contentType: 'application/octet-stream',
          data: record!.data,
          metadata: new TextEncoder().encode(
            JSON.stringify({ ...metadata, expected: [{ source: 'a', count }] }),
          ),
        },
      ]);
    };
    expecting(1, event('a', 'unmet'));
    expecting(2, event('a', 'met'));
    expect(names(await wholeLog(store))).toEqual(['a 0', 'a 1', 'a met']);
    const { store: another } = await openLedger(insecure(node));
    expect(await wholeLog(another)).toEqual(await wholeLog(store));
  });

  test('given a clock that steps back, the time of recording does not', async () => {
    let now = 1_700_000_000_000;
    const node = await runningNode({ now: () => now });
    const { store } = await openLedger(insecure(node));
    for (const step of [0, 1_000, -5_000, 10, -20, 6_000]) {
      now += step;
      appended(await store.append([event('a', `${now}`)]));
    }
    const times = (await wholeLog(store)).map(({ recordedAt }) => recordedAt);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBeGreaterThan(2);
  });

  test('given a reader in another place, it sees what was recorded, by position, name and time', async () => {
    let now = 1_700_000_000_000;
    const node = await runningNode({ now: () => now });
    const { store, directory } = await openLedger(insecure(node));
    for (let index = 0; index < 30; index++) {
      if (index % 3 === 0) now += 1_000;
      appended(await store.append([event('a', `${index}`)]));
    }
    const log = await wholeLog(store);
    const reader = openReplicaReader(replicaIn(directory));
    onTestFinished(() => reader.close());
    expect(reader.after(origin, 100)).toEqual(log);
    expect(reader.find('a', '7')).toEqual(log[7]);
    expect(reader.head()).toBe(log.at(-1)!.position);
    expect(reader.at(reader.head() + 1)).toBeUndefined();
    for (const { position, recordedAt } of log) {
      expect(reader.at(position)?.position).toBe(position);
      for (const instant of [recordedAt - 1, recordedAt, recordedAt + 1]) {
        const last = log.findLast((stored) => stored.recordedAt <= instant);
        expect(reader.lastKnownBy(instant)).toBe(last?.position ?? origin);
      }
    }
    appended(await store.append(several('b', 0, 2)));
    expect(names(reader.after(log[27]!.position, 10))).toEqual(['a 28', 'a 29', 'b 0', 'b 1']);
  });
});

describe('any fault at any time', () => {
  /** Pseudo-random numbers that are the same in every run (mulberry32). */
  const chances = (seed: number) => {
    let state = seed;
    return (): number => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    };
  };

  const anyFault = (chance: () => number) => {
    const writes: ReadonlyArray<Misbehaviour> = [
      { kind: 'refuse', ...unavailable },
      { kind: 'hang' },
      { kind: 'slow', ms: 20 },
      { kind: 'lose-answer', how: 'break-off' },
      { kind: 'lose-answer', how: 'hang' },
      { kind: 'linger' },
      { kind: 'write-late', ms: 180 },
    ];
    const reads: ReadonlyArray<Misbehaviour> = [
      { kind: 'refuse', ...unavailable },
      { kind: 'hang' },
      { kind: 'slow', ms: 20 },
      { kind: 'cut', afterEvents: 1 },
    ];
    const subscriptions: ReadonlyArray<Misbehaviour> = [
      { kind: 'cut', afterEvents: 2 },
      { kind: 'end', afterEvents: 3 },
      { kind: 'stall', afterEvents: 1 },
      { kind: 'early-caught-up' },
      { kind: 'hang' },
    ];
    const pick = (from: ReadonlyArray<Misbehaviour>) => from[Math.floor(chance() * from.length)];
    return (method: Method): Misbehaviour | undefined => {
      if (method === 'append') return chance() < 0.25 ? pick(writes) : undefined;
      if (method === 'read') return chance() < 0.05 ? pick(reads) : undefined;
      if (method === 'subscribe') return chance() < 0.5 ? pick(subscriptions) : undefined;
      return undefined;
    };
  };

  /** Kills and restarts the node, and cuts its subscriptions, until stopped. */
  const disturb = async (node: KurrentDbNode, chance: () => number, isOver: () => boolean): Promise<void> => {
    while (!isOver()) {
      await new Promise((resolve) => setTimeout(resolve, 50 + chance() * 150));
      if (isOver()) return;
      if (chance() < 0.5) node.cutSubscriptions();
      else await node.restart('same port');
    }
  };

  for (const seed of [1, 2, 3]) {
    test(`given one writer, the log is what a plain list would be (seed ${seed})`, async () => {
      const chance = chances(seed);
      const { node, store, reader } = await ledgerOnNode({ limits: { appendMsMax: 400 } });
      const model = eventStoreModel();
      const count = 60;
      let isOver = false;
      const received: string[] = [];
      const receiving = (async () => {
        while (!isOver) {
          received.push(...names(reader.after(received.length, 100)));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      node.plan.choose = anyFault(chance);
      const disturbing = disturb(node, chance, () => isOver);
      for (let step = 0; step < count; step++) {
        const batch = Array.from({ length: 1 + Math.floor(chance() * 4) }, () =>
          event(
            `source-${Math.floor(chance() * 3)}`,
            `${Math.floor(chance() * 60)}`,
            chance() < 0.05 ? 'other' : 'same',
          ),
        );
        const wanted = model.append(batch);
        const { outcome, sent } = await insist(store, batch);
        if (E.isLeft(wanted)) expect(outcome).toEqual(wanted);
        else if (sent === 1)
          expect(outcome).toMatchObject(
            E.right({ recorded: wanted.right.recorded, duplicates: wanted.right.duplicates }),
          );
        else expect(appended(outcome).recorded + appended(outcome).duplicates).toBe(batch.length);
      }
      isOver = true;
      await disturbing;
      node.plan.clear();
      const log = await wholeLog(store);
      expect(names(log)).toEqual(names(model.events));
      expect(log.map(({ bytes }) => [...bytes])).toEqual(model.events.map(({ bytes }) => [...bytes]));
      await receiving;
      expect([...received, ...names(reader.after(received.length, everything))]).toEqual(names(log));
      const { store: another } = await openLedger(insecure(node));
      expect(await wholeLog(another)).toEqual(log);
    });
  }

  for (const seed of [21, 22]) {
    test(`given a cluster whose nodes die and whose leader changes, the log is what a plain list would be (seed ${seed})`, async () => {
      const chance = chances(seed);
      const cluster = await startCluster();
      onTestFinished(() => cluster.stop());
      const { store } = await openLedger(cluster.connectionString, { limits: { appendMsMax: 600 } });
      const model = eventStoreModel();
      let disturbances = 0;
      const disturbing = (async () => {
        for (; disturbances < 20; disturbances++) {
          await new Promise((resolve) => setTimeout(resolve, 20 + chance() * 80));
          const node = cluster.nodes[Math.floor(chance() * 3)]!;
          if (chance() < 0.4) cluster.elect(chance() < 0.3 ? undefined : node);
          else if (!node.running) await node.start();
          else await node.stop();
        }
        for (const node of cluster.nodes) if (!node.running) await node.start();
        cluster.elect(cluster.nodes[0]);
      })();
      for (let step = 0; disturbances < 20; step++) {
        const batch = [event(`source-${step % 3}`, `${step}`), event('shared', `${step % 7}`)];
        model.append(batch);
        const { outcome } = await insist(store, batch);
        expect(appended(outcome).recorded + appended(outcome).duplicates).toBe(2);
      }
      await disturbing;
      expect(names(await wholeLog(store))).toEqual(names(model.events));
    });
  }

  for (const seed of [11, 12, 13]) {
    test(`given many writers through two processes, nothing is lost and nothing is there twice (seed ${seed})`, async () => {
      const chance = chances(seed);
      const node = await runningNode();
      const limits = { appendMsMax: 400 };
      const opened = await Promise.all([
        openLedger(insecure(node), { limits }),
        openLedger(insecure(node), { limits }),
      ]);
      const stores = opened.map(({ store }) => store);
      let isOver = false;
      node.plan.choose = anyFault(chance);
      const disturbing = disturb(node, chance, () => isOver);
      const answered: Array<{ batch: ReadonlyArray<EventToAppend>; isRecorded: boolean }> = [];
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let step = 0; step < 15; step++) {
          const batch = [
            event(`own-${writer}`, `${step}`),
            ...(chance() < 0.5 ? [event('shared', `${Math.floor(chance() * 30)}`, 'same')] : []),
            ...(chance() < 0.2 ? [event('contested', `${Math.floor(chance() * 5)}`, `${writer}`)] : []),
            event(`own-${writer}`, `${step}/end`),
          ];
          const { outcome } = await insist(stores[writer % 2]!, batch);
          answered.push({ batch, isRecorded: E.isRight(outcome) });
          if (E.isLeft(outcome))
            expect(outcome.left).toMatchObject({ kind: 'conflict', source: 'contested' });
        }
      });
      await Promise.all(writers);
      isOver = true;
      await disturbing;
      node.plan.clear();
      // While a server is silent, each process answers from its replica; a newly opened one has everything.
      const { store: another } = await openLedger(insecure(node), { limits: patient });
      const log = await wholeLog(another);
      for (const store of stores) {
        await expect.poll(() => store.head()).toBeGreaterThanOrEqual(log.at(-1)!.position);
        expect(await wholeLog(store)).toEqual(log);
      }
      const recorded = new Map(log.map((stored) => [names([stored])[0]!, [...stored.bytes].join()]));
      expect(recorded.size).toBe(log.length);
      const own = (events: ReadonlyArray<EventToAppend>) =>
        events.filter(({ source }) => source.startsWith('own-'));
      for (const { batch, isRecorded } of answered) {
        if (isRecorded) {
          for (const one of batch) expect(recorded.get(names([one])[0]!)).toBe([...one.bytes].join());
        } else {
          for (const one of own(batch)) expect(recorded.has(names([one])[0]!)).toBe(false);
        }
      }
      for (let writer = 0; writer < 8; writer++) {
        const sent = answered.filter(
          ({ batch, isRecorded }) => isRecorded && batch[0]!.source === `own-${writer}`,
        );
        const inLog = log.filter(({ source }) => source === `own-${writer}`);
        expect(names(inLog)).toEqual(names(sent.flatMap(({ batch }) => own(batch))));
      }
    });
  }
});

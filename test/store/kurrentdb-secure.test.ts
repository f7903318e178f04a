/**
 * TLS, users and user certificates, from the connection string, and what the doctor finds.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { processEnvironment } from '../../src/store/kurrentdb/environment.ts';
import { type InspectedReplica, inspectServer } from '../../src/store/kurrentdb/inspect.ts';
import { progressQuery, replicaFormat } from '../../src/store/kurrentdb/replica-format.ts';
import { openToRead } from '../../src/store/sqlite/open-database.ts';
import { newAuthority } from '../support/kurrentdb-double/certificates.ts';
import { startCluster } from '../support/kurrentdb-double/kurrentdb-double.ts';
import {
  appended,
  insecure,
  ledgerOnNode,
  names,
  openLedger,
  patient,
  replicaIn,
  runningNode,
  settingsOf,
  several,
  wholeLog,
} from './kurrentdb-ledgers.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

/** A node with TLS, and files for its clients. */
const secureNode = async (requireClientCertificate = false) => {
  const folder = newFolder();
  onTestFinished(() => removeFolder(folder));
  const authority = newAuthority();
  const server = authority.sign('node', ['localhost', '127.0.0.1']);
  const user = authority.sign('domicile');
  const files = {
    ca: join(folder, 'ca.crt'),
    certificate: join(folder, 'user.crt'),
    key: join(folder, 'user.key'),
    otherCa: join(folder, 'other.crt'),
  };
  writeFileSync(files.ca, authority.certificate);
  writeFileSync(files.certificate, user.certificate);
  writeFileSync(files.key, user.key);
  writeFileSync(files.otherCa, newAuthority('another').certificate);
  const node = await runningNode({
    tls: { ca: authority.certificate, ...server, requireClientCertificate },
    ...(requireClientCertificate ? {} : { users: { ledger: 'p@ss:word' } }),
  });
  return { node, files, address: `localhost:${node.port}` };
};

const quick = { limits: { connectMsMax: 400 } };

test('given an authority and a user, the ledger is used over TLS', async () => {
  const { address, files } = await secureNode();
  const { store } = await openLedger(
    `esdb://ledger:p%40ss%3Aword@${address}?tlsCAFile=${encodeURIComponent(files.ca)}`,
  );
  expect(appended(await store.append(several('a', 0, 3))).recorded).toBe(3);
  expect(names(await wholeLog(store))).toEqual(['a 0', 'a 1', 'a 2']);
});

test('given a wrong password, opening says that access is denied, and does not retry', async () => {
  const { node, address, files } = await secureNode();
  const connectionString = `esdb://ledger:wrong@${address}?tlsCAFile=${encodeURIComponent(files.ca)}`;
  const opening = openLedger(connectionString, { limits: patient });
  await expect(opening).rejects.toThrow(/does not accept this user and password: .*Correct the user/);
  await expect(opening).rejects.not.toThrow('wrong');
  expect(node.calls.read).toBe(1);
  expect((await inspected(connectionString)).reading).toBe(
    'failed: KurrentDB does not accept this user and password',
  );
});

test('given a server of another authority, it is not trusted', async () => {
  const { address, files } = await secureNode();
  const connectionString = `esdb://ledger:p%40ss%3Aword@${address}?tlsCAFile=${encodeURIComponent(files.otherCa)}`;
  await expect(openLedger(connectionString, quick)).rejects.toMatchObject({ _tag: 'ServerUnreachable' });
});

test('given a server that requires user certificates, the one in the settings opens it', async () => {
  const { address, files } = await secureNode(true);
  const ca = `tlsCAFile=${encodeURIComponent(files.ca)}`;
  const user = `userCertFile=${encodeURIComponent(files.certificate)}&userKeyFile=${encodeURIComponent(files.key)}`;
  const { store } = await openLedger(`esdb://${address}?${ca}&${user}`);
  expect(appended(await store.append(several('a', 0, 3))).recorded).toBe(3);
  await expect(openLedger(`esdb://${address}?${ca}`, quick)).rejects.toMatchObject({
    _tag: 'ServerUnreachable',
  });
  await expect(openLedger(`esdb://${address}?tlsCAFile=missing.crt`)).rejects.toMatchObject({
    _tag: 'WrongStoreSetting',
    message: expect.stringContaining('certificate file'),
  });
});

const inspected = async (connectionString: string, replica?: InspectedReplica) => {
  const findings = await inspectServer(settingsOf(connectionString), processEnvironment(), replica);
  return Object.fromEntries(findings.map(({ name, state, found }) => [name, `${state}: ${found}`]));
};

test('given a server, the doctor finds its version, its limits, and unsuitable settings', async () => {
  const old = await runningNode();
  expect(await inspected(`${insecure(old)}&ledger=books`)).toEqual({
    KurrentDB: expect.stringMatching(/^ok: 24\.10\.4 at esdb:/),
    limits: expect.stringContaining('Domicile sends up to 1 MiB and 1 MiB'),
    encryption: 'ok: none, on this machine',
    reading: expect.stringMatching(/^ok: this user may read the whole log, which ends at position \d+$/),
    'server projections': 'ok: off',
  });
  const recent = await runningNode({ version: '26.0.1', projections: ['$by_category', '$streams'] });
  const elsewhere = `esdb://admin:changeit@${recent.address},db.example:2113?tls=false&nodePreference=follower&discoveryInterval=20`;
  const found = await inspected(elsewhere);
  expect(found).toMatchObject({
    KurrentDB: expect.stringContaining('26.0.1 at esdb://***@127.0.0.1'),
    limits: expect.stringContaining('Domicile sends up to 32 MiB and 4 MiB'),
    encryption: expect.stringMatching(/^warning: .*unencrypted/),
    user: expect.stringMatching(/^warning: ignored/),
    'node preference': expect.stringMatching(/^warning: nodePreference=follower/),
    'server projections': 'warning: running: $by_category, $streams',
  });
  expect(JSON.stringify(found)).not.toContain('changeit');
  recent.plan.next('read', {
    kind: 'refuse',
    code: status.PERMISSION_DENIED,
    details: 'Access Denied',
    exception: 'access-denied',
  });
  expect((await inspected(insecure(recent))).reading).toMatch(/^failed: this user may not read/);
  await recent.stop();
  expect(await inspected(insecure(recent))).toMatchObject({
    KurrentDB: expect.stringMatching(/^failed: KurrentDB cannot be reached: esdb:/),
  });
});

test('given only the address of a follower, the doctor reads from the leader', async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const [, follower] = cluster.nodes;
  expect((await inspected(insecure(follower!))).reading).toMatch(/^ok: this user may read the whole log/);
});

test('given a cluster whose first node is dead, it is found by the others, whichever scheme is used', async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const [first, second, third] = cluster.nodes;
  cluster.elect(second);
  await first!.stop();
  const hosts = [first, second, third].map((node) => node!.address).join(',');
  const { store } = await openLedger(`esdb+discover://${hosts}?tls=false`, {
    limits: { ...patient, connectMsMax: 20_000 },
  });
  expect(appended(await store.append(several('a', 0, 3))).recorded).toBe(3);
});

test('given a replica, the doctor reports its progress, and whether it is of the server’s log', async () => {
  const { node, store, directory } = await ledgerOnNode();
  appended(await store.append(several('a', 0, 3)));
  await store.close();
  const database = openToRead(replicaIn(directory), replicaFormat);
  const replica = { file: replicaIn(directory), ...progressQuery(database)() };
  database.close();
  expect((await inspected(insecure(node), replica))['local replica']).toMatch(
    /^ok: .*at the end of the log$/,
  );
  node.log.system('other', 'Other');
  expect((await inspected(insecure(node), replica))['local replica']).toMatch(
    /^ok: .*bytes of the log are not replicated yet/,
  );
  const other = await runningNode();
  expect((await inspected(insecure(other), replica))['local replica']).toMatch(
    /^failed: KurrentDB does not hold the log/,
  );
});

/**
 * TLS, users and user certificates, from the connection string, and what the doctor finds.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import { processEnvironment } from '../../src/store/kurrentdb/environment.ts';
import { inspectServer } from '../../src/store/kurrentdb/inspect.ts';
import { newAuthority } from '../support/kurrentdb-double/certificates.ts';
import {
  appended,
  insecure,
  names,
  openLedger,
  runningNode,
  settingsOf,
  several,
  wholeLog,
} from './kurrentdb-ledgers.ts';
import { newFolder, removeFolder } from './ledger-files.ts';

/** A node that speaks TLS, and files with what clients need. */
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

test('given a wrong password, opening says that the user is not let in, and does not try again', async () => {
  const { node, address, files } = await secureNode();
  const opening = openLedger(`esdb://ledger:wrong@${address}?tlsCAFile=${encodeURIComponent(files.ca)}`);
  await expect(opening).rejects.toThrow('does not let this user read and write');
  await expect(opening).rejects.not.toThrow('wrong');
  expect(node.calls.read).toBe(1);
});

test('given a server of another authority, it is not trusted', async () => {
  const { address, files } = await secureNode();
  const connectionString = `esdb://ledger:p%40ss%3Aword@${address}?tlsCAFile=${encodeURIComponent(files.otherCa)}`;
  await expect(openLedger(connectionString, quick)).rejects.toMatchObject({ _tag: 'ServerUnreachable' });
});

test('given a server that asks for user certificates, the one in the settings opens it', async () => {
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

test('given a server, the doctor finds its version, its limits, and what in the settings does not suit', async () => {
  const environment = processEnvironment();
  const old = await runningNode();
  expect(await inspectServer(settingsOf(`${insecure(old)}&ledger=books`), environment)).toMatchObject({
    ledger: 'books',
    isReachable: true,
    version: '24.10.4',
    sizes: { appendBytesMax: 1_048_576 },
    findings: [expect.stringContaining('in the clear')],
  });
  const recent = await runningNode({ version: '26.0.1' });
  const settings = settingsOf(`esdb://admin:changeit@${recent.address}?tls=false&nodePreference=follower`);
  const report = await inspectServer(settings, environment);
  expect(report.sizes).toEqual({ appendBytesMax: 268_435_456, eventBytesMax: 16_777_216 });
  expect(report.address).not.toContain('changeit');
  expect(report.findings).toEqual([
    expect.stringContaining('in the clear'),
    expect.stringContaining('in vain'),
    expect.stringContaining('nodePreference=follower'),
  ]);
  recent.plan.next('read', {
    kind: 'refuse',
    code: status.PERMISSION_DENIED,
    details: 'Access Denied',
    exception: 'access-denied',
  });
  expect((await inspectServer(settings, environment)).findings).toContainEqual(
    expect.stringContaining('$all'),
  );
  await recent.stop();
  expect(await inspectServer(settings, environment)).toMatchObject({
    isReachable: false,
    version: undefined,
  });
});

/**
 * A ledger with two witnesses, which it asks over real HTTP: what it serves of its log and of its sealed index, and
 * what it does if a witness knows more than it does.
 */

import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '#sha256';
import { verifyBundle } from '../../src/evidence/verify-bundle.ts';
import { formatAddCheckpoint } from '../../src/integrity/add-checkpoint.ts';
import { formatCheckpoint, parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { parseNote, signNote } from '../../src/integrity/signed-note.ts';
import { signingKeys } from '../../src/integrity/signing-keys.ts';
import { parseTlogPolicy, verifyByPolicy } from '../../src/integrity/tlog-policy.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { indexKeysOf, indexOriginOf } from '../../src/sealed-index/index-origin.ts';
import { backups, many } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';
import { right, startWitness, type TestWitness } from '../support/witnesses.ts';

const origin = 'ledger.example/witnessed';
const servers: LocalServer[] = [];
const witnesses: TestWitness[] = [];
const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  for (const witness of witnesses.splice(0)) await witness.stop();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

/** The file of the witnesses of the ledger in a directory. */
const fileOf = (directory: string): string => join(directory, '..', `${directory.split('/').at(-1)}.policy`);
const start = async (directory: string, policy?: string): Promise<LocalServer> => {
  const file = fileOf(directory);
  if (policy !== undefined) {
    writeFileSync(file, policy);
    directories.push(file);
  }
  const witnessed = policy === undefined ? {} : { witnessesFile: file };
  servers.push(await LocalServer.open(directory, undefined, { origin, ...witnessed }));
  return servers.at(-1)!;
};
const stop = async (): Promise<void> => {
  await servers.pop()!.close();
};
const witness = async (name: string, vkeys: ReadonlyArray<string>, directory = newDirectory(), port = 0) => {
  witnesses.push(await startWitness(directory, name, vkeys, port));
  return witnesses.at(-1)!;
};

const pollMs = { interval: 50, timeout: 40_000 };
const stateOf = async (server: LocalServer) => (await server.get('/v1/log')).body.data;
const servedSize = async (server: LocalServer) => (await server.get('/log/checkpoint')).body.split?.('\n')[1];
const witnessedSize = async ({ url }: TestWitness) => {
  const response = await fetch(`${url}/${sha256Hex(Buffer.from(origin))}/checkpoint`);
  return response.ok ? right(parseCheckpoint(right(parseNote(await response.text())).text)).size : undefined;
};

/** An empty ledger that has made its keys, which each test copies. */
const withKeys = newDataDirectory();
afterAll(() => removeDirectory(withKeys));
let made: { readonly vkeys: ReadonlyArray<string>; readonly all: ReadonlyArray<string> } | undefined;
const keysMade = async () => {
  if (made !== undefined) return made;
  const first = await start(withKeys);
  await expect.poll(async () => (await stateOf(first)).verifierKeys.length, pollMs).toBe(2);
  const { verifierKeys, index } = await stateOf(first);
  await stop();
  made = { vkeys: verifierKeys, all: [...verifierKeys, ...index.verifierKeys] };
  return made;
};

/** A ledger with its keys, two witnesses that know the keys of its log or also of its index, and the policy. */
const prepared = async (quorum = 'all', known: 'both' | 'log' = 'both') => {
  const { vkeys, all } = await keysMade();
  const directory = newDirectory();
  cpSync(withKeys, directory, { recursive: true });
  const places = [newDirectory(), newDirectory()];
  const given = known === 'both' ? all : vkeys;
  const one = await witness('witness.example/one', given, places[0]);
  const two = await witness('witness.example/two', given, places[1]);
  const policy = [
    `witness one ${one.witness.vkeys()[1]} ${one.url}`,
    `witness two ${two.witness.vkeys()[0]} ${two.url}/`,
    `group both ${quorum} one two`,
    'quorum both',
  ].join('\n');
  const keys = vkeys.map((vkey) => right(parseVerifierKey(vkey)));
  return { directory, vkeys, keys, all, places, one, two, policy };
};

describe('a ledger with two witnesses', () => {
  it('serves what both have cosigned, and shows the state of each', async () => {
    const { directory, keys, policy } = await prepared();
    const server = await start(directory, policy);
    await server.record(backups(5));
    await expect.poll(() => servedSize(server), pollMs).toBe('5');
    const note = right(parseNote((await server.get('/log/checkpoint')).body));
    const judged = right(verifyByPolicy(note, right(parseTlogPolicy(policy)), keys));
    expect(judged.witnesses.map(({ name }) => name)).toEqual(['one', 'two']);
    const { witnesses: told, witnessed } = await stateOf(server);
    expect(told).toMatchObject([
      { name: 'one', size: 5, failure: null },
      { name: 'two', size: 5, failure: null },
    ]);
    expect(witnessed.size).toBe(5);
    expect(witnessed.ageMs).toBeLessThan(60_000);
    const { body } = await server.get('/readyz');
    expect(body.witnessed.size).toBe(5);
    expect(body.witnesses).toHaveLength(2);
    const metrics = (await server.get('/metrics')).body;
    expect(metrics).toMatch(/^domicile_witnessed_checkpoint_size 5$/m);
    expect(metrics).toMatch(/^domicile_witness_cosignature_age_seconds\{witness="two"\} \d/m);
    // Cosigned checkpoints are there immediately after a start.
    await stop();
    const again = await start(directory, policy);
    await expect.poll(() => servedSize(again), pollMs).toBe('5');
    expect(await again.record(backups(1, 5))).toBe('6');
    await expect.poll(() => servedSize(again), pollMs).toBe('6');
  });

  it('continues while a witness is away, serves the last checkpoint that a quorum cosigned, and catches up', async () => {
    const { directory, all, places, two, policy } = await prepared();
    const server = await start(directory, policy);
    await server.record(backups(5));
    await expect.poll(() => servedSize(server), pollMs).toBe('5');
    await witnesses.splice(witnesses.indexOf(two), 1)[0]!.stop();
    await server.record(backups(3, 5));
    await expect.poll(async () => (await stateOf(server)).checkpoint.size, pollMs).toBe(8);
    await expect
      .poll(async () => (await stateOf(server)).witnesses[1].failure, pollMs)
      .toContain('it does not answer');
    expect(await servedSize(server)).toBe('5');
    await server.record(backups(1, 8));
    await witness('witness.example/two', all, places[1], two.port);
    await expect.poll(() => servedSize(server), pollMs).toBe('9');
  });

  it('serves nothing while one does not know the log, and says why', async () => {
    const { directory, policy } = await prepared();
    const other = await witness('witness.example/three', [
      'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    ]);
    const server = await start(
      directory,
      policy.replace(
        'group both all one two',
        `witness three ${other.witness.vkeys()[0]} ${other.url}\ngroup both all one two three`,
      ),
    );
    await server.record(backups(2));
    await expect
      .poll(async () => (await stateOf(server)).witnesses[2].failure, pollMs)
      .toMatch(/it answers 404: no log/);
    const { status, body } = await server.get('/log/checkpoint');
    expect(status).toBe(503);
    expect(body.detail).toContain('no checkpoint has a quorum of cosignatures');
  });

  it.each([
    ['with its tree', 'any', []],
    ['without its tree', 'all', ['tree.sqlite', 'tree.sqlite-wal', 'tree.sqlite-shm']],
  ])('restored to a backup %s, signs nothing and records nothing, and says so', async (_, quorum, lost) => {
    const { directory, one, policy } = await prepared(quorum);
    const first = await start(directory, policy);
    await first.record(backups(3));
    await expect.poll(() => servedSize(first), pollMs).toBe('3');
    await stop();
    const backup = newDirectory();
    cpSync(directory, backup, { recursive: true });
    const second = await start(directory, policy);
    await second.record(backups(4, 3));
    await expect.poll(() => servedSize(second), pollMs).toBe('7');
    await expect.poll(() => witnessedSize(one), pollMs).toBe(7);
    await stop();
    for (const name of lost) rmSync(join(backup, name), { force: true });
    const restored = await start(backup, policy);
    await expect
      .poll(async () => (await stateOf(restored)).stop, pollMs)
      .toMatch(
        /the witness (one|two) cosigned a checkpoint of 7 events, signed by this log's own key, and this log has 3 events/,
      );
    const refused = await restored.post(backups(10, 100));
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toContain('recording has stopped');
    expect((await restored.get('/readyz')).body.integrityFailure).toContain('Restore the newest log');
    expect(
      (await restored.get('/v1/log/checkpoints')).body.data.map(({ size }: { size: number }) => size),
    ).not.toContain(13);
    expect(await witnessedSize(one)).toBe(7);
  });

  it('that has grown differently than was witnessed, is stopped by what the witnesses show', async () => {
    const { directory, one, policy } = await prepared();
    const first = await start(directory, policy);
    await first.record(backups(3));
    await expect.poll(() => servedSize(first), pollMs).toBe('3');
    await stop();
    const other = newDirectory();
    cpSync(directory, other, { recursive: true });
    const second = await start(directory, policy);
    await second.record(backups(4, 3));
    await expect.poll(() => servedSize(second), pollMs).toBe('7');
    await stop();
    // An operator who leaves out the witnesses signs a split view; nobody who requires cosignatures sees it.
    const forked = await start(other);
    await forked.record(backups(9, 50));
    await expect.poll(() => servedSize(forked), pollMs).toBe('12');
    await stop();
    const asked = await start(other, policy);
    await expect
      .poll(async () => (await stateOf(asked)).stop, pollMs)
      .toContain("of 7 events, signed by this log's own key, and this log has another root at that size");
    expect(await servedSize(asked)).toBe('3');
    expect(await witnessedSize(one)).toBe(7);
  });

  it('signs nothing while one claims a size that was never signed, and continues to record', async () => {
    const { directory, policy } = await prepared('any');
    const first = await start(directory, policy);
    await first.record(backups(3));
    await expect.poll(() => servedSize(first), pollMs).toBe('3');
    await stop();
    const liar = createServer((request, response) => {
      if (request.method === 'POST')
        response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('99\n');
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => liar.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = liar.address() as AddressInfo;
      const server = await start(directory, policy.replace(/http:\S+/, `http://127.0.0.1:${port}`));
      await expect
        .poll(async () => (await stateOf(server)).witnesses[0].failure, pollMs)
        .toContain('it claims to have cosigned 99 events of this log');
      expect(await server.record(backups(2, 3))).toBe('5');
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      const { checkpoint, stop: stopped } = await stateOf(server);
      expect({ size: checkpoint.size, stopped }).toEqual({ size: 3, stopped: null });
    } finally {
      liar.close();
    }
  });

  it('with a tree from the version before witnesses continues it', async () => {
    const { directory, policy } = await prepared();
    const before = await start(directory);
    await before.record(backups(3));
    await expect.poll(() => servedSize(before), pollMs).toBe('3');
    await stop();
    const tree = new DatabaseSync(join(directory, 'tree.sqlite'));
    tree.exec('DROP TABLE cosignature; PRAGMA user_version = 1');
    tree.close();
    const after = await start(directory, policy);
    await expect.poll(() => servedSize(after), pollMs).toBe('3');
    expect((await stateOf(after)).witnesses).toMatchObject([{ size: 3 }, { size: 3 }]);
  });
});

const indexOf = async (server: LocalServer) => (await stateOf(server)).index;
const indexCheckpoint = async (server: LocalServer) => {
  const { status, body } = await server.get('/log/index/checkpoint');
  return status === 200 ? String(body) : undefined;
};
const indexSize = async (server: LocalServer) => (await indexCheckpoint(server))?.split('\n')[1];
const evidenceOf = async (server: LocalServer, knownPosition: number) =>
  (await server.get('/v1/evidence', { site: 'singapore', validAt: '2021-01-01', knownPosition })).body;
const completenessIn = (bundle: object, keys: ReadonlyArray<VerifierKey>, policy: string) =>
  verifyBundle(JSON.stringify(bundle), { keys, policy: right(parseTlogPolicy(policy)) }).checks.find(
    ({ name }) => name === 'completeness',
  );

describe('the sealed index of a ledger with two witnesses', () => {
  it('is served once both have cosigned it, and evidence needs their cosignatures of both logs', async () => {
    // Given
    const { directory, keys, policy } = await prepared();
    const server = await start(directory, policy);
    // When
    await server.record(backups(70));
    await expect.poll(() => indexSize(server), pollMs).toBe('1');
    // Then
    const note = right(parseNote((await indexCheckpoint(server))!));
    const judged = right(verifyByPolicy(note, right(parseTlogPolicy(policy)), indexKeysOf(keys)));
    expect(judged.witnesses.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(await indexOf(server)).toMatchObject({
      witnesses: [
        { name: 'one', size: 1, failure: null },
        { name: 'two', size: 1, failure: null },
      ],
      witnessed: { size: 1 },
      stop: null,
    });
    expect((await server.get('/readyz')).body.index).toMatchObject({ witnessed: { size: 1 }, stop: null });
    expect((await server.get('/metrics')).body).toMatch(
      /^domicile_index_witnessed_checkpoint_age_seconds \d/m,
    );
    const bundle = await evidenceOf(server, 70);
    const trust = { keys, policy: right(parseTlogPolicy(policy)) };
    expect(verifyBundle(JSON.stringify(bundle), trust)).toMatchObject({ holds: true });
    expect(completenessIn(bundle, keys, policy)?.found).toMatch(
      /^1 sealed stretch, cosigned by 2 witnesses of the policy, and the last 6 events show everything/,
    );
    const { completeness } = bundle;
    const cut = completeness.checkpoint.replace(/— witness\.example\/one .*\n/, '');
    expect(
      completenessIn({ ...bundle, completeness: { ...completeness, checkpoint: cut } }, keys, policy),
    ).toMatchObject({
      state: 'fails',
      place: '/completeness/checkpoint',
      found: "1 of the policy's witnesses cosigned it, which is not a quorum",
    });
    // What the ledger keeps of it is checked with its files.
    const settings = { ...(await settingsIn(directory)), origin, witnessesFile: fileOf(directory) };
    const checks = await verifyLedger(settings, Date.now, () => {});
    expect(checks.find(({ name }) => name === 'index cosignatures')).toMatchObject({ state: 'ok' });
  });

  it('continues through a rotation of the keys', async () => {
    const { directory, keys, policy } = await prepared();
    const server = await start(directory, policy);
    await server.record(backups(70));
    await expect.poll(() => indexSize(server), pollMs).toBe('1');
    // When
    expect((await server.send('', 'application/json', {}, '/v1/log/keys')).status).toBe(201);
    // Then
    const fresh: ReadonlyArray<VerifierKey> = (await stateOf(server)).verifierKeys
      .slice(0, 2)
      .map((vkey: string) => right(parseVerifierKey(vkey)));
    const isTakenBy = async (half: ReadonlyArray<VerifierKey>) => {
      const note = right(parseNote((await indexCheckpoint(server))!));
      return E.isRight(verifyByPolicy(note, right(parseTlogPolicy(policy)), indexKeysOf(half)));
    };
    await expect.poll(() => isTakenBy(fresh), pollMs).toBe(true);
    expect(await isTakenBy(keys)).toBe(true);
    await expect.poll(async () => (await server.delete('/v1/log/keys/earlier')).status, pollMs).toBe(200);
  });

  it('is not served while they do not know it, and delays neither the log nor its evidence', async () => {
    // Given
    const { directory, keys, all, places, one, two, policy } = await prepared('all', 'log');
    const server = await start(directory, policy);
    // When
    await server.record(backups(70));
    await expect.poll(() => servedSize(server), pollMs).toBe('70');
    // Then
    const named = /^it does not know the log ledger\.example\/witnessed\/index-2; give it this key: (\S+) \(/;
    await expect.poll(async () => (await indexOf(server)).witnesses[1].failure, pollMs).toMatch(named);
    expect((await server.get('/readyz')).body.index.witnesses[1].failure).toMatch(named);
    const { status, body } = await server.get('/log/index/checkpoint');
    expect(status).toBe(404);
    expect(body.detail).toContain('no checkpoint of the sealed index has a quorum of cosignatures');
    const bundle = await evidenceOf(server, 70);
    expect(verifyBundle(JSON.stringify(bundle), { keys, policy: right(parseTlogPolicy(policy)) }).holds).toBe(
      true,
    );
    expect(completenessIn(bundle, keys, policy)?.found).toMatch(/^0 sealed stretches and the last 70 events/);
    // Once they are given its keys, it is served.
    await stop();
    for (const each of witnesses.splice(0)) await each.stop();
    await witness('witness.example/one', all, places[0], one.port);
    await witness('witness.example/two', all, places[1], two.port);
    const again = await start(directory, policy);
    await expect.poll(() => indexSize(again), pollMs).toBe('1');
  });

  it('proves under the checkpoint that is served, while later ones are signed and not cosigned', async () => {
    // Given
    const { directory, keys, two, policy } = await prepared();
    const server = await start(directory, policy);
    await server.record(many(960));
    await expect.poll(() => indexSize(server), pollMs).toBe('15');
    await witnesses.splice(witnesses.indexOf(two), 1)[0]!.stop();
    // When: a stretch of 1,024 ends, of which the 15 are parts, and more are sealed after it.
    for (const [more, count] of [
      [64, 17],
      [128, 18],
      [192, 19],
    ] as const) {
      await server.record(many(more, `more-${more}`).slice(0, 64));
      await expect.poll(async () => (await indexOf(server)).checkpoint.size, pollMs).toBe(count);
    }
    // Then
    expect(await indexSize(server)).toBe('15');
    const asked = { subject: 'e-subject-7', validAt: '2021-01-01', knownPosition: 960 };
    const { status, body } = await server.get('/v1/evidence', asked);
    expect(status).toBe(200);
    expect(completenessIn(body, keys, policy)?.found).toMatch(
      /^15 sealed stretches, cosigned by 2 witnesses of the policy, and the last 0 events/,
    );
  });

  it('is made again if its files are lost, and leads to what was witnessed', async () => {
    const { directory, policy } = await prepared();
    const first = await start(directory, policy);
    await first.record(backups(70));
    await expect.poll(() => indexSize(first), pollMs).toBe('1');
    await stop();
    // When
    for (const file of readdirSync(directory)) if (file.startsWith('index-2')) rmSync(join(directory, file));
    const again = await start(directory, policy);
    // Then
    await expect.poll(() => indexSize(again), pollMs).toBe('1');
    await again.record(backups(64, 70));
    await expect.poll(() => indexSize(again), pollMs).toBe('2');
  });

  it.each([
    ['has more stretches', 9, 'has 1 stretches'],
    ['is another', 1, 'has another root at that size'],
  ])('is not sealed further if what was witnessed %s', async (_, size, what) => {
    // Given
    const { directory, one, policy } = await prepared();
    const signers = right(
      signingKeys(filesIn(directory).signingKeys, indexOriginOf(origin), () => 1_700_000_000),
    ).signers;
    const text = formatCheckpoint({
      ...{ origin: indexOriginOf(origin), size, extensions: [] },
      root: new Uint8Array(32).fill(7),
    });
    const checkpoint = signNote(text, signers);
    right(one.witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint })));
    const server = await start(directory, policy);
    // When
    await server.record(backups(70));
    // Then
    await expect
      .poll(async () => (await indexOf(server)).stop, pollMs)
      .toBe(
        `the witness one cosigned a checkpoint of ${size} stretches of the index, signed by this ledger's own key, and this index ${what}. So this is not the witnessed ledger, or it is an older copy of it. Restore the newest log`,
      );
    expect(await indexCheckpoint(server)).toBeUndefined();
    expect((await indexOf(server)).checkpoint).toBeNull();
    await server.record(backups(1, 70));
    await expect.poll(() => servedSize(server), pollMs).toBe('71');
  });
});

it('an unreadable file of witnesses is reported at the start', async () => {
  const directory = newDirectory();
  await expect(start(directory, 'witness one nonsense\nquorum one')).rejects.toThrow();
});

/** Rotating the keys that sign a ledger (V4): readers who trust the old ones or the new ones can still verify. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { verifyBundle } from '../../src/evidence/verify-bundle.ts';
import { formatAddCheckpoint } from '../../src/integrity/add-checkpoint.ts';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { parseNote, verifyNote } from '../../src/integrity/signed-note.ts';
import { rotateSigningKeys } from '../../src/integrity/signing-keys.ts';
import { parseTlogProof, verifyTlogProof } from '../../src/integrity/tlog-proof.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { indexKeysOf } from '../../src/sealed-index/index-origin.ts';
import { openWitness } from '../../src/witness/witness.ts';
import { backups, sent } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';
import { right } from '../support/witnesses.ts';

const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
afterAll(() => directories.forEach(removeDirectory));

const noPolicy = { logs: [], witnesses: [], quorum: undefined };

const keysOf = async (server: LocalServer): Promise<ReadonlyArray<VerifierKey>> =>
  (await server.get('/v1/log')).body.data.verifierKeys.map((vkey: string) => right(parseVerifierKey(vkey)));

/** The served checkpoint, once it covers everything recorded. */
const checkpointOf = async (server: LocalServer): Promise<string> => {
  const head = (await server.get('/readyz')).body.head;
  await vi.waitFor(
    async () => expect(String((await server.get('/log/checkpoint')).body).split('\n')[1]).toBe(String(head)),
    { timeout: 30_000 },
  );
  return (await server.get('/log/checkpoint')).body;
};

const isSignedBy = (note: unknown, keys: ReadonlyArray<VerifierKey>): boolean => {
  const read = parseNote(String(note));
  if (E.isLeft(read)) return false;
  const verified = verifyNote(read.right, keys);
  return E.isRight(verified) && keys.every((key) => verified.right.by.includes(key));
};

const rotate = (server: LocalServer) => server.send('', 'application/json', {}, '/v1/log/keys');

/** The log's records of its keys. */
const rotations = async (server: LocalServer) =>
  (await server.rows('/v1/events', { type: 'SigningKeyRotated' })).map(({ source, data }) => [
    source,
    data.key,
  ]);

describe('given a ledger whose keys are rotated', () => {
  const directory = newDirectory();
  let server: LocalServer;
  let old: ReadonlyArray<VerifierKey>;
  let fresh: ReadonlyArray<VerifierKey>;
  beforeAll(async () => {
    server = await LocalServer.open(directory);
    await server.record(backups(70));
    await checkpointOf(server);
    old = await keysOf(server);
    expect((await rotate(server)).status).toBe(201);
    fresh = (await keysOf(server)).slice(0, old.length);
  });
  afterAll(() => server.close());

  it('the log records it, old and new keys both sign the next checkpoint, and each new key is in the log', async () => {
    const note = await checkpointOf(server);
    expect((await keysOf(server)).map(({ vkey }) => vkey)).toEqual(
      [...fresh, ...old].map(({ vkey }) => vkey),
    );
    await expect.poll(async () => isSignedBy(await checkpointOf(server), [...old, ...fresh])).toBe(true);
    expect(note.split('\n')[1]).toBe('72');
    expect(await rotations(server)).toEqual(fresh.map(({ vkey }) => ['urn:domicile:ledger', vkey]));
  });

  it('readers who trust either accept its proofs, its evidence and its index', async () => {
    await expect.poll(async () => isSignedBy(await checkpointOf(server), [...old, ...fresh])).toBe(true);
    const proof = right(parseTlogProof((await server.get('/v1/events/71/proof')).body));
    await expect
      .poll(async () =>
        isSignedBy((await server.get('/log/index/checkpoint')).body, indexKeysOf([...old, ...fresh])),
      )
      .toBe(true);
    const asked = { site: 'singapore', validAt: '2021-01-01', knownPosition: 70 };
    const file = JSON.stringify((await server.get('/v1/evidence', asked)).body);
    for (const keys of [old, fresh]) {
      expect(right(verifyTlogProof(proof, proof.extra!, keys)).size).toBe(72);
      const { holds, checks } = verifyBundle(file, { keys, policy: noPolicy });
      expect(holds, JSON.stringify(checks)).toBe(true);
      // A missing signature line, or one by another key, is reported whomever the reader trusts.
      const bundle = JSON.parse(file);
      const [first, second] = bundle.signature.trimEnd().split('\n');
      for (const signature of [
        `${first}\n`,
        `${second}\n`,
        `${first}\n${second.replace(/.{6}$/, 'AAAA==')}\n`,
      ])
        expect(verifyBundle(JSON.stringify({ ...bundle, signature }), { keys, policy: noPolicy }).holds).toBe(
          false,
        );
    }
    for (const key of [old[0]!, fresh[1]!]) {
      const witness = right(
        openWitness(newDirectory(), 'w.example', [{ key, url: undefined }], () => Date.now()),
      );
      const checkpoint = right(parseNote(await checkpointOf(server)));
      expect(
        E.isRight(witness.addCheckpoint(formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint }))),
      ).toBe(true);
      witness.close();
    }
  });

  it('they can be rotated again only once the previous ones are retired; then only the new ones sign, and everything signed stays valid', async () => {
    expect((await rotate(server)).status).toBe(409);
    await expect.poll(async () => (await server.delete('/v1/log/keys/earlier')).status).toBe(200);
    expect((await server.delete('/v1/log/keys/earlier')).status).toBe(404);
    await server.record(backups(1, 70));
    const note = await checkpointOf(server);
    expect(isSignedBy(note, fresh)).toBe(true);
    expect(E.isLeft(verifyNote(right(parseNote(note)), old))).toBe(true);
    const checks = await verifyLedger(await settingsIn(directory), Date.now, () => {});
    expect(checks.find(({ name }) => name === 'checkpoints')).toMatchObject({ state: 'ok' });
    expect(readFileSync(filesIn(directory).signingKeys, 'utf8').match(/BEGIN PRIVATE KEY/g)).toHaveLength(2);
  });

  it('nobody else may record a rotation', async () => {
    const event = sent('k', 'SigningKeyRotated', { key: old[0]!.vkey });
    const { status, body } = await server.post([event]);
    expect(status).toBe(422);
    expect(body.errors[0]).toMatchObject({
      index: 0,
      pointer: '/type',
      message: expect.stringMatching(/POST \/v1\/log\/keys/),
    });
  });
});

it('given a rotation that was killed between the file of keys and the log, the next start records it and signs with old and new', async () => {
  const directory = newDirectory();
  const before = await LocalServer.open(directory);
  await before.record(backups(5));
  await checkpointOf(before);
  const old = await keysOf(before);
  await before.close();
  right(rotateSigningKeys(filesIn(directory).signingKeys, 'example.org/ledger'));

  const after = await LocalServer.open(directory);
  const all = await keysOf(after);
  await expect
    .poll(async () => (await rotations(after)).map(([, key]) => key), { interval: 50 })
    .toEqual(all.slice(0, 2).map(({ vkey }) => vkey));
  expect(all.slice(2).map(({ vkey }) => vkey)).toEqual(old.map(({ vkey }) => vkey));
  await expect.poll(async () => isSignedBy(await checkpointOf(after), all), { interval: 50 }).toBe(true);
  await after.close();
});

/**
 * A ledger on KurrentDB with a witness.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseVerifierKey, type VerifierKey } from '../../src/integrity/keys.ts';
import { parseNote } from '../../src/integrity/signed-note.ts';
import { parseTlogPolicy, verifyByPolicy } from '../../src/integrity/tlog-policy.ts';
import { filesIn } from '../../src/ledger/files.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import { backups } from '../support/given-events.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { right, startWitness, type TestWitness } from '../support/witnesses.ts';

let node: KurrentDbNode;
let witness: TestWitness;
const [directory, ofWitness] = [newDataDirectory(), newDataDirectory()];
const policyFile = join(ofWitness, 'witnesses.policy');

beforeAll(async () => {
  node = await startNode();
});
afterAll(async () => {
  await witness?.stop();
  await node.stop();
  [directory, ofWitness].forEach(removeDirectory);
});

const open = (settings: Partial<Settings> = {}): Promise<LocalServer> =>
  LocalServer.open(directory, undefined, { store: `esdb://${node.address}?tls=false`, ...settings });

const keysOf = async (server: LocalServer): Promise<ReadonlyArray<VerifierKey>> =>
  (await server.get('/v1/log')).body.data.verifierKeys.map((vkey: string) => right(parseVerifierKey(vkey)));

const served = async (server: LocalServer, size: number): Promise<string> => {
  await expect
    .poll(async () => String((await server.get('/log/checkpoint')).body).split('\n')[1], { interval: 50 })
    .toBe(String(size));
  return (await server.get('/log/checkpoint')).body;
};

it('given a ledger on KurrentDB, its witness cosigns what it signs, through a rotation of its keys and after its tree was lost', async () => {
  const first = await open();
  await first.record(backups(3));
  await served(first, 3);
  const keys = await keysOf(first);
  await first.close();
  witness = await startWitness(
    ofWitness,
    'witness.example/w',
    keys.map(({ vkey }) => vkey),
  );
  const policy = `witness w ${witness.witness.vkeys()[0]} ${witness.url}\nquorum w\n`;
  writeFileSync(policyFile, policy);

  const server = await open({ witnessesFile: policyFile });
  await server.record(backups(2, 3));
  const judged = right(
    verifyByPolicy(right(parseNote(await served(server, 5))), right(parseTlogPolicy(policy)), keys),
  );
  expect(judged.witnesses.map(({ name }) => name)).toEqual(['w']);

  expect((await server.send('', 'application/json', {}, '/v1/log/keys')).status).toBe(201);
  await served(server, 7);
  for (const half of [keys, (await keysOf(server)).slice(0, 2)])
    await expect
      .poll(async () => {
        const note = right(parseNote((await server.get('/log/checkpoint')).body));
        return E.isRight(verifyByPolicy(note, right(parseTlogPolicy(policy)), half));
      })
      .toBe(true);
  await server.close();

  // The tree is rebuilt from KurrentDB; the witness knows what was signed.
  const { tree, index, indexTree } = filesIn(directory);
  for (const file of [tree, index, indexTree])
    for (const suffix of ['', '-wal', '-shm', '-lock']) rmSync(file + suffix, { force: true });
  const again = await open({ witnessesFile: policyFile });
  await again.record(backups(1, 5));
  await served(again, 8);
  expect((await again.get('/v1/log')).body.data.stop).toBeNull();
  await again.close();
});

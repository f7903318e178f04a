/**
 * The vault of another process when that process or the network misbehaves: an answer is right, or there is none.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type HttpVaultLimits, httpVault } from '../../src/people/vault/http-vault.ts';
import { VaultUnavailable } from '../../src/people/vault/vault.ts';
import { newFolder, removeFolder } from '../store/ledger-files.ts';
import { type Misbehaviour, VaultServer, vaultInFile } from '../support/vaults.ts';

/** Limits so high that only a call without an answer times out. */
const patient: Partial<HttpVaultLimits> = {
  callMsMax: 60_000,
  faultMsMax: 60_000,
  pauseMs: 5,
  answerBytesMax: 100_000,
};
const hasty: Partial<HttpVaultLimits> = { ...patient, callMsMax: 200, faultMsMax: 200 };

const given = async (limits = patient) => {
  const folder = newFolder();
  const kept = vaultInFile(join(folder, 'vault.sqlite'));
  const server = new VaultServer();
  await server.start(kept);
  onTestFinished(async () => {
    await server.stop();
    kept.close();
    removeFolder(folder);
  });
  const vault = httpVault({ url: server.url, key: 'dom_key', limits });
  return { server, kept, vault };
};

const saying =
  (body: string, status = 200, headers: Record<string, string> = {}): Misbehaviour =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

const endless: Misbehaviour = (_, response) => {
  const more = (): void => {
    if (!response.destroyed) response.write('"'.repeat(10_000), more);
  };
  more();
};

const cut: Misbehaviour = (_, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"pseudonyms":[');
  setTimeout(() => response.destroy(), 5);
};

const pseudonym = 'psn_AAAAAAAAAAAAAAAAAAAAAA';
const person = 'zorica';

/** Every call, about one person. */
const calls = (vault: ReturnType<typeof httpVault>) => [
  vault.find({ names: [person], pseudonyms: [] }),
  vault.find({ names: [], pseudonyms: [pseudonym] }),
  vault.admit([person], 0),
  vault.forget(pseudonym, 0),
];

const misbehaviours: ReadonlyArray<readonly [what: string, reason: RegExp, Misbehaviour]> = [
  ['breaks every connection', /cannot be connected/, (request) => request.socket.destroy()],
  ['stops in the middle of its answer', /cannot be connected/, cut],
  ['answers for ever', /does not lead to a vault/, endless],
  ['says what is not JSON', /does not lead to a vault/, saying('<html>')],
  ['says something else', /does not lead to a vault/, saying('{"hello":"world"}')],
  ['says nothing of anybody', /does not lead to a vault/, saying('{"pseudonyms":[],"people":[]}')],
  [
    'says too much',
    /does not lead to a vault/,
    saying(`{"pseudonyms":["${pseudonym}","${pseudonym}"],"people":[]}`),
  ],
  [
    'gives an identifier for a pseudonym',
    /does not lead to a vault/,
    saying('{"pseudonyms":["ana"],"people":[]}'),
  ],
  ['refuses the key', /refuses the key/, saying('{}', 401)],
  ['lets the key do something else', /refuses the key/, saying('{}', 403)],
  ['keeps no vault', /keeps no vault/, saying('{}', 404)],
  ['is out of order', /status 503/, saying('{}', 503)],
  ['has no space left', /status 507/, saying('{}', 507)],
];

describe('a process with the vault', () => {
  test.each(misbehaviours)('that %s is unavailable, whatever is asked', async (_, reason, misbehaviour) => {
    const { server, vault } = await given();
    server.misbehaviour = misbehaviour;
    for (const outcome of await Promise.allSettled(calls(vault))) {
      if (outcome.status === 'fulfilled') throw new Error(`answered: ${JSON.stringify(outcome.value)}`);
      expect(outcome.reason).toBeInstanceOf(VaultUnavailable);
      expect(outcome.reason.message).toMatch(reason);
      expect(outcome.reason.message).not.toContain(person);
    }
    expect(await vault.fault()).toMatch(reason);
    server.misbehaviour = undefined;
    expect(await vault.fault()).toBeUndefined();
    await Promise.all(calls(vault));
  });

  test('that does not answer is unavailable after a while', async () => {
    const { server, vault } = await given(hasty);
    server.misbehaviour = () => undefined;
    for (const outcome of await Promise.allSettled(calls(vault))) {
      if (outcome.status === 'fulfilled') throw new Error(`answered: ${JSON.stringify(outcome.value)}`);
      expect(outcome.reason).toBeInstanceOf(VaultUnavailable);
      expect(outcome.reason.message).toBe('it did not answer within 200 ms');
    }
    expect(await vault.fault()).toBe('it did not answer within 200 ms');
  });

  test('that redirects is not followed, so that the key and the names go nowhere else', async () => {
    const { server, vault } = await given();
    const elsewhere = new VaultServer();
    await elsewhere.start();
    onTestFinished(() => elsewhere.stop());
    server.misbehaviour = (request, response) =>
      response.writeHead(307, { location: elsewhere.url + request.url }).end();
    for (const outcome of await Promise.allSettled(calls(vault))) expect(outcome.status).toBe('rejected');
    expect(elsewhere.requests).toEqual([]);
  });

  test('that comes back is asked again, and what it did before its answer was lost stays', async () => {
    const { server, kept, vault } = await given();
    server.misbehaviour = (request: IncomingMessage, response: ServerResponse) => {
      // It performs the request, and its answer is lost once.
      server.misbehaviour = undefined;
      void kept.admit([person], 0).then(() => request.socket.destroy());
      response.on('error', () => undefined);
    };
    const admitted = await vault.admit([person], 0);
    expect(admitted).toEqual(await kept.admit([person], 0));
    await server.stop();
    await expect(vault.admit([person], 0)).rejects.toThrow('cannot be connected');
    await server.start();
    expect(await vault.admit([person], 0)).toEqual(admitted);
  });

  test('that has forgotten a person, and whose answer was lost, has forgotten them', async () => {
    const { server, kept, vault } = await given();
    await vault.admit([person], 0);
    const found = await vault.find({ names: [person], pseudonyms: [] });
    const known = found.pseudonyms.get(person)!;
    server.misbehaviour = (request) => {
      server.misbehaviour = undefined;
      void kept.forget(known, 4).then(() => request.socket.destroy());
    };
    await vault.forget(known, 4);
    expect((await vault.find({ names: [person], pseudonyms: [known] })).people.get(known)).toBeNull();
  });

  test('gets the key with every call, and no person in a path', async () => {
    const { server, vault } = await given();
    await Promise.all(calls(vault));
    expect(server.requests).toHaveLength(4);
    for (const { path, key } of server.requests) {
      expect(key).toBe('Bearer dom_key');
      expect(path).toMatch(/^\/v1\/vault\/(find|admit|forget)$/);
    }
  });
});

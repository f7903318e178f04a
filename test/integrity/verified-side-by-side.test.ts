/** A ledger whose parts are verified side by side, with the same results as one after the other. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { filesIn } from '../../src/ledger/files.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { many } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const directory = newDataDirectory();

beforeAll(async () => {
  const server = await LocalServer.open(directory);
  await server.record(many(200));
  await vi.waitFor(
    async () => expect((await server.get('/v1/log')).body.data.index.checkpoint?.size).toBe(3),
    { timeout: 30_000 },
  );
  await server.close();
});
afterAll(() => removeDirectory(directory));

const both = async () => {
  const settings = { ...(await settingsIn(directory)), dataDirectory: directory };
  const told: string[] = [];
  const parts: string[] = [];
  const inThreads = await verifyLedger(
    settings,
    Date.now,
    (what) => told.push(what),
    (part) => parts.push(part),
    0,
  );
  const oneByOne = await verifyLedger(settings, Date.now, () => {});
  return { inThreads, oneByOne, told, parts };
};

it('given a sound ledger, all parts are checked in threads and found sound', async () => {
  const { inThreads, oneByOne, told, parts } = await both();
  expect(inThreads).toEqual(oneByOne);
  expect(inThreads.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'log ok',
    'tree ok',
    'checkpoints ok',
    'index ok',
    'index tree ok',
    'index checkpoints ok',
    'projections ok',
    'vault ok',
  ]);
  expect(told).not.toEqual([]);
  expect(parts.toSorted()).toEqual(['index', 'projections', 'vault']);
});

it('while a server has it open, the vault is compared as well', async () => {
  const server = await LocalServer.open(directory);
  const { inThreads, oneByOne } = await both();
  await server.close();
  expect(inThreads).toEqual(oneByOne);
  expect(inThreads.find(({ name }) => name === 'vault')).toMatchObject({ state: 'ok' });
});

it('given somebody whom the vault has lost, and another kind in the projections, both are told', async () => {
  const { vault, projections } = filesIn(directory);
  const people = new DatabaseSync(vault);
  people.exec('DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)');
  people.close();
  const kinds = new DatabaseSync(`${projections}/generation-000001.sqlite`);
  kinds.exec('DELETE FROM correction');
  kinds.exec("UPDATE meta SET value = 199 WHERE name = 'position'");
  kinds.close();
  const { inThreads, oneByOne } = await both();
  expect(inThreads).toEqual(oneByOne);
  expect(inThreads.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
    'projections',
    'vault',
  ]);
});

/** A ledger whose parts are verified side by side, with the same results as one after the other. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { filesIn } from '../../src/ledger/files.ts';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import * as threads from '../../src/threads/start-thread.ts';
import { many } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

// In a process of its own: a module can be replaced only before it is first loaded.
vi.mock('../../src/threads/start-thread.ts', { spy: true });

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
afterEach(() => {
  vi.unstubAllEnvs();
  vi.mocked(threads.startThread).mockRestore();
});

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

it('given a part whose thread ends early, that is told beside the other results, and nothing is left behind', async () => {
  const temporary = mkdtempSync(join(tmpdir(), 'domicile-scratch-'));
  vi.stubEnv('TMPDIR', temporary);
  const { startThread } = await vi.importActual<typeof threads>('../../src/threads/start-thread.ts');
  vi.mocked(threads.startThread).mockImplementation((module, given, _, young) =>
    (given as { part: string }).part === 'index'
      ? startThread(new URL('./failing-thread.ts', import.meta.url), given)
      : startThread(module, given, undefined, young),
  );
  const { inThreads } = await both();
  expect(inThreads.filter(({ state }) => state !== 'ok')).toEqual([
    expect.objectContaining({
      name: 'index',
      state: 'failed',
      found: expect.stringMatching(/^could not be examined: .*ended early/),
    }),
  ]);
  expect(inThreads.map(({ name }) => name)).toEqual(expect.arrayContaining(['log', 'projections', 'vault']));
  expect(readdirSync(temporary)).toEqual([]);
  rmSync(temporary, { recursive: true });
});

it('given an entry deleted from the vault, and corrections deleted from the projections, both are told', async () => {
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

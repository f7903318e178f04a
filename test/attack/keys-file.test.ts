/**
 * The file of keys is lost, damaged, or changed by several processes at once; and a key is revoked while its holder
 * is busy.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { filesIn } from '../../src/ledger/files.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { whoMayUse } from '../../src/main/serve.ts';
import { Keys } from '../../src/people/access/keys.ts';
import { domicile, here } from '../cli/command-line.ts';
import { enrolled, many } from '../support/given-events.ts';
import { keyedServer } from '../support/keyed-server.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const newDirectory = (): string => {
  const directory = newDataDirectory();
  onTestFinished(() => removeDirectory(directory));
  return directory;
};

const create = (directory: string, name: string): void => {
  expect(E.isRight(new Keys(filesIn(directory).keys).create(name, ['audit'], Date.now(), randomBytes))).toBe(
    true,
  );
};

const statusOf = async (server: LocalServer, path = '/v1/sites'): Promise<number> =>
  (await server.get(path)).status;

describe('a file of keys that is lost', () => {
  it('denies access to everybody, even after a restart, and the start says so plainly', async () => {
    const directory = newDirectory();
    create(directory, 'auditor');
    rmSync(filesIn(directory).keys);
    const server = await LocalServer.open(directory);
    expect(await statusOf(server)).toBe(401);
    expect((await server.post([enrolled('one', 'ana')])).status).toBe(401);
    expect((await server.get('/livez')).status).toBe(200);
    expect((await server.get('/readyz')).body).toMatchObject({
      keysFailure: expect.stringContaining('lost'),
    });
    const running = {
      ledger: server.ledger,
      url: 'http://127.0.0.1:1',
      firstKeyFile: undefined,
      stop: server.close,
    };
    expect(whoMayUse(running)).toMatch(/keys\.json is lost, so nobody is admitted.*domicile keys create/);
    create(directory, 'auditor');
    expect(server.ledger.parts.keys.areLost()).toBe(false);
    await server.close();
  });

  it('denies access even if an earlier version made the keys, once the ledger was opened with them', async () => {
    const directory = newDirectory();
    create(directory, 'auditor');
    rmSync(join(directory, 'keys-required'));
    await (await LocalServer.open(directory)).close();
    rmSync(filesIn(directory).keys);
    const server = await LocalServer.open(directory);
    expect(await statusOf(server)).toBe(401);
    await server.close();
  });

  it('allows access again if the mark was removed as well', async () => {
    const directory = newDirectory();
    create(directory, 'auditor');
    rmSync(filesIn(directory).keys);
    rmSync(join(directory, 'keys-required'));
    const server = await LocalServer.open(directory);
    expect(await statusOf(server)).toBe(200);
    await server.close();
  });
});

describe('a file of keys that is damaged', () => {
  const damages = ['', '{"keys": [', '[]', '{"version": 3, "keys": []}', '{"keys": [{"name": "x"}]}'];

  it.each(damages)('prevents the ledger from starting, and is named: %j', async (content) => {
    const directory = newDirectory();
    writeFileSync(filesIn(directory).keys, content);
    await expect(openLedger(await settingsIn(directory))).rejects.toThrow(
      /keys\.json: .* nobody is admitted/,
    );
    const listed = await here(['keys', 'list', '--data', directory]);
    expect(listed.code).not.toBe(0);
    expect(listed.notes).toContain('keys.json');
  });

  it('is reported with the wrong entry and field', () => {
    const directory = newDirectory();
    create(directory, 'auditor');
    const { keys } = filesIn(directory);
    const file = JSON.parse(readFileSync(keys, 'utf8'));
    writeFileSync(keys, JSON.stringify({ ...file, keys: [{ ...file.keys[0], scopes: ['everything'] }] }));
    expect(() => new Keys(keys).all()).toThrow(
      /keys\.json: .*: \/keys\/0\/scopes\/0 found .*; expected one of/,
    );
  });

  it('denies access while the server runs, which continues once the file is restored', async () => {
    const directory = newDirectory();
    create(directory, 'auditor');
    const server = await LocalServer.open(directory);
    const { keys } = filesIn(directory);
    writeFileSync(keys, '{"keys": [');
    expect(await statusOf(server, '/livez')).toBe(200);
    expect((await server.get('/readyz')).body).toMatchObject({
      keysFailure: expect.stringContaining('keys.json'),
    });
    expect(await statusOf(server)).toBe(503);
    expect((await server.post([enrolled('one', 'ana')])).status).toBe(503);
    rmSync(keys);
    create(directory, 'another');
    expect(await statusOf(server)).toBe(401);
    await server.close();
  });

  it('of the previous version is read unchanged', () => {
    const directory = newDirectory();
    const hash = 'a'.repeat(64);
    const key = { name: 'old', scopes: ['emit'], hash, createdAt: '2024-01-01T00:00:00.000Z' };
    writeFileSync(filesIn(directory).keys, JSON.stringify({ keys: [key] }));
    expect(new Keys(filesIn(directory).keys).all()).toEqual([key]);
    create(directory, 'new');
    expect(new Keys(filesIn(directory).keys).all().map(({ name }) => name)).toEqual(['old', 'new']);
  });
});

it('keys that many processes create and revoke at once are all created and revoked', async () => {
  const directory = newDirectory();
  const numbers = [...Array(3).keys()];
  for (const number of numbers) create(directory, `old-${number}`);
  const done = await Promise.all(
    numbers.flatMap((number) => [
      domicile(['keys', 'create', `new-${number}`, 'emit', '--data', directory]),
      domicile(['keys', 'revoke', `old-${number}`, '--data', directory]),
    ]),
  );
  expect(done.map(({ code, notes }) => (code === 0 ? '' : notes))).toEqual(done.map(() => ''));
  const keys = new Keys(filesIn(directory).keys).all();
  const named = (revoked: boolean) =>
    keys.filter(({ revokedAt }) => (revokedAt !== undefined) === revoked).map(({ name }) => name);
  expect(named(false).sort()).toEqual(numbers.map((number) => `new-${number}`));
  expect(named(true).sort()).toEqual(numbers.map((number) => `old-${number}`));
});

describe('a key that is revoked while its holder', () => {
  it('follows the log: the stream ends before the next event', async () => {
    const server = await keyedServer();
    const admin = server.holder('admin', ['emit', 'admin']);
    const follower = server.holder('follower', ['audit']);
    await admin.record([enrolled('one', 'ana')]);
    const response = await follower.request('/v1/events', { headers: { accept: 'text/event-stream' } });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('enrolled') && !text.includes('"id":"one"'))
      text += (await reader.read()).value ?? '';
    server.ledger.parts.keys.revoke('follower', Date.now());
    await admin.record([enrolled('two', 'ben')]);
    for (let read = await reader.read(); !read.done; read = await reader.read()) text += read.value;
    expect(text).toContain('"id":"one"');
    expect(text).not.toContain('"id":"two"');
  });

  it('uploads lines: earlier chunks are confirmed, and the next one is refused', async () => {
    const server = await keyedServer();
    const mover = server.holder('mover', ['emit']);
    const linesOf = (events: ReadonlyArray<unknown>) =>
      events.map((event) => `${JSON.stringify(event)}\n`).join('');
    const chunks = [linesOf(many(1_000, 'a-')), linesOf(many(1_000, 'b-')), linesOf(many(1_000, 'c-'))];
    let sentChunks = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const chunk = chunks[sentChunks++];
          if (chunk === undefined) return controller.close();
          if (sentChunks === 3) {
            await expect.poll(() => server.ledger.parts.store.head()).toBeGreaterThanOrEqual(1_000);
            server.ledger.parts.keys.revoke('mover', Date.now());
          }
          controller.enqueue(new TextEncoder().encode(chunk));
        },
      },
      { highWaterMark: 0 },
    );
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
      duplex: 'half',
    };
    const answer = await mover.request('/v1/events', init as RequestInit);
    expect(answer.status).toBe(401);
    const problem = (await answer.json()) as { recorded: number; detail: string };
    expect(problem.detail).toContain('revoked');
    expect(problem.recorded).toBe(await server.ledger.parts.store.head());
    expect(problem.recorded).toBeLessThan(3_000);
  });

  it('sends a batch slowly: nothing of it is recorded', async () => {
    const server = await keyedServer();
    const mover = server.holder('mover', ['emit']);
    const text = JSON.stringify([enrolled('one', 'ana')]);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text.slice(0, 5))),
      pull: (controller) => {
        server.ledger.parts.keys.revoke('mover', Date.now());
        controller.enqueue(new TextEncoder().encode(text.slice(5)));
        controller.close();
      },
    });
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const init = { method: 'POST', headers, body, duplex: 'half' };
    expect((await mover.request('/v1/events', init as RequestInit)).status).toBe(401);
    expect(await server.ledger.parts.store.head()).toBe(0);
  });
});

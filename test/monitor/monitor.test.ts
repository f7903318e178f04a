/** `domicile monitor` with a real server, an operator with an incomplete answer, and one that shows two views. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { formatCheckpoint } from '../../src/integrity/checkpoint.ts';
import { emptyRoot } from '../../src/integrity/merkle-tree.ts';
import { formatNote, signNote } from '../../src/integrity/signed-note.ts';
import { signingKeys } from '../../src/integrity/signing-keys.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { here, tiktok } from '../cli/command-line.ts';
import {
  type Client,
  LocalServer,
  newDataDirectory,
  removeDirectory,
  ServerProcess,
} from '../support/server.ts';
import { startWitness } from '../support/witnesses.ts';

const servers: ServerProcess[] = [];
const proxies: Server[] = [];
const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
afterEach(async () => {
  for (const proxy of proxies.splice(0)) proxy.close();
  for (const server of servers.splice(0)) await server.end();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});
const start = async (
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> => {
  servers.push(await ServerProcess.start({ directory, environment }));
  return servers.at(-1)!;
};
const events: ReadonlyArray<Record<string, unknown>> = readFileSync(tiktok, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, unknown>);
const pollMs = { interval: 100, timeout: 40_000 };
const signed = (server: Client, size: number) =>
  vi.waitFor(
    async () => expect((await server.get('/log/checkpoint')).body.split?.('\n')[1]).toBe(String(size)),
    pollMs,
  );
const keyOf = async (server: ServerProcess): Promise<string> =>
  (await server.get('/v1/log')).body.data.verifierKeys[0];

const isText = (answer: Response): boolean =>
  answer.headers.get('content-type')?.startsWith('text/plain') === true;

/** Forwards everything to another server, with changes by `change`. */
const proxyTo = async (
  target: () => string,
  change: (path: string, body: string) => string = (_, body) => body,
  changeText?: (path: string, text: string) => string,
): Promise<string> => {
  const proxy = createServer((request, response) => {
    void fetch(target() + request.url).then(async (answer) => {
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
      response.writeHead(answer.status);
      const text = isJson ? change : isText(answer) ? changeText : undefined;
      response.end(text === undefined ? bytes : text(request.url!, bytes.toString('utf8')));
    });
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
};

const monitor = (url: string, dir: string, key: string, ...more: ReadonlyArray<string>) =>
  here(['monitor', url, '--dir', dir, '--key', key, '--once', ...more]);
const evidenceIn = (dir: string) =>
  readdirSync(join(dir, 'evidence')).map((name) =>
    JSON.parse(readFileSync(join(dir, 'evidence', name), 'utf8')),
  );

/** An honest ledger, which the tests share: it has 60 events, and then all of them. */
const honest = newDataDirectory();
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ directory: honest });
  await server.postLines(events.slice(0, 60));
  await signed(server, 60);
});
afterAll(async () => {
  await server.end();
  removeDirectory(honest);
});
const allRecorded = async (): Promise<void> => {
  await server.postLines(events);
  await signed(server, events.length);
};

/** Records events in a ledger of this process, which then ends. Returns what it says of its log. */
const recordedIn = async (directory: string, some: typeof events) => {
  const local = await LocalServer.open(directory, undefined, { origin: 'domicile.local/ledger' });
  await local.postLines(some);
  await signed(local, some.length);
  const { data } = (await local.get('/v1/log')).body;
  await local.close();
  return data;
};

describe('a monitor', () => {
  it('copies an honest ledger, resumes where it ended, and finds no fault', async () => {
    const dir = newDirectory();
    const key = await keyOf(server);
    const first = await monitor(server.url, dir, key, '--fail', '--questions', '80');
    expect(first).toMatchObject({
      code: 0,
      out: '60 events verified; 80 answers match those derived here.\n',
    });
    await allRecorded();
    const second = await monitor(server.url, dir, key, '--fail', '--questions', '80');
    expect(second).toMatchObject({
      code: 0,
      out: `${events.length} events verified; 80 answers match those derived here.\n`,
    });
  });

  it('keeps an incomplete answer, with the bytes of both sides', async () => {
    await allRecorded();
    const url = await proxyTo(
      () => server.url,
      (path, body) => {
        if (!/\/(residency|history|reach|holdings)\?/.test(path)) return body;
        const answer = JSON.parse(body);
        return JSON.stringify({ ...answer, data: answer.data?.slice(0, -1) });
      },
    );
    const dir = newDirectory();
    const found = await monitor(url, dir, await keyOf(server), '--fail', '--questions', '80');
    expect(found.code).toBe(1);
    expect(found.out).toMatch(
      /^Problem: the operator's answer to \/v1\/\S+ differs from what its own events lead to\./,
    );
    const [evidence] = evidenceIn(dir);
    expect(evidence).toMatchObject({
      kind: 'answer',
      verified: expect.stringContaining(`\n${events.length}\n`),
    });
    const [theirs] = Object.values<{ text: string }>(evidence.operator);
    const left = JSON.parse(evidence.own.answer.text);
    expect(JSON.parse(theirs!.text).data).toEqual(left.data.slice(0, -1));
  });

  it('finds stored bytes that do not match their entry', async () => {
    const url = await proxyTo(() => server.url);
    const [proxy] = proxies;
    const [pass] = proxy!.listeners('request') as [
      (request: { url?: string | undefined }, response: unknown) => void,
    ];
    proxy!.removeAllListeners('request');
    proxy!.on('request', (request, response) => {
      if (request.url === '/v1/events/7/stored') request.url = '/v1/events/8/stored';
      pass(request, response);
    });
    const dir = newDirectory();
    const found = await monitor(url, dir, await keyOf(server));
    expect(found.code).toBe(1);
    expect(found.out).toContain('the entry at position 7 does not match the stored bytes');
    expect(evidenceIn(dir)).toMatchObject([{ kind: 'leaf' }]);
  });

  it('finds a signed index that lacks keys of the events', async () => {
    await allRecorded();
    const url = await proxyTo(() => server.url);
    const keys = signingKeys(filesIn(honest).signingKeys, 'domicile.local/ledger/index-2', () => 0);
    if (E.isLeft(keys)) throw new Error(keys.left);
    const checkpoint = { origin: 'domicile.local/ledger/index-2', size: 1, root: emptyRoot, extensions: [] };
    const note = formatNote(signNote(formatCheckpoint(checkpoint), keys.right.signers));
    const [proxy] = proxies;
    const [pass] = proxy!.listeners('request') as [(request: unknown, response: unknown) => void];
    proxy!.removeAllListeners('request');
    proxy!.on('request', (request, response) => {
      if (request.url === '/log/index/checkpoint') response.end(note);
      else pass(request, response);
    });
    const dir = newDirectory();
    const found = await monitor(url, dir, await keyOf(server));
    expect(found.code).toBe(1);
    expect(found.out).toContain('the root of the index of 1 stretches does not match the events');
    expect(evidenceIn(dir)).toMatchObject([{ kind: 'index' }]);
  });

  it('finds an index that lacks the quorum of its policy, and nothing where both logs have it', async () => {
    // Given
    const directory = newDirectory();
    const { verifierKeys, index } = await recordedIn(directory, events);
    const folder = newDirectory();
    const witness = await startWitness(folder, 'witness.example/w', [...verifierKeys, ...index.verifierKeys]);
    try {
      const policy = join(folder, 'witnessed.policy');
      const named = verifierKeys.map((vkey: string) => `log ${vkey}\n`).join('');
      writeFileSync(policy, `${named}witness w ${witness.witness.vkeys()[0]} ${witness.url}\nquorum w\n`);
      const server = await start(directory, { LEDGER_WITNESSES: policy });
      await signed(server, events.length);
      await expect.poll(async () => (await server.get('/log/index/checkpoint')).status, pollMs).toBe(200);
      const check = (url: string, dir: string) =>
        here(['monitor', url, '--dir', dir, '--policy', policy, '--once', '--questions', '1']);
      const dir = newDirectory();
      expect(await check(server.url, dir)).toMatchObject({ code: 0 });
      // When
      const url = await proxyTo(
        () => server.url,
        (_, body) => body,
        (path, text) =>
          path === '/log/index/checkpoint' ? text.replace(/— witness\.example\/w .*\n/g, '') : text,
      );
      const found = await check(url, dir);
      // Then
      expect(found.code).toBe(1);
      expect(found.out).toContain(
        "/log/index/checkpoint: 0 of the policy's witnesses cosigned it, which is not a quorum",
      );
      expect(evidenceIn(dir)).toMatchObject([{ kind: 'checkpoint' }]);
    } finally {
      await witness.stop();
    }
  });

  it('finds an operator that shows two views, although both are signed', async () => {
    const directory = newDirectory();
    await recordedIn(directory, events.slice(0, 10));
    const other = newDirectory();
    cpSync(directory, other, { recursive: true });
    const [one, two] = [await start(directory), await start(other)];
    await one.postLines(events.slice(10, 20));
    await two.postLines(events.slice(11, 40));
    await signed(one, 20);
    await signed(two, 39);
    let shown = one;
    const url = await proxyTo(() => shown.url);
    const key = await keyOf(one);
    const dir = newDirectory();
    expect((await monitor(url, dir, key)).code).toBe(0);
    shown = two;
    const found = await monitor(url, dir, key);
    expect(found.code).toBe(1);
    expect(found.out).toContain('shows two versions of its log');
    const [evidence] = evidenceIn(dir);
    // The same key signed both, which is the proof.
    expect(evidence.verified).toContain('\n20\n');
    expect(evidence.operator['/log/checkpoint'].text).toContain('\n39\n');
  });

  it('trusts no checkpoint by another key, and requires the keys to trust', async () => {
    const another = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect((await monitor(server.url, newDirectory(), another)).code).toBe(1);
    const without = await here(['monitor', server.url, '--dir', newDirectory(), '--once']);
    expect(without).toMatchObject({
      code: 2,
      notes: expect.stringContaining('name the keys that you trust'),
    });
  });
});

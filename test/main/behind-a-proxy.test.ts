/** A ledger under a path of its host, behind a reverse proxy, over TLS, and called by pages of other sites. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { type Running, serve } from '../../src/main/serve.ts';
import { buildConsole } from '../e2e/support/built-console.ts';
import { enrolled } from '../support/given-events.ts';
import { keyedServer } from '../support/keyed-server.ts';
import { newAuthority } from '../support/kurrentdb-double/certificates.ts';
import { nginxBinary } from '../support/nginx.ts';
import { legacyHeaders, type ReverseProxy, reverseProxy } from '../support/reverse-proxy.ts';
import { Client, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

if (nginxBinary === undefined)
  console.warn(
    'nginx is not installed, so behind-nginx.test.ts is left out. NGINX_BINARY may say where it is.',
  );

const tokenIn = ({ firstKeyFile }: Running): string => readFileSync(firstKeyFile!, 'utf8').trim();

describe.each([
  ['passes the path on', undefined],
  ['takes the path away', '/domicile'],
] as const)('given a ledger under /domicile and a proxy that %s', (_, takesAway) => {
  const directory = newDataDirectory();
  let running: Running;
  let proxy: ReverseProxy;
  let caller: Client;
  beforeAll(async () => {
    // Before there are connections: nobody answers during the build, and waiting connections are closed.
    await buildConsole();
    running = await serve({
      ...(await settingsIn(directory)),
      basePath: '/domicile',
      allowedHosts: ['ledger.example'],
      trustProxy: ['127.0.0.1'],
    });
    proxy = await reverseProxy({
      to: new URL(running.url).origin,
      ...(takesAway === undefined ? {} : { takesAway }),
    });
    caller = new Client((path, init = {}) =>
      fetch(`${proxy.url}${path}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${tokenIn(running)}` },
      }),
    );
  });
  afterAll(async () => {
    await proxy.close();
    await running.stop();
    removeDirectory(directory);
  });

  it('then access is denied without the key created at its start', async () => {
    expect((await fetch(`${proxy.url}/domicile/v1/events`)).status).toBe(401);
    expect((await caller.get('/domicile/v1/events')).status).toBe(200);
  });

  it('when a page of a list is requested, then its link leads to the next one through the proxy', async () => {
    const sent = await caller.request('/domicile/v1/events', {
      method: 'POST',
      body: JSON.stringify([enrolled('one', 'ana'), enrolled('two', 'ben')]),
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect(sent.status).toBe(201);
    const first = await caller.get('/domicile/v1/events', { limit: 1, atLeast: 2 });
    const next = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link')!)![1]!;
    expect(next).toMatch(/^\/domicile\/v1\/events\?/);
    const second = await caller.get(next);
    expect([second.status, second.body.data[0].id]).toEqual([200, 'two']);
    const replay = await caller.request('/domicile/v1/replays', { method: 'POST' });
    expect((await caller.get(replay.headers.get('location')!)).status).toBe(200);
  });

  it('when the console is opened, then its page names every file under the path, and each exists', async () => {
    const page = await (await caller.request('/domicile/findings/try')).text();
    const links = [...page.matchAll(/(?:src|href|content)="(\/[^"]*)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      expect(link).toMatch(/^\/domicile\//);
      expect([link, (await caller.request(link)).status]).toEqual([link, 200]);
    }
    const reference = await (await caller.request('/domicile/reference')).text();
    expect(reference).toContain('href="/domicile/openapi.json"');
    expect((await caller.get('/domicile/openapi.json')).body.servers).toEqual([{ url: '/domicile' }]);
  });

  it('when an unknown path is requested, then it is not found', async () => {
    expect((await caller.get('/domicileX/v1/events')).status).toBe(404);
  });

  it('when the requested host is not allowed, then it is refused', async () => {
    const asked = async (host: string) =>
      (
        await fetch(`${running.url}/v1/events`, {
          headers: { ...legacyHeaders(host, '10.1.1.1'), authorization: `Bearer ${tokenIn(running)}` },
        })
      ).status;
    expect([await asked('ledger.example'), await asked('attacker.example')]).toEqual([200, 421]);
  });

  it('when the two kinds of proxy headers differ, then the request is refused', async () => {
    const answer = await fetch(`${running.url}/v1/events`, {
      headers: { ...legacyHeaders('ledger.example', '10.1.1.1'), forwarded: 'for=10.1.1.1;host=localhost' },
    });
    expect([answer.status, ((await answer.json()) as { parameter: string }).parameter]).toEqual([
      400,
      'Forwarded',
    ]);
  });
});

describe('given a ledger without keys that trusts no proxy', () => {
  it('when a proxy forwards a request, then it is refused: its caller need not be on this machine', async () => {
    const server = await keyedServer();
    for (const headers of [
      { forwarded: 'for=192.0.2.7' },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-real-ip': '192.0.2.7' },
    ])
      expect((await server.anybody(headers).get('/v1/events')).status).toBe(403);
    expect((await server.anybody().get('/v1/events')).status).toBe(200);
  });
});

describe('given pages of another site', () => {
  const preflight = {
    origin: 'https://audit.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  };

  it('when the settings name no site, then browsers get no permission', async () => {
    const server = await keyedServer();
    server.holder('somebody', ['audit']);
    const answer = await server.anybody(preflight).request('/v1/events', { method: 'OPTIONS' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('when the settings name the site, then its pages may ask, those of others may not, and a key is still required', async () => {
    const { ledger, holder } = await keyedServer();
    holder('somebody', ['audit']);
    const app = createApp(ledger, pino({ level: 'silent' }), { corsOrigins: ['https://audit.example'] });
    const asked = (headers: Record<string, string>, method = 'GET') =>
      app.request('/v1/events', { method, headers });
    const allowed = await asked(preflight, 'OPTIONS');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
      204,
      'https://audit.example',
    ]);
    const other = await asked({ ...preflight, origin: 'https://attacker.example' }, 'OPTIONS');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect((await asked({ origin: 'https://audit.example' })).status).toBe(401);
  });
});

describe('given a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'domicile-tls-'));
  const files = { certificate: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const ca = newAuthority();
  const directory = newDataDirectory();
  afterAll(() => {
    rmSync(folder, { recursive: true });
    removeDirectory(directory);
  });

  it('when the ledger is served with it, then it can be asked over TLS', async () => {
    const identity = ca.sign('localhost', ['localhost', '127.0.0.1']);
    writeFileSync(files.certificate, identity.certificate);
    writeFileSync(files.key, identity.key);
    const running = await serve({ ...(await settingsIn(directory)), tls: files });
    try {
      expect(running.url).toMatch(/^https:/);
      const status = await new Promise((resolve, reject) => {
        request(`${running.url}/livez`, { ca: ca.certificate }, (answer) => resolve(answer.statusCode))
          .once('error', reject)
          .end();
      });
      expect(status).toBe(200);
    } finally {
      await running.stop();
    }
  });

  it('when the key belongs to another certificate, then the server says so and does not start', async () => {
    writeFileSync(files.key, ca.sign('localhost').key);
    const settings = { ...(await settingsIn(directory)), tls: files };
    await expect(serve(settings)).rejects.toThrow(/not a certificate chain and its private key/);
  });
});

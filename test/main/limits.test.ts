/** How many requests callers may send, with and without a key. */
import { gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { ApiEnv } from '../../src/api/http/caller.ts';
import { limitRequests } from '../../src/api/http/rate-limit.ts';
import { keyedServer } from '../support/keyed-server.ts';
import type { Client } from '../support/server.ts';

describe('given a limit of 60 requests per minute', () => {
  const limited = () => {
    let now = 0;
    let refused = 0;
    const app = new Hono<ApiEnv>();
    app.use(async (context, next) => {
      const keyName = context.req.header('key') ?? null;
      context.set('origin', { address: context.req.header('address'), forwardedHost: undefined });
      if (context.req.header('public') === undefined)
        context.set('caller', { keyName, scopes: new Set(), bounds: {}, isStillLetIn: () => true });
      return next();
    });
    app.use(
      limitRequests(
        60,
        () => now,
        () => refused++,
      ),
    );
    app.get('/', (context) => context.text('here'));
    return {
      ask: async (headers: Record<string, string>) => app.request('/', { headers }),
      pass: (ms: number) => {
        now += ms;
      },
      refused: () => refused,
    };
  };

  it('when a caller sends more, then it is told when to retry, and accepted then; others are not affected', async () => {
    const { ask, pass, refused } = limited();
    for (let sent = 0; sent < 60; sent++) expect((await ask({ key: 'one' })).status).toBe(200);
    const answer = await ask({ key: 'one' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await answer.json()).toMatchObject({ type: 'urn:domicile:problem:too-many-requests' });
    expect((await ask({ key: 'two' })).status).toBe(200);
    expect((await ask({ public: 'yes' })).status).toBe(200);
    pass(1_000);
    expect([(await ask({ key: 'one' })).status, (await ask({ key: 'one' })).status]).toEqual([200, 429]);
    expect(refused()).toBe(2);
  });

  it('when there are no keys, then addresses are distinguished', async () => {
    const { ask } = limited();
    for (let sent = 0; sent < 60; sent++) await ask({ address: '192.0.2.1' });
    expect((await ask({ address: '192.0.2.1' })).status).toBe(429);
    expect((await ask({ address: '192.0.2.2' })).status).toBe(200);
  });
});

describe('given a ledger with keys and a limit of 60 requests per minute', () => {
  const limited = async () => {
    const server = await keyedServer({ requestsPerMinute: 60 });
    const auditor = server.holder('auditor', ['audit']);
    const flood = async (client: Client, path: string) => {
      const statuses = [];
      for (let sent = 0; sent < 80; sent++) statuses.push((await client.request(path)).status);
      return statuses.filter((status) => status === 429).length;
    };
    return { anybody: server.anybody, auditor, flood };
  };

  it.each([
    ['for what is public', '/log/checkpoint', {}],
    ['for what needs a key', '/v1/sites', {}],
    ['with a login that is none', '/v1/sites', { authorization: 'Bearer a.b.c' }],
  ])(
    'when an address asks without a key %s, then it is refused beyond the limit, and keys are still accepted',
    async (_, path, headers) => {
      const { anybody, auditor, flood } = await limited();
      expect(await flood(anybody(headers), path)).toBeGreaterThan(15);
      expect((await auditor.request('/v1/sites')).status).toBe(200);
    },
  );

  it('when probes and files of the console are requested, or a key asks, then that does not count against the address', async () => {
    const { anybody, auditor, flood } = await limited();
    for (const path of ['/livez', '/readyz', '/'])
      expect([path, await flood(anybody(), path)]).toEqual([path, 0]);
    expect(await flood(auditor, '/v1/sites')).toBeGreaterThan(15);
    expect((await anybody().request('/log/checkpoint')).status).not.toBe(429);
  });
});

describe('given the description of the API, which is large and public', () => {
  it.each(['/openapi.json', '/reference'])(
    'when %s is requested again, then it is unchanged, compressed if accepted, and not sent to clients that have it',
    async (path) => {
      const { anybody } = await keyedServer();
      const plain = await anybody().request(path);
      const gzipped = await anybody({ 'accept-encoding': 'br, gzip' }).request(path);
      const refused = await anybody({ 'accept-encoding': 'gzip;q=0' }).request(path);
      const tag = plain.headers.get('etag')!;
      const again = await anybody({ 'if-none-match': tag }).request(path);
      expect(
        [plain, gzipped, refused, again].map(({ status, headers }) => [
          status,
          headers.get('content-encoding'),
        ]),
      ).toEqual([
        [200, null],
        [200, 'gzip'],
        [200, null],
        [304, null],
      ]);
      const text = await plain.text();
      expect(await refused.text()).toBe(text);
      expect(gunzipSync(await gzipped.arrayBuffer()).toString()).toBe(text);
    },
  );
});

/**
 * What callers and servers negotiate in headers: the format of an answer, its coding, caching, and how people are
 * named.
 */
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolled, placed, sent } from '../support/given-events.ts';
import { keyedServer } from '../support/keyed-server.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const directory = newDataDirectory();
let server: LocalServer;
let atLeast: string;
beforeAll(async () => {
  const settings = { typePrefix: 'com.example.domicile' };
  server = await LocalServer.open(directory, undefined, settings);
  atLeast = await server.record([
    sent('site', 'SiteRegistered', { site: 'virginia', name: 'Virginia', country: 'US', operator: 'acme' }),
    placed('placed', 'us', 'virginia'),
    ...Array.from({ length: 50 }, (_, index) => enrolled(`e${index}`, `person-${index}`)),
  ]);
});
afterAll(async () => {
  await server.close();
  removeDirectory(directory);
});

const affected = '/v1/parties/acme/affected';

describe('an answer', () => {
  it('is compressed for clients that accept it, and unchanged when decompressed', async () => {
    const path = `/v1/events?limit=50&knownPosition=50&validAt=2021-01-01&atLeast=${atLeast}`;
    const plain = await (await server.request(path)).text();
    const zipped = await server.request(path, { headers: { 'accept-encoding': 'gzip' } });

    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(zipped.headers.get('vary')).toMatch(/accept-encoding/i);
    const bytes = Buffer.from(await zipped.arrayBuffer());
    expect(bytes.length).toBeLessThan(plain.length / 2);
    expect(gunzipSync(bytes).toString()).toBe(plain);
    const none = await server.request(path, { headers: { 'accept-encoding': 'identity' } });
    expect(none.headers.get('content-encoding')).toBeNull();
  });

  it.each([
    ['an answer', '/v1/subjects/person-1/residency', {}],
    ['a problem', '/v1/subjects/nobody', {}],
    ['the state of the log', '/v1/log', {}],
    ['the state of the server', '/readyz', {}],
    [
      'the outcome of recording',
      '/v1/events',
      {
        method: 'POST',
        body: JSON.stringify(enrolled('late', 'person-51')),
        type: 'application/cloudevents+json',
      },
    ],
  ])(
    'that is short is sent as it is, with its length: %s',
    async (_, path, { type = '*/*', ...init }: { type?: string }) => {
      const short = await server.request(path, {
        ...init,
        headers: { 'accept-encoding': 'gzip', 'content-type': type },
      });
      expect(short.headers.get('content-encoding')).toBeNull();
      const text = await short.text();
      expect(short.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
      expect(JSON.parse(text)).toBeTypeOf('object');
    },
  );

  it.each([
    '/v1/subjects/person-1/residency',
    '/v1/subjects/nobody',
    '/v1/subjects',
    affected,
    '/v1/evidence?subject=person-1',
    '/v1/reads',
  ])('about people is never cached: %s', async (path) => {
    const { headers } = await server.request(path);
    expect(headers.get('cache-control')).toContain('no-store');
  });

  it.each([
    ['/v1/events', 'application/x-ndjson'],
    ['/v1/events', 'text/event-stream'],
    [affected, 'application/x-ndjson'],
  ])('that is a stream is not buffered by proxies: %s as %s', async (path, accept) => {
    const stop = new AbortController();
    const { headers, body } = await server.request(path, { headers: { accept }, signal: stop.signal });
    expect(headers.get('x-accel-buffering')).toBe('no');
    expect(headers.get('content-type')).toContain(accept);
    stop.abort();
    await body?.cancel().catch(() => undefined);
  });

  it.each([
    [affected, 'text/csv, application/json;q=0.5', 'text/csv'],
    [affected, 'text/csv;q=0.1, application/json', 'application/json'],
    [affected, 'application/x-ndjson;q=0, */*', 'application/json'],
    [affected, 'application/ndjson, application/json;q=0.9', 'application/x-ndjson'],
    ['/v1/reports/processing', 'text/html;q=0.1, text/csv', 'text/csv'],
    ['/v1/reports/processing', 'text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
    ['/v1/reports/processing', 'text/*;q=0, application/json', 'application/json'],
    ['/v1/events', 'text/event-stream;q=0.1, application/json', 'application/json'],
    ['/v1/events', 'image/png', 'application/json'],
  ])('of %s to "%s" is %s (RFC 9110, 12.5.1)', async (path, accept, type) => {
    const { headers, body } = await server.request(path, { headers: { accept } });
    expect(headers.get('content-type')).toContain(type);
    await body?.cancel();
  });
});

describe('a caller that may see identifiers', () => {
  it('gets pseudonyms if it prefers them, and can ask by them', async () => {
    const prefer = { prefer: 'respond-async, pseudonyms' };

    const named = await server.get('/v1/subjects', { limit: 1 });
    const hidden = await server.get('/v1/subjects', { limit: 1 }, prefer);

    expect(named.body.data[0].subject).toMatch(/^person-/);
    expect(hidden.headers.get('preference-applied')).toBe('pseudonyms');
    const [{ subject }] = hidden.body.data;
    expect(subject).toMatch(/^psn_/);
    expect((await server.get(`/v1/subjects/${subject}/residency`, {}, prefer)).status).toBe(200);
    expect((await server.get('/v1/subjects/person-1/residency', {}, prefer)).status).toBe(404);
  });

  it('gets nothing more by that with a key that may not', async () => {
    const keyed = await keyedServer();
    await keyed.holder('hr', ['emit']).record([enrolled('e', 'ana')]);
    const auditor = keyed.holder('auditor', ['audit']);

    const { body } = await auditor.get('/v1/events', { atLeast: 1 }, { prefer: 'identify' });

    expect(JSON.stringify(body)).not.toContain('"ana"');
  });
});

describe('an event whose type has a company prefix', () => {
  it('equals the event without it; another prefix is refused', async () => {
    const prefixed = sent('prefixed', 'com.example.domicile.PartyRegistered', {
      ...{ party: 'acme', kind: 'organisation', name: 'Acme' },
    });

    const first = await server.post([prefixed]);
    const again = await server.post([{ ...prefixed, type: 'PartyRegistered' }]);
    const other = await server.post([{ ...prefixed, id: 'x', type: 'com.other.PartyRegistered' }]);

    expect([first.status, first.body.recorded]).toEqual([201, 1]);
    expect([again.status, again.body.duplicates]).toEqual([200, 1]);
    expect(other).toMatchObject({ status: 422, body: { errors: [{ pointer: '/type' }] } });
  });
});

describe('records of other systems', () => {
  it.each(['application/x-ndjson', 'application/ndjson', 'application/jsonl; charset=utf-8'])(
    'are accepted as JSON lines with the media type %s',
    async (type) => {
      const user = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id: `u-${type.length}` };
      const { status, body } = await server.send(`${JSON.stringify(user)}\n`, type, {}, '/v1/import/scim');
      expect([status, body.records]).toEqual([201, 1]);
    },
  );
});

/** A web page in a browser on this machine tries to use a ledger without keys. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { enrolled } from '../support/given-events.ts';
import { sharedKeyedServer } from '../support/keyed-server.ts';
import { Client } from '../support/server.ts';

/** A ledger that knows a person, and that no page changes. */
const given = sharedKeyedServer(async (server) => {
  await server.anybody().record([enrolled('one', 'ana')]);
  return server;
});

describe('a page whose name was made to resolve to this machine', () => {
  it('gets nothing from any path, and changes nothing', async () => {
    const server = given();
    const head = await server.ledger.parts.store.head();
    for (const host of [
      'attacker.example',
      'attacker.example:8484',
      'localhost.attacker.example',
      '10.0.0.7',
      '127.0.0.1.nip.io',
      '',
    ]) {
      const page = server.anybody({ host });
      for (const path of [
        '/',
        '/v1/sites',
        '/v1/subjects/ana/residency',
        '/openapi.json',
        '/v1/vault',
        '/metrics',
      ])
        expect([host, path, (await page.get(path)).status]).toEqual([host, path, 421]);
      expect((await page.post([enrolled('two', 'ben')])).status).toBe(421);
      expect((await page.delete('/v1/subjects/ana')).status).toBe(421);
    }
    expect(await server.ledger.parts.store.head()).toBe(head);
  });

  it('is distinguished from this machine by any of its names, and from allowed names', async () => {
    const { ledger } = given();
    const app = createApp(ledger, pino({ level: 'silent' }), { allowedHosts: ['ledger.example'] });
    const asked = async (host: string) =>
      (await new Client(async (path, init) => app.request(path, init)).get('/v1/sites', {}, { host })).status;
    for (const host of [
      'localhost',
      'LOCALHOST:80',
      'localhost.',
      '127.0.0.1:8484',
      '127.9.9.9',
      '[::1]:8484',
    ])
      expect([host, await asked(host)]).toEqual([host, 200]);
    expect(await asked('ledger.example:443')).toBe(200);
    expect(await asked('other.example')).toBe(421);
  });
});

describe('a page of another site', () => {
  const fromElsewhere: ReadonlyArray<Record<string, string>> = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://attacker.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
  ];

  it('writes nothing: no event, no erasure, no replay', async () => {
    const server = given();
    const head = await server.ledger.parts.store.head();
    for (const headers of fromElsewhere) {
      const page = server.anybody(headers);
      expect((await page.post([enrolled('two', 'ben')])).status).toBe(403);
      expect((await page.delete('/v1/subjects/ana')).status).toBe(403);
      expect((await page.request('/v1/replays', { method: 'POST' })).status).toBe(403);
    }
    expect(await server.ledger.parts.store.head()).toBe(head);
    expect(server.ledger.replays.all()).toEqual([]);
  });

  it('loads nothing, although a link on it may be followed', async () => {
    const server = given();
    const loaded = server.anybody({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' });
    const followed = server.anybody({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' });
    expect((await loaded.get('/v1/sites')).status).toBe(403);
    expect((await followed.get('/reference')).status).toBe(200);
  });

  it('is distinguished from the console and from a program', async () => {
    const server = given();
    const console = server.anybody({
      'sec-fetch-site': 'same-origin',
      origin: 'http://localhost:8484',
      host: 'localhost:8484',
    });
    expect((await console.post([enrolled('by the console', 'ana')])).status).toBe(201);
    expect((await server.anybody().post([enrolled('by a program', 'ana')])).status).toBe(201);
  });
});

it('cannot use the vault of a ledger without keys', async () => {
  const server = given();
  for (const path of ['', '/find', '/admit', '/forget']) {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"names":["ana"],"pseudonyms":[]}',
    };
    const refused = await server.anybody().request(`/v1/vault${path}`, init);
    expect(refused.status).toBe(403);
    expect(await refused.text()).not.toContain('psn_');
  }
});

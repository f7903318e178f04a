/** The clocks of a question over HTTP: what is requested, what is awaited, and what an answer says it knew. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { corrected, enrolled, many, placed, retracted, type Sent, sent } from '../support/given-events.ts';
import {
  type Client,
  LocalServer,
  newDataDirectory,
  type Query,
  removeDirectory,
} from '../support/server.ts';
import { sharedLedger } from '../support/shared-ledger.ts';

let server: Client = sharedLedger();

const story: ReadonlyArray<Sent> = [
  enrolled('first-one', 'ana'),
  placed('placed', 'us', 'a'),
  sent('moved', 'DataMoved', { dataset: 'profile', scope: { population: 'us' }, from: 'a', to: 'b' }),
  corrected('as-other', 'first-one', { data: { subject: 'ben', population: 'eu' } }),
  corrected('elsewhere', 'placed', { data: { dataset: 'messages', scope: { population: 'uk' }, site: 'c' } }),
  sent('registered', 'SiteRegistered', { site: 'd', name: 'D', country: 'US', operator: 'acme' }),
  corrected('renamed', 'registered', { data: { site: 'e', name: 'E', country: 'US', operator: 'umbrella' } }),
  sent('granted', 'AccessGranted', { grant: 'g', party: 'usds', over: { dataset: 'z' }, actions: ['read'] }),
  retracted('ungranted', 'granted'),
];

beforeAll(async () => {
  await server.record(story);
});

/** All questions about the names of the story. */
const paths: ReadonlyArray<string> = [
  ...['ana', 'ben', 'nobody'].flatMap((subject) =>
    ['residency', 'history', 'trail'].map((question) => `/v1/subjects/${subject}/${question}`),
  ),
  ...['a', 'b', 'c', 'd', 'e', 'nowhere'].flatMap((site) => [
    `/v1/sites/${site}`,
    `/v1/sites/${site}/holdings`,
  ]),
  ...['us', 'eu', 'uk', 'none'].map((population) => `/v1/populations/${population}`),
  ...['profile', 'messages', 'z', 'none'].flatMap((name) => [
    `/v1/datasets/${name}`,
    `/v1/datasets/${name}/lineage`,
  ]),
  ...['acme', 'umbrella', 'usds', 'nobody'].map((party) => `/v1/parties/${party}`),
  ...['/v1/sites', '/v1/parties', '/v1/datasets', '/v1/populations', '/v1/transfers'],
  ...['/v1/discrepancies', '/v1/discrepancies?state=resolved', '/v1/events'],
  ...story.map((_, index) => `/v1/events/${index + 1}`),
];

const answers = async (query: Query): Promise<Record<string, unknown>> => {
  const out: Record<string, unknown> = {};
  for (const path of paths) {
    const url = `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(query as Record<string, string>)}`;
    const { status, body } = await server.get(url);
    out[path] = [status, status === 200 ? { ...body, clocks: undefined } : body];
  }
  return out;
};

describe('an answer as known at a position', () => {
  it('never changes when more becomes known, even if nothing was known', async () => {
    const fresh = newDataDirectory();
    const growing = await LocalServer.open(fresh);
    const before = server;
    server = growing;
    try {
      const then: Record<string, unknown>[] = [];
      for (const [index, event] of story.entries()) {
        const atLeast = await growing.record([event]);
        then.push(await answers({ knownPosition: index + 1, validAt: '2021-01-01', atLeast }));
      }
      for (const [index, answered] of then.entries())
        expect(await answers({ knownPosition: index + 1, validAt: '2021-01-01' })).toEqual(answered);
    } finally {
      server = before;
      await growing.close();
      removeDirectory(fresh);
    }
  });

  it('echoes the requested clocks', async () => {
    const { body } = await server.get('/v1/subjects/ana/residency', {
      validAt: '2020-06-01T12:00:00+02:00',
      knownPosition: 3,
    });
    const recordedAt = (await server.get('/v1/events/3')).body.data.event.recordedat;
    expect(body.clocks).toMatchObject({
      validAt: '2020-06-01T10:00:00.000Z',
      knownAt: recordedAt,
      position: '3',
    });
  });

  it('before the first event knows nothing, and is as known before it', async () => {
    for (const path of [
      '/v1/subjects/ana/residency',
      '/v1/sites/a',
      '/v1/populations/us',
      '/v1/policies/p',
    ]) {
      const unknown = await server.get(path, { knownPosition: 0 });
      expect([unknown.status, unknown.body.knownNothing]).toEqual([404, true]);
      expect(unknown.body.detail).toMatch(/^nothing was known at this moment/);
      expect(
        (await server.get(path.replace(/(ana|a|us|p)$/, 'x'), { knownPosition: 1 })).body.knownNothing,
      ).toBe(undefined);
    }
    const { body } = await server.get('/v1/sites', { knownPosition: 0 });
    expect(body).toMatchObject({ data: [], clocks: { position: '0', knownNothing: true } });
    expect((await server.get('/v1/sites', { knownPosition: 1 })).body.clocks.knownNothing).toBe(undefined);
    const first = (await server.get('/v1/events/1')).body.data.event.recordedat;
    expect(body.clocks.knownAt < first).toBe(true);
  });

  it('beyond the end of the log is as known now', async () => {
    const { body } = await server.get('/v1/sites', { knownPosition: 1_000_000 });
    expect(body.clocks.position).toBe(String(story.length));
  });
});

describe('an answer as known at an instant', () => {
  it('knows the events recorded by then, and echoes the instant', async () => {
    const last = (await server.get('/v1/events/9')).body.data.event.recordedat;
    const { body } = await server.get('/v1/sites', { knownAt: last });
    expect(body.clocks).toMatchObject({ knownAt: last, position: '9' });
    const first = (await server.get('/v1/events/1')).body.data.event.recordedat;
    const before = new Date(Date.parse(first) - 1).toISOString();
    expect((await server.get('/v1/sites', { knownAt: before })).body).toMatchObject({
      clocks: { knownAt: before, position: '0' },
      data: [],
    });
  });

  it('by default knows everything, and echoes the instant of the last recorded event', async () => {
    const earliest = new Date().toISOString();
    const { body } = await server.get('/v1/sites');
    const latest = new Date().toISOString();
    const { validAt, knownAt, position } = body.clocks;
    expect([validAt >= earliest, validAt <= latest]).toEqual([true, true]);
    expect(position).toBe(String(story.length));
    expect(knownAt).toBe((await server.get(`/v1/events/${story.length}`)).body.data.event.recordedat);
  });
});

describe('a reader of its own writes', () => {
  it('given atLeast, gets an answer that includes its write, at once or after a moment', async () => {
    for (let turn = 0; turn < 20; turn++) {
      const atLeast = await server.record([enrolled(`turn-${turn}`, `own-${turn}`)]);
      const { status, body } = await server.get(`/v1/subjects/own-${turn}/residency`, { atLeast });
      expect(status).toBe(200);
      expect(Number(body.clocks.position)).toBeGreaterThanOrEqual(Number(atLeast));
    }
  });

  it('given a position that is not reached in time, is told when to retry', async () => {
    const impatient = newDataDirectory();
    const hasty = await LocalServer.open(impatient, 50);
    try {
      const { status, headers, body } = await hasty.get('/v1/sites', { atLeast: 1_000 });
      expect(status).toBe(503);
      expect(headers.get('retry-after')).toBe('1');
      expect(body).toMatchObject({ type: 'urn:domicile:problem:unavailable', status: 503 });
    } finally {
      await hasty.close();
      removeDirectory(impatient);
    }
  });
});

describe('a list in pages', () => {
  it('shows one moment, even if more is recorded between pages', async () => {
    const first = await server.get('/v1/events', { limit: 4, validAt: '2020-02-02' });
    await server.record(many(5, 'between-'));
    const rows = [...first.body.data];
    for (let cursor = first.body.next; cursor !== null; ) {
      const { body } = await server.get('/v1/events', { limit: 4, cursor, atLeast: story.length });
      expect(body.clocks).toEqual(first.body.clocks);
      rows.push(...body.data);
      cursor = body.next;
    }
    expect(String(rows.length)).toBe(first.body.clocks.position);
  });

  it.each([
    '/v1/sites',
    '/v1/parties',
    '/v1/datasets',
    '/v1/populations',
    '/v1/discrepancies',
    '/v1/transfers',
  ])('%s is the same in pages of one row', async (path) => {
    const whole = await server.rows(path, { knownPosition: 9, limit: 1_000 });
    const paged = await server.rows(path, { knownPosition: 9, limit: 1 });
    expect(paged).toEqual(whole);
  });
});

const cursorOf = (...parts: ReadonlyArray<unknown>): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('parameters', () => {
  it.each<[string, Query]>([
    ['validAt', { validAt: '2022' }],
    ['validAt', { validAt: '2022-02-30' }],
    ['validAt', { validAt: '2022-06-30T00:00:00' }],
    ['validAt', { validAt: '' }],
    ['validAt', { validAt: '+010000-01-01T00:00:00Z' }],
    ['knownAt', { knownAt: 'yesterday' }],
    ['knownPosition', { knownPosition: 'first' }],
    ['knownPosition', { knownPosition: '-1' }],
    ['knownPosition', { knownPosition: '1e3' }],
    ['knownPosition', { knownPosition: 3, knownAt: '2022-01-01' }],
    ['minAssurance', { minAssurance: 'proved' }],
    ['atLeast', { atLeast: 'all' }],
    ['limit', { limit: 0 }],
    ['limit', { limit: 1_001 }],
    ['limit', { limit: '1e2' }],
    ['limit', { limit: '' }],
    ['cursor', { cursor: 'AAAA' }],
    ['cursor', { cursor: cursorOf(9e15, 0, 0, 0) }],
    ['cursor', { cursor: cursorOf(0, 0, -1, 0) }],
    ['cursor', { cursor: cursorOf(0, 0, 0, -5) }],
    ['cursor', { cursor: cursorOf(0, 0, 0, null) }],
    ['from', { from: '2022-01-02', to: '2022-01-01' }],
    ['valid_at', { valid_at: '2022-01-01' }],
    ['__proto__', { ['__proto__']: '1' }],
    ['constructor', { constructor: '1' } as never],
  ])('with a bad %s are refused by name', async (parameter, query) => {
    const text = parameter === '__proto__' ? '?__proto__=1' : `?${new URLSearchParams(query as never)}`;
    const { status, headers, body } = await server.get(`/v1/subjects/ana/history${text}`);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'urn:domicile:problem:bad-parameter', status: 400 });
    expect(['from', 'to'].includes(parameter) ? ['from', 'to'] : [parameter]).toContain(body.parameter);
    expect(body.detail).toContain(body.parameter);
  });

  it('given twice are refused', async () => {
    const { status, body } = await server.get('/v1/sites?validAt=2020-01-01&validAt=2020-01-01');
    expect([status, body.parameter]).toEqual([400, 'validAt']);
  });

  it('of another question are refused, with a suggestion', async () => {
    const { status, body } = await server.get('/v1/sites', { fron: '2020-01-01' });
    expect([status, body.parameter]).toEqual([400, 'fron']);
    const near = await server.get('/v1/sites', { validat: '2020-01-01' });
    expect(near.body.detail).toContain('did you mean validAt?');
  });
});

describe('a position that the log has not reached', () => {
  it('knows as much as its last position, and the answer says so', async () => {
    const { body: latest } = await server.get('/v1/sites');
    const { status, body } = await server.get('/v1/sites', { knownPosition: 9_999 });
    expect([status, body.clocks.position]).toEqual([200, latest.clocks.position]);
  });
});

describe('transfers', () => {
  it('never lead from a site to itself, whatever country it is in', async () => {
    const fresh = newDataDirectory();
    const open = await LocalServer.open(fresh);
    const atLeast = await open.record([
      sent('here', 'BackupTaken', {
        backup: 'b',
        dataset: 'profile',
        scope: { population: 'us' },
        from: 'unknown',
        to: 'unknown',
      }),
      sent('back', 'BackupRestored', { backup: 'b', to: 'unknown' }),
      sent('elsewhere', 'BackupRestored', { backup: 'b', to: 'unknown-too' }),
    ]);
    const rows = await open.rows('/v1/transfers', { atLeast });
    expect(rows.map(({ event, fromSite, toSite }) => [event, fromSite, toSite])).toEqual([
      ['3', 'unknown', 'unknown-too'],
    ]);
    await open.close();
    removeDirectory(fresh);
  });
});

describe('an unknown name', () => {
  it.each(paths.filter((path) => /nobody|nowhere|none/.test(path)))('%s is not found', async (path) => {
    const { status, body } = await server.get(path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:domicile:problem:unknown', status: 404 });
    expect(JSON.stringify(body)).not.toMatch(/nobody|nowhere/);
  });
});

describe('a server that starts again', () => {
  it('knows no less than before, even if its projections are lost', async () => {
    const kept = newDataDirectory();
    let again = await LocalServer.open(kept);
    await again.record(many(3_000).slice(0, 1_000));
    await again.record([placed('there', 'us', 'a')]);
    for (const lost of [false, true]) {
      await again.close();
      if (lost) rmSync(join(kept, 'projections'), { recursive: true });
      again = await LocalServer.open(kept);
      const { status, body } = await again.get('/v1/sites/a/holdings');
      expect([status, body.clocks.position]).toEqual([200, '1001']);
      expect(body.data[0].subjects).toBe(1_000);
    }
    await again.close();
    removeDirectory(kept);
  });
});

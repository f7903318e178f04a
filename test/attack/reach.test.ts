/**
 * Worlds with the largest possible questions about reach and policies: they delay nobody else, are answered in
 * pages, and end no process.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { beside, bystander, recordAll } from './prober.ts';

const source = 'urn:attack';
const time = '2020-01-01T00:00:00Z';
const event = (id: string, type: string, data: object) => ({ id, source, type, time, data });

/** A server that knows the bystander and these events. */
const serverWith = async (directory: string, events: ReadonlyArray<object>): Promise<ServerProcess> => {
  const server = await ServerProcess.start({ directory });
  await server.record(bystander);
  const position = await recordAll(server, events);
  await server.get('/v1/subjects/zoe/residency', { atLeast: position });
  return server;
};

const person = [
  event('p1', 'PopulationRegistered', { population: 'us', name: 'US', jurisdiction: 'US' }),
  event('p2', 'SubjectEnrolled', { subject: 'ana', population: 'us' }),
];

describe('a chain of 2,000 controls', () => {
  const length = 2_000;
  const directory = newDataDirectory();
  let server: ServerProcess;
  const name = (index: number): string => `o${String(index).padStart(5, '0')}`;

  beforeAll(async () => {
    server = await serverWith(directory, [
      ...person,
      event('s', 'SiteRegistered', { site: 's', name: 'S', country: 'US', operator: name(length) }),
      event('d', 'DataPlaced', { dataset: 'd', scope: { population: 'us' }, site: 's' }),
      ...Array.from({ length }, (_, index) =>
        event(`c${index}`, 'ControlBegan', {
          controller: name(index),
          controlled: name(index + 1),
          basis: 'ownership',
        }),
      ),
    ]);
  });
  afterAll(async () => {
    await server.end();
    removeDirectory(directory);
  });

  test('is answered in pages of limited size, the last of which ends with the operator', async () => {
    const { result } = await beside(server, 'the reach of a chain of 2,000', () =>
      server.get('/v1/subjects/ana/reach', { limit: 1_000 }),
    );
    expect(result.status).toBe(200);
    expect(result.body.limitMet).toBe(true);
    expect(result.body.next).not.toBeNull();
    expect(JSON.stringify(result.body).length).toBeLessThan(8_000_000);
    expect(result.body.data[0]).toMatchObject({ party: name(0) });
    expect(result.body.data[0].intervals[0].path).toHaveLength(length + 1);
    const one = await server.get('/v1/subjects/ana/reach', { party: name(length - 1) });
    expect(one.body.data[0].intervals[0].path.map(({ edge }: { edge: string }) => edge)).toEqual([
      'controls',
      'operates',
    ]);
  });

  test('all other questions about it are answered, and the server survives', async () => {
    const asked = [
      '/v1/subjects/ana/reach?paths=all',
      '/v1/subjects/ana/reach?explain=cut&party=o00000',
      '/v1/subjects/ana/trail',
      '/v1/subjects/ana/findings',
      '/v1/parties/o00000/reach',
      '/v1/parties/o00000/reach?explain=cut',
      '/v1/findings',
    ];
    for (const path of asked) {
      const { result } = await beside(server, path, () => server.get(path));
      expect(result.status, `${path} ${JSON.stringify(result.body).slice(0, 300)}`).toBe(200);
    }
    const simulated = await beside(server, 'a policy that forbids every reach of the chain', () =>
      server.request('/v1/policies/simulate?limit=1000', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          policy: 'p',
          cedar: 'forbid(principal, action == Action::"reach", resource);',
          effectiveFrom: '2020-01-01',
        }),
      }),
    );
    expect(simulated.result.status).toBe(200);
    expect((await simulated.result.text()).length).toBeLessThan(8_000_000);
    expect(server.alive()).toBe(true);
  });
});

describe('a team of 300 that reaches 150 datasets', () => {
  const directory = newDataDirectory();
  let server: ServerProcess;
  const [members, datasets] = [300, 150];
  const pagesRead = 2;

  beforeAll(async () => {
    server = await serverWith(directory, [
      ...person,
      ...Array.from({ length: datasets }, (_, index) => [
        event(`g${index}`, 'AccessGranted', {
          grant: `g${index}`,
          party: 'team',
          over: { dataset: `d${index}` },
          actions: ['read'],
        }),
        event(`d${index}`, 'DataPlaced', {
          dataset: `d${index}`,
          scope: { population: 'us' },
          site: `s${index}`,
        }),
      ]).flat(),
      ...Array.from({ length: members }, (_, index) =>
        event(`m${index}`, 'MembershipBegan', {
          member: `m${String(index).padStart(4, '0')}`,
          group: 'team',
        }),
      ),
    ]);
  });
  afterAll(async () => {
    await server.end();
    removeDirectory(directory);
  });

  test('with limit=1 costs little, and the pages together have everything of each party', async () => {
    const { result, tookMs } = await beside(server, 'a team of 300 with limit=1', () =>
      server.get('/v1/subjects/ana/reach', { limit: 1 }),
    );
    expect(result.status).toBe(200);
    expect(result.body.data).toHaveLength(1);
    expect(result.body.data[0].intervals).toHaveLength(datasets);
    expect(tookMs).toBeLessThan(20_000);
    const rows: { party: string; intervals: unknown[] }[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < pagesRead; page++) {
      const { result: read } = await beside(server, `page ${page} of a team of 300`, () =>
        server.get('/v1/subjects/ana/reach', { limit: 1_000, ...(cursor === null ? {} : { cursor }) }),
      );
      rows.push(...read.body.data);
      cursor = read.body.next;
      expect(cursor).not.toBeNull();
    }
    const byParty = [...Map.groupBy(rows, ({ party }) => party).values()];
    expect(byParty.length).toBeGreaterThan(pagesRead);
    // The last party may continue on the next page.
    for (const of of byParty.slice(0, -1))
      expect(of.reduce((sum, { intervals }) => sum + intervals.length, 0)).toBe(datasets);
  });

  test('5 rules over it are simulated in pages of limited size; more rules are refused', async () => {
    const rule = 'forbid(principal,action,resource);';
    const simulate = (query: string, cedar: string) =>
      server.request(`/v1/policies/simulate?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ policy: 'p', cedar, effectiveFrom: '2020-01-01' }),
      });
    const { result: refused } = await beside(server, 'simulate with 2,900 rules', () =>
      simulate('limit=1000', rule.repeat(2_900)),
    );
    expect(refused.status).toBe(422);
    const { result } = await beside(server, 'simulate with 5 rules', () =>
      simulate('limit=1000', rule.repeat(5)),
    );
    expect(result.status).toBe(200);
    expect((await result.text()).length).toBeLessThan(8_000_000);
  });
});

test('long questions beyond the limit are refused, with a time to retry', async () => {
  const directory = newDataDirectory();
  const length = 1_500;
  const server = await serverWith(directory, [
    ...person,
    event('d', 'DataPlaced', { dataset: 'd', scope: { population: 'us' }, site: 's' }),
    event('g', 'AccessGranted', { grant: 'g', party: 'm0', over: { dataset: 'd' }, actions: ['read'] }),
    // Everybody controls and is controlled around a ring with chords: many paths around each party.
    ...Array.from({ length }, (_, index) => [
      event(`c${index}`, 'ControlBegan', {
        controller: `m${index}`,
        controlled: `m${(index + 1) % length}`,
        basis: 'ownership',
      }),
      event(`b${index}`, 'ControlBegan', {
        controller: `m${(index + 1) % length}`,
        controlled: `m${index}`,
        basis: 'board',
      }),
    ]).flat(),
  ]);
  try {
    const { result } = await beside(
      server,
      '100 trails of a ring of 1,500 at once, and then their askers leave',
      async () => {
        const leaving = new AbortController();
        const asked = Array.from({ length: 100 }, () =>
          server
            .request('/v1/subjects/ana/trail', { signal: leaving.signal })
            .then(({ status, headers }) => ({ status, retryAfter: headers.get('retry-after') }))
            .catch(() => ({ status: 0, retryAfter: null })),
        );
        const first = await Promise.race(asked);
        leaving.abort();
        return [first, ...(await Promise.all(asked))];
      },
    );
    const refused = result.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.retryAfter).toBe('1');
    // The thread is free again at once: a question without a waiting caller is abandoned.
    await expect
      .poll(async () => (await server.get('/v1/subjects/ana/reach', { limit: 1 })).status, {
        timeout: 20_000,
      })
      .toBe(200);
  } finally {
    await server.end();
    removeDirectory(directory);
  }
});

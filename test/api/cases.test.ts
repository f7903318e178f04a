/**
 * Small worlds that once got wrong answers, each recorded event by event. `test/cases/README.md` names the rule,
 * the question and the right answer.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LocalServer, newDataDirectory, one, removeDirectory } from '../support/server.ts';

const folder = join(import.meta.dirname, '..', 'cases');

const asked = new Set<string>();

/** The world of a case, recorded event by event, with questions in between so that answers come from caches. */
const given = async (name: string): Promise<LocalServer> => {
  asked.add(name);
  const directory = newDataDirectory();
  const server = await LocalServer.open(directory);
  onTestFinished(async () => {
    await server.close();
    removeDirectory(directory);
  });
  const text = readFileSync(join(folder, `${name}.ndjson`), 'utf8').trimEnd();
  for (const [index, line] of text.split('\n').entries()) {
    const { status, body } = await server.send(line, one);
    expect([status, body.position]).toEqual([201, String(index + 1)]);
    expect((await server.get('/v1/findings', { atLeast: index + 1 })).status).toBe(200);
  }
  return server;
};

const simulated = async (
  server: LocalServer,
  query: string,
  event: { readonly type: string; readonly time: string; readonly data: unknown },
) => {
  const response = await server.request(`/v1/reach/simulate?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events: [{ specversion: '1.0', id: 'simulated', source: '/x', ...event }] }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { readonly data: unknown }).data;
};

test('access-explained-by-nobodys-data: a backup of nobody explains no access', async () => {
  const server = await given('access-explained-by-nobodys-data');
  expect(await server.rows('/v1/findings', { policy: 'domicile:unexplained-access' })).toMatchObject([
    {
      party: 'tiktok',
      subjects: 1,
      knownSince: (await server.get('/v1/events/6')).body.data.event.recordedat,
    },
  ]);
});

test('known-since-before-the-person: a finding is known once its interval contains a person', async () => {
  const server = await given('known-since-before-the-person');
  const { recordedat } = (await server.get('/v1/events/4')).body.data.event;
  expect(await server.rows('/v1/findings')).toMatchObject([
    { policy: 'keep', rule: 'a', knownSince: recordedat },
  ]);
  expect(await server.rows('/v1/findings', { knownPosition: 3 })).toEqual([]);
});

test('simulate-knows-what-came-later: a simulation as known earlier knows nothing later', async () => {
  const server = await given('simulate-knows-what-came-later');
  const event = {
    type: 'PartyRegistered',
    time: '2020-01-01T00:00:00Z',
    data: { party: 'other', kind: 'organisation', name: 'Other' },
  };
  expect(await simulated(server, 'knownPosition=2&validAt=2020-01-01', event)).toEqual([]);
});

test('cut-of-another-population: a cut concerns the requested population', async () => {
  const server = await given('cut-of-another-population');
  const query = { validAt: '2020-01-05', explain: 'cut' };
  const { body } = await server.get('/v1/parties/wei/reach', { ...query, population: 'us' });
  expect(body.data).toMatchObject({ reaches: false, close: [], edges: [] });
  expect((await server.get('/v1/parties/wei/reach', { ...query, population: 'ie' })).body.data.reaches).toBe(
    true,
  );
});

test('built-in-policy-unknown: the built-in policies are registered', async () => {
  const server = await given('built-in-policy-unknown');
  expect(await server.rows('/v1/discrepancies')).toEqual([]);
});

test('resolved-after-a-correction: a discrepancy that was open as known at an earlier position is resolved', async () => {
  const server = await given('resolved-after-a-correction');
  expect(await server.rows('/v1/discrepancies', { state: 'resolved' })).toMatchObject([
    { event: '2', code: 'unknown-site', message: expect.stringContaining('dublin') },
  ]);
});

test('simulate-more-people-of-a-holding: new reach is judged for each person', async () => {
  const server = await given('simulate-more-people-of-a-holding');
  const event = {
    type: 'AccessGranted',
    time: '2020-01-01T00:00:00Z',
    data: { grant: 'g2', party: 'x', over: { population: 'us' }, actions: ['read'] },
  };
  expect(await simulated(server, 'validAt=2020-01-04', event)).toMatchObject([
    { party: 'x', site: 'virginia', subjects: 1, from: '2020-01-04T00:00:00.000Z', to: null },
  ]);
});

test('trail-without-a-retracted-control: a trail lists changes of reach, including retractions', async () => {
  const server = await given('trail-without-a-retracted-control');
  const trail = await server.rows('/v1/subjects/s0/trail');
  expect(trail.map(({ event }) => event.position)).toContain('5');
});

test('trail-without-an-access-anywhere: an observed access without a site concerns all sites', async () => {
  const server = await given('trail-without-an-access-anywhere');
  const trail = await server.rows('/v1/subjects/s0/trail');
  expect(trail.map(({ event }) => event.position)).toContain('3');
});

test('withdrawn-before-it-was-adopted: an event without effect stays a discrepancy', async () => {
  const server = await given('withdrawn-before-it-was-adopted');
  expect(await server.rows('/v1/discrepancies')).toMatchObject([{ event: '1', code: 'unknown-policy' }]);
});

test('every world has a test', () => {
  const worlds = readdirSync(folder).filter((name) => name.endsWith('.ndjson'));
  expect([...asked].map((name) => `${name}.ndjson`).sort()).toEqual(worlds.sort());
});

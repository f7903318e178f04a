/**
 * Domicile served over HTTP on KurrentDB: several server processes on one log.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

let node: KurrentDbNode;
const directories = [newDataDirectory(), newDataDirectory()];
let servers: ServerProcess[] = [];

const start = (directory: string): Promise<ServerProcess> =>
  ServerProcess.start({
    directory,
    environment: { LEDGER_STORE: `esdb://${node.address}?tls=false`, LEDGER_DATA: directory },
  });

beforeAll(async () => {
  node = await startNode();
  servers = await Promise.all(directories.map(start));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.end()));
  await node.stop();
  directories.forEach(removeDirectory);
});

const event = (source: string, id: string, type: string, data: unknown) => ({
  specversion: '1.0',
  source,
  id,
  type,
  time: '2022-06-17T00:00:00Z',
  data,
});

const site = (name: string, country: string, source = 'registry') =>
  event(source, name, 'SiteRegistered', { site: name, name, country, operator: 'tiktok' });

const batch = [
  site('virginia', 'US'),
  site('singapore', 'SG', 'registry-of-asia'),
  event('registry', 'd', 'DatasetRegistered', {
    dataset: 'profile',
    name: 'Profiles',
    categories: ['profile'],
    controller: 'tiktok',
  }),
  event('registry', 'p', 'PopulationRegistered', {
    population: 'us-users',
    name: 'US users',
    jurisdiction: 'US',
  }),
  event('mover', '1', 'DataPlaced', {
    dataset: 'profile',
    scope: { population: 'us-users' },
    site: 'virginia',
  }),
];

test('given a batch sent to two processes at once, it is recorded once, and both answer the same', async () => {
  const sent = await Promise.all(servers.map((server) => server.post(batch)));
  expect(sent.map(({ body }) => body.recorded).toSorted()).toEqual([0, 5]);
  expect(new Set(sent.map(({ body }) => body.position)).size).toBe(1);
  const atLeast = sent[0]!.body.position;
  const answers = await Promise.all(
    servers.map((server) =>
      server.get('/v1/sites/virginia/holdings', { validAt: '2022-07-01', knownPosition: atLeast, atLeast }),
    ),
  );
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(body.data).toMatchObject([
      { dataset: 'profile', population: 'us-users', kind: 'live', subjects: 0 },
    ]);
    expect(body.data).toEqual(answers[0]!.body.data);
  }
});

test('given what one process recorded, the other has it as soon as it is asked for it', async () => {
  for (let round = 0; round < 5; round++) {
    const [writer, reader] = round % 2 === 0 ? [servers[0]!, servers[1]!] : [servers[1]!, servers[0]!];
    const atLeast = await writer.record([site(`site-${round}`, 'IE')]);
    expect((await reader.get(`/v1/sites/site-${round}`, { atLeast })).status).toBe(200);
  }
  const other = { ...site('site-1', 'FR') };
  expect((await servers[0]!.post([other])).status).toBe(409);
});

test('given a killed process, it comes back with all of it, and KurrentDB may restart meanwhile', async () => {
  await servers[0]!.end('SIGKILL');
  await node.restart('same port');
  const atLeast = await servers[1]!.record([site('meanwhile', 'NO')]);
  servers[0] = await start(directories[0]!);
  expect((await servers[0]!.get('/v1/sites/meanwhile', { atLeast })).status).toBe(200);
  expect(await servers[0]!.end('SIGTERM')).toBe(0);
  servers[0] = await start(directories[0]!);
});

test('given a KurrentDB that is away, writers are told to come again, and questions are answered', async () => {
  const { position } = (await servers[0]!.get('/v1/sites')).body.clocks;
  await node.stop();
  const refused = await servers[0]!.post([site('refused', 'US')]);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  const { status, body } = await servers[0]!.get('/v1/sites/virginia');
  expect(status).toBe(200);
  expect(body.clocks.position).toBe(position);
  await node.start();
  const recorded = await servers[0]!.post([site('refused', 'US')]);
  expect([200, 201]).toContain(recorded.status);
});

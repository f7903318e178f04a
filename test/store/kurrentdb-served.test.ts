/**
 * Domicile served over HTTP on KurrentDB: several server processes on one log.
 *
 * The log is in a KurrentDB in this process or, if `KURRENTDB_URL` has a connection string, on that server, in a
 * separate ledger. An external server is neither stopped nor restarted.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import { limitsBefore25, TransactionLog } from '../support/kurrentdb-double/transaction-log.ts';
import {
  type Client,
  LocalServer,
  lines,
  newDataDirectory,
  removeDirectory,
  ServerProcess,
  settingsIn,
} from '../support/server.ts';
import { newLedgerName, withLedger } from '../support/stores.ts';

const server = process.env.KURRENTDB_URL;
const name = server === undefined ? 'on the double' : 'on the server of KURRENTDB_URL';
const ledger = newLedgerName();

let node: KurrentDbNode | undefined;
let connectionString: string;
const directories = [newDataDirectory(), newDataDirectory()];
let servers: ServerProcess[] = [];

/**
 * The first process keeps the vault. The second gets a vault address without a server, since no event names a
 * person here.
 */
const start = (directory: string, store = connectionString): Promise<ServerProcess> =>
  ServerProcess.start({
    directory,
    environment: {
      LEDGER_STORE: store,
      LEDGER_DATA: directory,
      ...(directory === directories[1] ? { LEDGER_VAULT: 'http://127.0.0.1:9' } : {}),
    },
  });

beforeAll(async () => {
  node = server === undefined ? await startNode() : undefined;
  connectionString = withLedger(server ?? `esdb://${node!.address}?tls=false`, ledger);
  servers = await Promise.all(directories.map((directory) => start(directory)));
});
afterAll(async () => {
  await Promise.all(servers.map((process) => process.end()));
  await node?.stop();
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

test('given the same events, the answers are those of the embedded ledger', async () => {
  const folders = [newDataDirectory(), newDataDirectory()] as const;
  const onKurrentDb = await start(folders[0], `${connectionString}_same`);
  const embedded = await LocalServer.open(folders[1]);
  onTestFinished(async () => {
    await Promise.all([onKurrentDb.end(), embedded.close()]);
    folders.forEach(removeDirectory);
  });
  const scenario = join(import.meta.dirname, '..', '..', 'scenarios', 'worked-example', 'events.ndjson');
  const events = readFileSync(scenario);
  const [there, here] = [await onKurrentDb.send(events, lines), await embedded.send(events, lines)];
  expect([there.status, there.body.recorded]).toEqual([here.status, here.body.recorded]);
  const lists = ['sites/virginia/holdings', 'sites/singapore/holdings', 'sites', 'datasets', 'parties'];
  for (const validAt of ['2021-06-01', '2022-06-30', '2022-09-01', '2023-06-01']) {
    for (const list of lists) {
      const ask = (client: Client, atLeast: string) => client.get(`/v1/${list}`, { validAt, atLeast });
      const mine = await ask(embedded, here.body.position);
      const theirs = await ask(onKurrentDb, there.body.position);
      expect(mine.status, list).toBe(200);
      expect(theirs.status, list).toBe(200);
      expect(theirs.body.data, list).toEqual(mine.body.data);
    }
  }
});

describe(`served ${name}`, () => {
  test('given a batch sent to two processes at once, it is recorded once, and both answer the same', async () => {
    const sent = await Promise.all(servers.map((process) => process.post(batch)));
    expect(sent.map(({ body }) => body.recorded).toSorted()).toEqual([0, 5]);
    expect(new Set(sent.map(({ body }) => body.position)).size).toBe(1);
    const atLeast = sent[0]!.body.position;
    const answers = await Promise.all(
      servers.map((process) =>
        process.get('/v1/sites/virginia/holdings', {
          validAt: '2022-07-01',
          knownPosition: atLeast,
          atLeast,
        }),
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

  test('given what one process recorded, the other has it on the next question', async () => {
    for (let round = 0; round < 5; round++) {
      const [writer, reader] = round % 2 === 0 ? [servers[0]!, servers[1]!] : [servers[1]!, servers[0]!];
      const atLeast = await writer.record([site(`site-${round}`, 'IE')]);
      expect((await reader.get(`/v1/sites/site-${round}`, { atLeast })).status).toBe(200);
    }
    const other = { ...site('site-1', 'FR') };
    expect((await servers[0]!.post([other])).status).toBe(409);
  });

  test('given an answer of one process, the other answers the same with the echoed clocks, while both write', async () => {
    const stopped = new AbortController();
    const writing = servers.map(async (process, writer) => {
      for (let turn = 0; !stopped.signal.aborted; turn++)
        await process.record([site(`same-${writer}-${turn}`, 'IE', `same-${writer}`)]);
    });
    for (let question = 0; question < 24; question++) {
      const [asked, other] = question % 2 === 0 ? servers : servers.toReversed();
      const { body } = await asked!.get('/v1/sites', { validAt: '2022-07-01', limit: 1_000 });
      const { validAt, knownAt } = body.clocks;
      expect((await other!.get('/v1/sites', { validAt, knownAt, limit: 1_000 })).body).toEqual(body);
    }
    stopped.abort();
    await Promise.all(writing);
  });

  test('given a killed process, it comes back with everything, and the double may restart meanwhile', async () => {
    await servers[0]!.end('SIGKILL');
    await node?.restart('same port');
    const atLeast = await servers[1]!.record([site('meanwhile', 'NO')]);
    servers[0] = await start(directories[0]!);
    expect((await servers[0]!.get('/v1/sites/meanwhile', { atLeast })).status).toBe(200);
    expect(await servers[0]!.end('SIGTERM')).toBe(0);
    servers[0] = await start(directories[0]!);
  });
});

if (server === undefined) {
  describe('given more lines than the server accepts at once', () => {
    const large = (name: string, bytes = 40_000) =>
      event('large', name, 'EventCorrected', {
        event: { source: 'large', id: 'none' },
        reason: 'r',
        data: {
          policy: 'large',
          title: 'Large',
          cedar: `// ${'x'.repeat(bytes)}\nforbid(principal, action, resource);`,
          effectiveFrom: '2022-06-17',
        },
      });
    const sixOf = (name: string) => [1, 2, 3, 4, 5, 6].map((number) => large(`${name}-${number}`));

    /** A ledger on a server with a limit of 96 KiB, so that three lines are too many. */
    const onSmallServer = async (): Promise<LocalServer> => {
      const log = new TransactionLog(Date.now, { ...limitsBefore25, appendBytesMax: 96 * 1_024 });
      const small = await startNode({ log });
      const directory = newDataDirectory();
      const ledger = await openLedger({
        ...(await settingsIn(directory)),
        store: `esdb://${small.address}?tls=false`,
      });
      const local = new LocalServer(ledger);
      onTestFinished(async () => {
        await local.close();
        await small.stop();
        removeDirectory(directory);
      });
      return local;
    };

    test('they are recorded in order, and already recorded ones are counted', async () => {
      const writer = await onSmallServer();
      const lot = sixOf('lot');
      const first = await writer.record([lot[1]]);
      const { status, body } = await writer.postLines(lot);
      expect([status, body]).toEqual([
        201,
        { recorded: 5, duplicates: 1, position: String(Number(first) + 5) },
      ]);
      const { body: page } = await writer.get('/v1/events', {
        after: Number(first),
        atLeast: body.position,
      });
      expect(page.data.map(({ id }: { id: string }) => id)).toEqual(
        [lot[0], ...lot.slice(2)].map((event) => event!.id),
      );
    });

    test('a single too large one stops them and is named, and so is one with other content', async () => {
      const writer = await onSmallServer();
      const lines = sixOf('stopped');
      const stopped = await writer.postLines([...lines.slice(0, 4), large('huge', 99_900), lines[4]]);
      expect([stopped.status, stopped.body.recorded]).toEqual([413, 4]);
      expect(stopped.body.detail).toMatch(/^line 5: .*bytes$/);
      const other = { ...lines[3]!, time: '2023-01-01T00:00:00Z' };
      const conflict = await writer.postLines([lines[0], ...sixOf('before'), other, lines[5]]);
      expect([conflict.status, conflict.body.recorded]).toEqual([409, 0]);
      expect(conflict.body.errors).toMatchObject([{ line: 8 }]);
      const whole = await writer.postLines([...lines, ...sixOf('before')]);
      expect(whole.body).toMatchObject({ recorded: 8, duplicates: 4 });
    });
  });

  test('given a KurrentDB whose log is restored from a backup, the server is not ready, and says what to do', async () => {
    const before = await startNode();
    const directory = newDataDirectory();
    const opened = await openLedger({
      ...(await settingsIn(directory)),
      store: `esdb://${before.address}?tls=false`,
    });
    const local = new LocalServer(opened);
    onTestFinished(async () => {
      await local.close();
      removeDirectory(directory);
    });
    await local.record([site('kept', 'IE')]);
    const backup = before.log.backup();
    const atLeast = await local.record([site('lost', 'FR')]);
    await expect.poll(async () => (await local.get('/readyz')).status, { timeout: 20_000 }).toBe(200);
    await before.stop();
    const after = await startNode({ log: backup, port: before.port });
    onTestFinished(() => after.stop());
    await expect.poll(async () => (await local.get('/readyz')).status, { timeout: 20_000 }).toBe(503);
    const { body } = await local.get('/readyz');
    expect(body.status).toBe('not ready');
    expect(body.storeFailure).toMatch(
      /put back from an older backup.*Nothing is recorded.*Point LEDGER_STORE/,
    );
    expect((await local.post([site('more', 'NO')])).status).toBe(503);
    expect((await local.get('/v1/sites/lost', { atLeast })).status).toBe(200);
  });

  test('given an unreachable KurrentDB, writers are told to retry, and questions are answered', async () => {
    const { position } = (await servers[0]!.get('/v1/sites')).body.clocks;
    await node!.stop();
    const refused = await servers[0]!.post([site('refused', 'US')]);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const { status, body } = await servers[0]!.get('/v1/sites/virginia');
    expect(status).toBe(200);
    expect(body.clocks.position).toBe(position);
    await node!.start();
    const recorded = await servers[0]!.post([site('refused', 'US')]);
    expect([200, 201]).toContain(recorded.status);
  });
}

/** Two server processes on one KurrentDB with one vault, which the first keeps and the second uses over HTTP. */
import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomFrom } from '../../bench/mixed-events.ts';
import { filesIn } from '../../src/ledger/files.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { Keys } from '../../src/people/access/keys.ts';
import type { Scope } from '../../src/people/access/scopes.ts';
import { corrected, enrolled, type Sent, sent } from '../support/given-events.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import {
  Client,
  LocalServer,
  newDataDirectory,
  type Reply,
  removeDirectory,
  ServerProcess,
} from '../support/server.ts';

let node: KurrentDbNode;
let port: number;
let keeper: ServerProcess;
let asker: ServerProcess;
/** Clients of both, with every scope except that of the vault. */
let clients: readonly [Client, Client];
const [keepersDirectory, askersDirectory] = [newDataDirectory(), newDataDirectory()];
let callersToken: string;
let askersToken: string;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

const environment = (directory: string, more: Readonly<Record<string, string>>) => ({
  LEDGER_STORE: `esdb://${node.address}?tls=false`,
  LEDGER_DATA: directory,
  LOG_LEVEL: 'trace',
  ...more,
});

const startKeeper = async (): Promise<void> => {
  keeper = await ServerProcess.start({
    directory: keepersDirectory,
    environment: environment(keepersDirectory, { LEDGER_PORT: String(port) }),
  });
};

const startAsker = async (): Promise<void> => {
  asker = await ServerProcess.start({
    directory: askersDirectory,
    environment: environment(askersDirectory, {
      LEDGER_VAULT: `http://127.0.0.1:${port}`,
      LEDGER_VAULT_KEY: askersToken,
    }),
  });
};

const keyFor = (name: string, scopes: ReadonlyArray<Scope>): string => {
  const made = new Keys(filesIn(keepersDirectory).keys).create(name, scopes, 0, randomBytes);
  if (E.isLeft(made)) throw new Error(made.left);
  return made.right;
};

beforeAll(async () => {
  node = await startNode();
  port = await freePort();
  callersToken = keyFor('caller', ['emit', 'audit', 'admin', 'identify']);
  askersToken = keyFor('asker', ['vault']);
  await startKeeper();
  await startAsker();
  clients = [
    new Client((path, init = {}) =>
      keeper.request(path, {
        ...init,
        headers: { ...(init.headers as object), authorization: `Bearer ${callersToken}` },
      }),
    ),
    new Client((path, init) => asker.request(path, init)),
  ];
});
afterAll(async () => {
  await Promise.all([keeper?.end(), asker?.end()]);
  await node.stop();
  [keepersDirectory, askersDirectory].forEach(removeDirectory);
});

/** Sends until accepted; temporary refusals are retried. */
const recorded = async (client: Client, events: ReadonlyArray<unknown>): Promise<Reply> => {
  for (;;) {
    const reply = await client.post(events).catch(() => undefined);
    const isPassing =
      reply === undefined || reply.status === 503 || reply.body.type === 'urn:domicile:problem:busy';
    if (!isPassing) return reply;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};

const personNamed = (prefix: string, index: number): string => `${prefix}.${index}@people.example`;

/** Events about a number of people, several about each. */
const lives = (prefix: string, count: number): ReadonlyArray<Sent> =>
  Array.from({ length: count }, (_, index): ReadonlyArray<Sent> => {
    const [subject, next] = [personNamed(prefix, index), personNamed(prefix, (index + 1) % count)];
    const dataset = `${prefix}-profile`;
    return [
      enrolled(`${prefix}-in-${index}`, subject),
      sent(`${prefix}-at-${index}`, 'DataPlaced', { dataset, scope: { subject }, site: 'virginia' }),
      sent(`${prefix}-both-${index}`, 'SubjectsEnrolled', { subjects: [subject, next], population: 'us' }),
      corrected(`${prefix}-unfit-${index}`, `${prefix}-in-${index}`, { data: { whoever: subject } }),
    ];
  }).flat();

/** The same events in another order and in other batches. */
const batchesOf = (events: ReadonlyArray<Sent>, seed: number): ReadonlyArray<ReadonlyArray<Sent>> => {
  const random = randomFrom(seed);
  const shuffled = events
    .map((event) => ({ event, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ event }) => event);
  const batches: Sent[][] = [];
  for (let start = 0; start < shuffled.length; ) {
    const size = 1 + Math.floor(random() * 12);
    batches.push(shuffled.slice(start, start + size));
    start += size;
  }
  return batches;
};

/** Sends everything to both at once, three batches at a time to each. Returns the replies. */
const sentToBoth = async (events: ReadonlyArray<Sent>, seed: number): Promise<ReadonlyArray<Reply>> => {
  const replies: Reply[] = [];
  await Promise.all(
    clients.map(async (client, index) => {
      const waiting = [...batchesOf(events, seed + index)];
      const sender = async (): Promise<void> => {
        for (let batch = waiting.pop(); batch !== undefined; batch = waiting.pop())
          replies.push(await recorded(client, batch));
      };
      await Promise.all([sender(), sender(), sender()]);
    }),
  );
  return replies;
};

const lastOf = (replies: ReadonlyArray<Reply>): number =>
  Math.max(...replies.map(({ body }) => Number(body.position)));

/** Each was recorded once, none was a conflict, and both processes show and find the same. */
const isOneLedger = async (prefix: string, events: ReadonlyArray<Sent>, replies: ReadonlyArray<Reply>) => {
  expect(replies.filter(({ status }) => status > 201).map(({ body }) => body)).toEqual([]);
  const atLeast = lastOf(replies);
  const [kept, asked] = await Promise.all(
    clients.map((client) => client.rows('/v1/events', { atLeast, limit: 1_000 })),
  );
  expect(asked).toEqual(kept);
  const ids = kept!.map(({ id }) => id).filter((id) => String(id).startsWith(prefix));
  expect(ids.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  for (let index = 0; index * 4 < events.length; index += 5) {
    const path = `/v1/subjects/${encodeURIComponent(personNamed(prefix, index))}`;
    const [one, other] = await Promise.all(clients.map((client) => client.get(`${path}/trail`, { atLeast })));
    expect(one!.status).toBe(200);
    expect(other!.body.data).toEqual(one!.body.data);
    // Three events that name the person, and one from before.
    expect(one!.body.data.filter((row: { event: Sent }) => !row.event.id.includes('unfit'))).toHaveLength(4);
  }
};

const isIn = (directory: string, person: string): boolean =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(person));

describe('two processes with one vault', () => {
  test('sign the log in only one of them: the other rotates no keys', async () => {
    const refused = await clients[1].send('', 'application/json', {}, '/v1/log/keys');
    expect(refused.status).toBe(503);
    expect(refused.body.detail).toContain('use the one that keeps the vault');
  });

  test('given the same events sent to both at once in other batches, each is recorded once', async () => {
    const events = lives('ana', 20);
    const replies = await sentToBoth(events, 1);
    expect(replies.reduce((sum, { body }) => sum + body.recorded, 0)).toBe(events.length);
    await isOneLedger('ana', events, replies);
  });

  test('given either killed and restarted meanwhile, each is still recorded once', async () => {
    const events = lives('ben', 25);
    const sending = sentToBoth(events, 2);
    await keeper.end('SIGKILL');
    await startKeeper();
    await asker.end('SIGKILL');
    await startAsker();
    await isOneLedger('ben', events, await sending);
  });

  test('given a person erased through one, the other no longer knows them, at once', async () => {
    const events = lives('chen', 10);
    const atLeast = lastOf(await sentToBoth(events, 3));
    for (const [index, client] of [clients[1], clients[0], clients[1]].entries()) {
      const path = `/v1/subjects/${encodeURIComponent(personNamed('chen', index))}`;
      for (const each of clients) expect((await each.get(`${path}/residency`, { atLeast })).status).toBe(200);
      expect((await client.delete(path)).status).toBe(204);
      for (const each of clients) expect((await each.get(`${path}/residency`)).status).toBe(404);
    }
    const again = await sentToBoth(events, 4);
    expect(again.map(({ body }) => body.recorded)).toEqual(again.map(() => 0));
    for (const each of clients) {
      const shown = JSON.stringify(await each.rows('/v1/events', { atLeast: lastOf(again), limit: 1_000 }));
      for (let index = 0; index < 10; index++)
        expect(shown.includes(`"${personNamed('chen', index)}"`)).toBe(index > 2);
    }
  });

  test('given a person erased through both at once, while the events are sent again, it is recorded once', async () => {
    const events = lives('dora', 6);
    await sentToBoth(events, 5);
    const paths = Array.from(
      { length: 6 },
      (_, index) => `/v1/subjects/${encodeURIComponent(personNamed('dora', index))}`,
    );
    const [again, ...erased] = await Promise.all([
      sentToBoth(events, 6),
      ...clients.map((client) => Promise.all(paths.map((path) => client.delete(path)))),
    ]);
    expect(again.map(({ status, body }) => [status, body.recorded])).toEqual(again.map(() => [200, 0]));
    for (const [index, path] of paths.entries()) {
      const statuses = erased.map((replies) => (replies as ReadonlyArray<Reply>)[index]!.status);
      expect(statuses).toContain(204);
      for (const client of clients) expect((await client.get(`${path}/residency`)).status).toBe(404);
    }
    const said = await clients[0].rows('/v1/events', { type: 'SubjectForgotten', limit: 1_000 });
    expect(new Set(said.map(({ data }) => data.subject)).size).toBe(said.length);
  });

  test('nobody is in the files of the one that asks, and nobody erased is in those of the other', async () => {
    for (const prefix of ['ana', 'ben', 'chen', 'dora']) {
      const [first, last] = [personNamed(prefix, 0), personNamed(prefix, 5)];
      for (const person of [first, last]) {
        expect(isIn(askersDirectory, person)).toBe(false);
        for (const { output } of [keeper, asker].map((each) => ({ output: each.output() })))
          expect(output).not.toContain(person);
      }
      expect([first, last].map((person) => isIn(keepersDirectory, person))).toEqual(
        { ana: [true, true], ben: [true, true], chen: [false, true] }[prefix] ?? [false, false],
      );
    }
  });
});

describe('a second process without a vault setting', () => {
  test('is refused once the log names people, and creates no vault', async () => {
    await recorded(clients[0], lives('alone', 3));
    const directory = newDataDirectory();
    try {
      const starting = ServerProcess.start({ directory, environment: environment(directory, {}) });
      await expect(starting).rejects.toThrow('If another process keeps the vault, name it in LEDGER_VAULT');
      expect(readdirSync(directory)).not.toContain('vault.sqlite');
    } finally {
      removeDirectory(directory);
    }
  });

  test('is refused on a log that names nobody yet, even if both start at once; a vault that knows the people is accepted', async () => {
    const directories = [newDataDirectory(), newDataDirectory(), newDataDirectory()];
    const store = `esdb://${node.address}?tls=false&ledger=nobody_yet`;
    const opening = (directory: string) =>
      openLedger({
        store,
        dataDirectory: directory,
        host: '',
        port: 0,
        waitMs: 10_000,
        origin: 'test.example/log',
        allowedHosts: [],
      });
    const ledgers: Ledger[] = [];
    try {
      const opened = await Promise.allSettled(directories.slice(0, 2).map(opening));
      const keepers = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      ledgers.push(...keepers);
      expect(keepers).toHaveLength(1);
      const [kept, refused] =
        opened[0]!.status === 'fulfilled' ? directories : directories.toReversed().slice(1);
      expect(opened.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { message: expect.stringMatching(/belongs to another vault.*name it in LEDGER_VAULT/) },
      });
      expect(readdirSync(refused!).filter((name) => name.startsWith('vault'))).toEqual([]);
      const local = new LocalServer(keepers[0]!);
      await local.record([enrolled('somebody', 'eva@people.example')]);
      await local.close();
      ledgers.pop();
      await expect(opening(refused!)).rejects.toThrow('this directory has no vault that knows them');
      // Only the vault was saved, without its id: it knows the people, so it is the right one.
      cpSync(filesIn(kept!).vault, filesIn(directories[2]!).vault);
      ledgers.push(await opening(directories[2]!));
    } finally {
      await Promise.all(ledgers.map((each) => each.close()));
      directories.forEach(removeDirectory);
    }
  });
});

/**
 * A ledger with another process's vault: the same answers, nobody in its own files, and no wrong answer while the
 * vault is unreachable.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { streamedPageEventsMax } from '../../src/api/routes/log-followers.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { Vault } from '../../src/people/vault/vault.ts';
import { corrected, enrolled, many, placed, type Sent, sent } from '../support/given-events.ts';
import {
  LocalServer,
  lines,
  newDataDirectory,
  type Reply,
  removeDirectory,
  settingsIn,
} from '../support/server.ts';
import { VaultServer, vaultInFile } from '../support/vaults.ts';

/**
 * Identifiers that occur in no id, source or name of any event: wherever their bytes are found, they mean a person.
 */
const people = ['zorica.petrovic@example.org', 'quentin/4711:mobile'] as const;
const [zorica, quentin] = people;

const story: ReadonlyArray<Sent> = [
  placed('placed', 'us', 'virginia'),
  enrolled('first', zorica),
  sent('several', 'SubjectsEnrolled', { subjects: [quentin, zorica], population: 'eu' }),
  sent('moved', 'DataMoved', {
    dataset: 'profile',
    scope: { subject: zorica },
    from: 'virginia',
    to: 'singapore',
  }),
  corrected('correction', 'several', { data: { subjects: [quentin], population: 'eu' } }),
  corrected('withheld', 'first', { data: { whoever: zorica } }),
];
const nobody = sent('site', 'SiteRegistered', {
  site: 'virginia',
  name: 'Virginia',
  country: 'US',
  operator: 'tiktok',
});

let directory: string;
let vaultDirectory: string;
let kept: Vault;
let vaultServer: VaultServer;
let server: LocalServer;

const settings = async () => ({
  ...(await settingsIn(directory)),
  // However busy the machine is, only an absent vault counts as unreachable.
  vault: { url: vaultServer.url, limits: { callMsMax: 60_000, faultMsMax: 60_000 } },
});

beforeEach(async () => {
  directory = newDataDirectory();
  vaultDirectory = newDataDirectory();
  kept = vaultInFile(join(vaultDirectory, 'vault.sqlite'));
  vaultServer = new VaultServer();
  await vaultServer.start(kept);
  const ledger = await openLedger(await settings());
  await ledger.ready();
  server = new LocalServer(ledger);
});
afterEach(async () => {
  await server.close();
  await vaultServer.stop();
  kept.close();
  removeDirectory(directory);
  removeDirectory(vaultDirectory);
});

const pathOf = (person: string, question = ''): string =>
  `/v1/subjects/${encodeURIComponent(person)}${question}`;

const pseudonymOf = async (person: string): Promise<string | undefined> =>
  (await kept.find({ names: [person], pseudonyms: [] })).pseudonyms.get(person);

const isIn = (folder: string, person: string): boolean =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(person));

const questions = ['/residency', '/history', '/reach', '/findings', '/trail'];

const unavailable = ({ status, headers, body }: Reply): void => {
  expect([status, body.type]).toEqual([503, 'urn:domicile:problem:unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  for (const person of people) expect(JSON.stringify(body)).not.toContain(person);
};

describe('a ledger with another process’s vault', () => {
  it('answers about people as usual, and stores none of them', async () => {
    const atLeast = await server.record(story);
    for (const question of questions) {
      const byName = await server.get(pathOf(zorica, question), { atLeast });
      const byPseudonym = await server.get(pathOf((await pseudonymOf(zorica))!, question));
      expect([byName.status, byPseudonym.status]).toEqual([200, 200]);
      expect(byPseudonym.body.data).toEqual(byName.body.data);
    }
    const shown = await server.rows('/v1/events', { subject: zorica });
    expect(shown.map(({ id }) => id)).toEqual(['first', 'several', 'moved']);
    expect(shown[1].data.subjects).toEqual([quentin, zorica]);
    const dump = await server.get('/v1/events', {}, { accept: lines });
    expect(String(dump.body)).toContain(quentin);
    expect((await server.get('/v1/reads')).body.data[0].subject).toBe(zorica);
    const again = await server.post(story);
    expect([again.status, again.body.duplicates]).toEqual([200, story.length]);
    for (const person of people) {
      expect(isIn(directory, person)).toBe(false);
      expect(isIn(vaultDirectory, person)).toBe(true);
    }
    expect((await server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
    expect((await server.get('/v1/vault')).status).toBe(404);
  });

  it('at once no longer knows a person erased through another process', async () => {
    const atLeast = await server.record(story);
    const pseudonym = (await pseudonymOf(zorica))!;
    expect((await server.get(pathOf(zorica, '/residency'), { atLeast })).status).toBe(200);
    await kept.forget(pseudonym, story.length);
    for (const question of questions) expect((await server.get(pathOf(zorica, question))).status).toBe(404);
    expect(JSON.stringify(await server.rows('/v1/events'))).not.toContain(zorica);
    expect((await server.get(pathOf(pseudonym, '/residency'))).status).toBe(200);
    const again = await server.post([...story, enrolled('new', quentin)]);
    expect([again.status, again.body.recorded, again.body.duplicates]).toEqual([201, 1, story.length]);
    expect((await server.post([enrolled('first', zorica, 'eu')])).status).toBe(409);
    expect(await pseudonymOf(zorica)).toBeUndefined();
  });

  it('erases a person in the vault, to the last byte', async () => {
    await server.record(story);
    expect((await server.delete(pathOf(zorica))).status).toBe(204);
    expect((await server.delete(pathOf(zorica))).status).toBe(404);
    expect([isIn(vaultDirectory, zorica), isIn(vaultDirectory, quentin)]).toEqual([false, true]);
  });

  it('admits nobody until it has read the log up to the last erasure', async () => {
    await server.record(story);
    await kept.forget((await pseudonymOf(zorica))!, story.length + 1);
    unavailable(await server.post([enrolled('later', 'somebody-new')]));
    expect(await pseudonymOf('somebody-new')).toBeUndefined();
    expect((await server.post([nobody])).status).toBe(201);
    expect((await server.post([enrolled('later', 'somebody-new')])).status).toBe(201);
  });

  it('recognises an event that two requests brought while the person was erased between them', async () => {
    await server.record(story);
    const known = (await pseudonymOf(quentin))!;
    const event = enrolled('at-once', quentin);
    const { vault } = server.ledger.parts;
    const { admit } = vault;
    let inBetween: Reply | undefined;
    for (const whoIsForgotten of [known, undefined]) {
      vault.admit = async (names, lookedUpTo) => {
        vault.admit = admit;
        const admitted = await admit(names, lookedUpTo);
        await kept.forget(whoIsForgotten ?? (await pseudonymOf(quentin))!, server.ledger.parts.log.head());
        inBetween = await server.post([{ ...event, id: `${event.id}-${whoIsForgotten}` }]);
        return admitted;
      };
      const reply = await server.post([{ ...event, id: `${event.id}-${whoIsForgotten}` }]);
      expect(inBetween?.body).toMatchObject({ recorded: 1, duplicates: 0 });
      expect([reply.status, reply.body.recorded, reply.body.duplicates]).toEqual([200, 0, 1]);
    }
  });

  it('is refused the vault of another log, and a separate one beside it', async () => {
    await server.record(story);
    await server.close();
    const other = vaultInFile(join(vaultDirectory, 'other.sqlite'));
    await vaultServer.stop();
    await vaultServer.start(other);
    await expect(openLedger(await settings())).rejects.toThrow('knows nobody of this log');
    await vaultServer.stop();
    await vaultServer.start(kept);
    other.close();
    vaultInFile(join(directory, 'vault.sqlite')).close();
    await expect(openLedger(await settings())).rejects.toThrow('LEDGER_VAULT names another');
    removeDirectory(join(directory, 'vault.sqlite'));
    server = new LocalServer(await openLedger(await settings()));
    expect((await server.get(pathOf(quentin, '/residency'), { atLeast: story.length })).status).toBe(200);
  });
});

describe('while the vault is unreachable', () => {
  it('only events that name nobody are recorded', async () => {
    await server.record(story);
    await vaultServer.stop();
    unavailable(await server.post([nobody, enrolled('later', quentin)]));
    unavailable(await server.post([corrected('unfit', 'first', { data: { whoever: zorica } })]));
    const mixed = await server.postLines([nobody, ...many(1_000)]);
    unavailable(mixed);
    expect(mixed.body).toMatchObject({ recorded: 0, duplicates: 0 });
    unavailable(await server.delete(pathOf(zorica)));
    expect(server.ledger.parts.log.head()).toBe(story.length);
    expect((await server.post([nobody])).status).toBe(201);
    await vaultServer.start();
    expect((await server.post([nobody, enrolled('later', quentin)])).body).toMatchObject({
      recorded: 1,
      duplicates: 1,
    });
  });

  it('a question by identifier is refused as temporary; by pseudonym it is answered', async () => {
    const atLeast = await server.record(story);
    const pseudonym = (await pseudonymOf(zorica))!;
    const before = await server.get(pathOf(zorica, '/residency'), { atLeast });
    await vaultServer.stop();
    for (const question of questions) unavailable(await server.get(pathOf(zorica, question)));
    unavailable(await server.get('/v1/events', { subject: zorica }));
    unavailable(await server.get('/v1/reads', { subject: zorica }));
    for (const question of questions.filter((each) => each !== '/trail')) {
      const { status, body } = await server.get(pathOf(pseudonym, question));
      expect(status).toBe(200);
      if (question === '/residency') expect(body.data).toEqual(before.body.data);
    }
    expect((await server.get('/v1/sites')).status).toBe(200);
  });

  it('nobody is shown by pseudonym to callers who would see the identifier', async () => {
    const atLeast = await server.record(story);
    const pseudonym = (await pseudonymOf(zorica))!;
    await vaultServer.stop();
    unavailable(await server.get(pathOf(pseudonym, '/trail'), { atLeast }));
    for (const path of ['/v1/events', '/v1/events/2', '/v1/reads', '/v1/datasets/profile/lineage'])
      unavailable(await server.get(path));
    unavailable(await server.get('/v1/events', {}, { accept: lines }));
    unavailable(await server.get('/v1/events', {}, { accept: 'text/event-stream' }));
    expect((await server.get('/v1/events', { type: 'DataPlaced' })).body.data).toHaveLength(1);
  });

  it('an interrupted stream of the log breaks off instead of ending normally', async () => {
    const atLeast = await server.record(many(1_000, 'a'));
    await server.record(many(1_000, 'b'));
    const asked = (await server.get('/v1/events', { atLeast: Number(atLeast) + 1_000, limit: 1 })).status;
    expect(asked).toBe(200);
    let calls = 0;
    const listening = vaultServer.requests.length;
    const answer = await server.request('/v1/events', { headers: { accept: lines } });
    expect(answer.status).toBe(200);
    calls = vaultServer.requests.length - listening;
    expect(calls).toBe(1);
    await vaultServer.stop();
    await expect(answer.text()).rejects.toThrow();
  });

  it('an interrupted live stream ends, and resumes after the last event on reconnection', async () => {
    await server.record(many(1_000, 'a'));
    const atLeast = await server.record(many(500, 'b'));
    await server.get('/v1/sites', { atLeast });
    const accept = 'text/event-stream';
    const first = await server.request('/v1/events', { headers: { accept } });
    await vaultServer.stop();
    const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    const followed = idsIn(await first.text());
    const told = streamedPageEventsMax;
    expect(followed).toEqual(Array.from({ length: told }, (_, index) => index + 1));
    await vaultServer.start();
    const stop = new AbortController();
    const headers = { accept, 'last-event-id': String(told) };
    const second = await server.request('/v1/events', { headers, signal: stop.signal });
    const decoder = new TextDecoder();
    let text = '';
    for await (const part of second.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.endsWith('\n\n') && idsIn(text).length >= 1_500 - told) break;
    }
    expect(idsIn(text)).toEqual(Array.from({ length: 1_500 - told }, (_, index) => told + 1 + index));
    stop.abort();
  });

  it('readiness and metrics say why', async () => {
    await expect.poll(async () => (await server.get('/readyz')).body.status).toBe('ready');
    vaultServer.misbehaviour = (_, response) => response.writeHead(401).end();
    const { status, body } = await server.get('/readyz');
    expect([status, body.status]).toEqual([200, 'ready']);
    expect(body.vaultFailure).toContain('LEDGER_VAULT_KEY');
    expect((await server.get('/metrics')).body).toContain('domicile_vault_failed 1');
    vaultServer.misbehaviour = undefined;
    expect((await server.get('/metrics')).body).toContain('domicile_vault_failed 0');
  });

  it('the ledger can still be opened, and retries', async () => {
    await server.record(story);
    await server.close();
    await vaultServer.stop();
    server = new LocalServer(await openLedger(await settings()));
    unavailable(await server.get(pathOf(zorica, '/residency'), { atLeast: story.length }));
    await vaultServer.start();
    expect((await server.get(pathOf(zorica, '/residency'))).status).toBe(200);
    expect(E.isRight(await kept.admit([], undefined))).toBe(true);
  });
});

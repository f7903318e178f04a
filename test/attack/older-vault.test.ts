/**
 * An older vault put back beside a newer log: it brings nobody back who was erased, and tells whom it does not know.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peopleCheck } from '../../src/ledger/examine/people-check.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { enrolled, type Sent } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const [zorica, quentin, wilhelmina] = ['zorica@example.org', 'quentin@example.org', 'wilhelmina@example.org'];

let directory: string;
let server: LocalServer;
beforeEach(async () => {
  directory = newDataDirectory();
  server = await LocalServer.open(directory);
});
afterEach(async () => {
  await server.close();
  removeDirectory(directory);
});

const vaultFile = (): string => join(directory, 'vault.sqlite');
const kept = (): string => join(directory, 'kept-vault');

/** Stops the server, and keeps a copy of the vault as it is then. */
const keepVault = async (): Promise<void> => {
  await server.close();
  copyFileSync(vaultFile(), kept());
  server = await LocalServer.open(directory);
};

const putBack = async (): Promise<void> => {
  await server.close();
  for (const suffix of ['-wal', '-shm']) rmSync(vaultFile() + suffix, { force: true });
  copyFileSync(kept(), vaultFile());
  server = await LocalServer.open(directory);
};

const erase = async (person: string): Promise<void> => {
  expect((await server.delete(`/v1/subjects/${encodeURIComponent(person)}`)).status).toBe(204);
};

const known = async (person: string): Promise<boolean> =>
  (await server.ledger.parts.vault.find({ names: [person], pseudonyms: [] })).pseudonyms.has(person);

const statusOf = async (person: string): Promise<number> =>
  (await server.get(`/v1/subjects/${encodeURIComponent(person)}/residency`)).status;

describe('an older vault beside a newer log', () => {
  it('brings nobody back who was erased since', async () => {
    const first = enrolled('1', zorica!);
    await server.record([first, enrolled('2', quentin!)]);
    await keepVault();
    await erase(zorica!);
    await putBack();
    expect([await known(zorica!), await known(quentin!)]).toEqual([false, true]);
    expect(await statusOf(zorica!)).toBe(404);
    expect((await server.post([first])).body).toMatchObject({ recorded: 0, duplicates: 1 });
    expect(await known(zorica!)).toBe(false);
    expect((await server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
  });

  it('brings nobody back who came and was erased since, when their event is sent again', async () => {
    await server.record([enrolled('1', quentin!)]);
    await keepVault();
    const later = enrolled('2', zorica!);
    await server.record([later]);
    await erase(zorica!);
    await putBack();
    expect((await server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
    expect((await server.post([later])).body).toMatchObject({ recorded: 0, duplicates: 1 });
    expect(await known(zorica!)).toBe(false);
  });

  it('tells how many people of the log it does not know, at every start', async () => {
    await server.record([enrolled('1', quentin!)]);
    await keepVault();
    await server.record([enrolled('2', zorica!), enrolled('3', wilhelmina!), enrolled('4', zorica!)]);
    const told = expect.stringContaining('does not know 2 of the people in the log, the first at position 2');
    for (let start = 0; start < 2; start++) {
      if (start === 0) await putBack();
      else {
        await server.close();
        server = await LocalServer.open(directory);
      }
      const { body } = await server.get('/readyz');
      expect(body.vaultFailure).toEqual(told);
      expect(JSON.stringify(body)).not.toContain(zorica);
    }
    expect(peopleCheck({ dataDirectory: directory }, server.ledger.parts.logFile, () => {})).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('2 of 3 people of the log are not in the vault'),
    });
    await server.close();
    const notices: unknown[] = [];
    const ledger = await openLedger(await settingsIn(directory), (notice) => notices.push(notice));
    await ledger.ready();
    expect(notices).toContainEqual({ kind: 'vault-misses-people', reason: told });
    server = new LocalServer(ledger);
  });

  it('says nothing where the vault was put back before anybody new came', async () => {
    const story: ReadonlyArray<Sent> = [enrolled('1', quentin!), enrolled('2', zorica!)];
    await server.record(story);
    await keepVault();
    await server.record([enrolled('3', quentin!, 'eu')]);
    await putBack();
    expect((await server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
    expect(await statusOf(zorica!)).toBe(200);
  });

  it('tells that it is missing', async () => {
    await server.record([enrolled('1', quentin!)]);
    await server.close();
    rmSync(vaultFile());
    server = await LocalServer.open(directory);
    expect((await server.get('/readyz')).body.vaultFailure).toContain('does not know 1 of the people');
  });
});

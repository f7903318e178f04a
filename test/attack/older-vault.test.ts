/** An older vault restored beside a newer log: it brings back nobody who was erased, and reports whom it lacks. */
import { copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { peopleCheck } from '../../src/ledger/examine/people-check.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { DamagedStore } from '../../src/store/sqlite/store-problems.ts';
import { enrolled, type Sent, sent } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';
import { serverOfEachTest } from '../support/server-of-each-test.ts';

const [zorica, quentin, wilhelmina] = ['zorica@example.org', 'quentin@example.org', 'wilhelmina@example.org'];

const own = serverOfEachTest();

const vaultFile = (): string => join(own.directory, 'vault.sqlite');
const kept = (): string => join(own.directory, 'kept-vault');

/** Stops the server, and keeps a copy of the vault at that time. */
const keepVault = async (): Promise<void> => {
  await own.server.close();
  copyFileSync(vaultFile(), kept());
  await own.open();
};

const putBack = async (): Promise<void> => {
  await own.server.close();
  for (const suffix of ['-wal', '-shm']) rmSync(vaultFile() + suffix, { force: true });
  copyFileSync(kept(), vaultFile());
  await own.open();
};

const erase = async (person: string): Promise<void> => {
  expect((await own.server.delete(`/v1/subjects/${encodeURIComponent(person)}`)).status).toBe(204);
};

const known = async (person: string): Promise<boolean> =>
  (await own.server.ledger.parts.vault.find({ names: [person], pseudonyms: [] })).pseudonyms.has(person);

const statusOf = async (person: string): Promise<number> =>
  (await own.server.get(`/v1/subjects/${encodeURIComponent(person)}/residency`)).status;

describe('an older vault beside a newer log', () => {
  it('brings back nobody who was erased since', async () => {
    const first = enrolled('1', zorica!);
    await own.server.record([first, enrolled('2', quentin!)]);
    await keepVault();
    await erase(zorica!);
    await putBack();
    expect([await known(zorica!), await known(quentin!)]).toEqual([false, true]);
    expect(await statusOf(zorica!)).toBe(404);
    expect((await own.server.post([first])).body).toMatchObject({ recorded: 0, duplicates: 1 });
    expect(await known(zorica!)).toBe(false);
    expect((await own.server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
  });

  it('brings back nobody who came and was erased since, when their event is sent again', async () => {
    await own.server.record([enrolled('1', quentin!)]);
    await keepVault();
    const later = enrolled('2', zorica!);
    await own.server.record([later]);
    await erase(zorica!);
    await putBack();
    expect((await own.server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
    expect((await own.server.post([later])).body).toMatchObject({ recorded: 0, duplicates: 1 });
    expect(await known(zorica!)).toBe(false);
  });

  it('reports at every start how many people of the log it lacks', async () => {
    await own.server.record([enrolled('1', quentin!)]);
    await keepVault();
    await own.server.record([enrolled('2', zorica!), enrolled('3', wilhelmina!), enrolled('4', zorica!)]);
    const told = expect.stringContaining('does not know 2 of the people in the log, the first at position 2');
    for (let start = 0; start < 2; start++) {
      if (start === 0) await putBack();
      else {
        await own.server.close();
        await own.open();
      }
      const { body } = await own.server.get('/readyz');
      expect(body.vaultFailure).toEqual(told);
      expect(JSON.stringify(body)).not.toContain(zorica);
    }
    expect(
      peopleCheck({ dataDirectory: own.directory }, own.server.ledger.parts.logFile, () => {}),
    ).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('2 of 3 people in the log are not in the vault'),
    });
    await own.server.close();
    const notices: unknown[] = [];
    const ledger = await openLedger(await settingsIn(own.directory), (notice) => notices.push(notice));
    await ledger.ready();
    expect(notices).toContainEqual({ kind: 'vault-misses-people', reason: told });
    own.server = new LocalServer(ledger);
  });

  it('reports some people of a large event at the start, and all once it has looked for them', async () => {
    await own.server.record([enrolled('1', quentin!)]);
    await keepVault();
    const many = Array.from({ length: 1_200 }, (_, number) => `person-${number}@example.org`);
    await own.server.record([sent('2', 'SubjectsEnrolled', { subjects: many, population: 'us' })]);
    await putBack();
    await own.server.close();
    const notices: unknown[] = [];
    const ledger = await openLedger(await settingsIn(own.directory), (notice) => notices.push(notice));
    const atStart = expect.stringContaining('does not know 100 of the people in the log');
    expect(notices[0]).toEqual({ kind: 'vault-misses-people', reason: atStart });
    await ledger.ready();
    own.server = new LocalServer(ledger);
    const told = expect.stringContaining('does not know 1200 of the people in the log');
    await expect.poll(() => notices).toContainEqual({ kind: 'vault-misses-people', reason: told });
    expect((await own.server.get('/readyz')).body.vaultFailure).toEqual(told);
  });

  it('reports nothing if it was restored before new people came', async () => {
    const story: ReadonlyArray<Sent> = [enrolled('1', quentin!), enrolled('2', zorica!)];
    await own.server.record(story);
    await keepVault();
    await own.server.record([enrolled('3', quentin!, 'eu')]);
    await putBack();
    expect((await own.server.get('/readyz')).body).not.toHaveProperty('vaultFailure');
    expect(await statusOf(zorica!)).toBe(200);
  });

  it('reports each person who was lost with a flipped bit in the last frames of its write-ahead log, or is refused', async () => {
    const people = Array.from({ length: 6 }, (_, number) => `person-${number}@example.org`);
    for (const [number, person] of people.entries())
      await own.server.record([enrolled(`of-${number}`, person)]);
    // The files after a kill.
    const left = newDataDirectory();
    cpSync(own.directory, left, { recursive: true, filter: (file) => !/-(lock|shm)$/.test(file) });
    const log = readFileSync(join(left, 'vault.sqlite-wal'));
    const outcomes = { told: 0, refused: 0, whole: 0 };
    for (let round = 0; round < 6; round++) {
      const directory = newDataDirectory();
      cpSync(left, directory, { recursive: true });
      const flipped = Uint8Array.from(log);
      flipped[log.length - 1 - ((round * 3_142) % 12_000)]! ^= 1 << (round % 8);
      writeFileSync(join(directory, 'vault.sqlite-wal'), flipped);
      try {
        const server = await LocalServer.open(directory);
        const { vaultFailure } = (await server.get('/readyz')).body;
        const found = await server.ledger.parts.vault.find({ names: people, pseudonyms: [] });
        const lost = people.length - found.pseudonyms.size;
        if (lost === 0) outcomes.whole++;
        else {
          expect(vaultFailure).toContain(`does not know ${lost} of the people in the log`);
          outcomes.told++;
        }
        await server.close();
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedStore);
        outcomes.refused++;
      } finally {
        removeDirectory(directory);
      }
    }
    removeDirectory(left);
    expect(outcomes.told + outcomes.refused).toBeGreaterThan(3);
    expect(outcomes.told).toBeGreaterThan(0);
  });

  it('is reported as missing', async () => {
    await own.server.record([enrolled('1', quentin!)]);
    await own.server.close();
    rmSync(vaultFile());
    await own.open();
    expect((await own.server.get('/readyz')).body.vaultFailure).toContain('does not know 1 of the people');
  });
});

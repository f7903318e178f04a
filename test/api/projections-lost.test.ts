/**
 * Projections that are damaged: they are rebuilt from the log, and the answers are as before.
 */
import {
  closeSync,
  cpSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NotYetKnown } from '../../src/ledger/ask.ts';
import type { ServingProjections } from '../../src/ledger/serving-projections.ts';
import { enrolled, many, placed } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

/** A ledger of 5,001 events, which each test copies. */
const whole = newDataDirectory();
const own = {} as { directory: string; server: LocalServer };

beforeAll(async () => {
  const server = await LocalServer.open(whole);
  await server.record([placed('placed', 'us', 'a')]);
  await server.postLines(many(5_000));
  await server.close();
});
afterEach(async () => {
  await own.server.close();
  removeDirectory(own.directory);
});
afterAll(() => removeDirectory(whole));

const projections = (): string => join(own.directory, 'projections');
const servingFile = (): string => {
  const { serving } = JSON.parse(readFileSync(join(projections(), 'serving.json'), 'utf8'));
  return join(projections(), `generation-${String(serving).padStart(6, '0')}.sqlite`);
};

const overwrite = (file: string, from: number, bytes: Buffer): void => {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, from);
  closeSync(descriptor);
};

/** The file as left by the version before event kinds were stored. */
const asOfEarlierVersion = (file: string): void => {
  const database = new DatabaseSync(file);
  database.exec('DROP TABLE code_block; DROP TABLE event_kind; DROP TABLE source; DROP TABLE naming_source');
  database.exec("UPDATE meta SET value = 3 WHERE name = 'version'");
  database.close();
};

/** How many people are held, once the ledger answers. */
const held = async (atLeast: string | number): Promise<number> => {
  await expect
    .poll(async () => (await own.server.get('/v1/sites/a/holdings', { atLeast })).status, { timeout: 20_000 })
    .toBe(200);
  const { body } = await own.server.get('/v1/sites/a/holdings', { atLeast });
  return body.data[0].subjects;
};

describe('a server that starts on projections', () => {
  const pageBytes = 4_096;
  const noise = (bytes: number): Buffer => Buffer.alloc(bytes, 0xa5);

  it.each<[string, (file: string, size: number) => void]>([
    ['that are empty', (file) => truncateSync(file, 0)],
    ['that are cut off', (file, size) => truncateSync(file, Math.floor(size / 2))],
    ['that are no database', (file) => overwrite(file, 0, noise(100))],
    ['whose schema is damaged', (file) => overwrite(file, 100, noise(2_000))],
    ['whose tables are damaged', (file) => overwrite(file, pageBytes, noise(8 * pageBytes))],
    ['whose pages are all damaged', (file, size) => overwrite(file, pageBytes, noise(size - pageBytes))],
    ['that somebody took away', (file) => rmSync(file)],
    ['of an earlier version', asOfEarlierVersion],
  ])('%s rebuilds them, and answers as before', async (_, damage) => {
    own.directory = newDataDirectory();
    cpSync(whole, own.directory, { recursive: true });
    const file = servingFile();
    damage(file, statSync(file).size);
    own.server = await LocalServer.open(own.directory);
    expect(await held(5_001)).toBe(5_000);
    const position = await own.server.record([enrolled('another', 'one-more')]);
    expect(await held(position)).toBe(5_001);
    expect((await own.server.get('/readyz')).body).toMatchObject({ status: 'ready', lag: 0 });
    expect(readdirSync(projections()).filter((name) => name.endsWith('.sqlite'))).toHaveLength(1);
  });
});

describe('projections that are taken out of service while a person is looked up', () => {
  it('answer from no less than the clocks of the question say', async () => {
    own.directory = newDataDirectory();
    own.server = await LocalServer.open(own.directory);
    const position = Number(await own.server.record([placed('placed', 'us', 'a'), enrolled('first', 'ana')]));
    const { ledger } = own.server;
    await expect.poll(() => ledger.checkpoint()).toBe(position);
    const { serving } = ledger as unknown as { serving: ServingProjections };
    const vault = ledger.parts.vault as { find: typeof ledger.parts.vault.find };
    const find = vault.find.bind(vault);
    let rebuilt = 0;
    vault.find = async (sought) => {
      const found = await find(sought);
      if (rebuilt++ === 0) await serving.rebuild();
      return found;
    };
    const { status } = await own.server.get('/v1/subjects/ana/residency', { knownPosition: position });
    expect(rebuilt).toBeGreaterThan(0);
    expect([200, 503]).toContain(status);
    await ledger.ready();
    await expect.poll(() => ledger.checkpoint()).toBe(position);
    expect(() => ledger.ask(position + 1, 'claimed', () => 'known')).toThrow(NotYetKnown);
  });
});

/**
 * Exports in Parquet and questions in SQL, from the command line.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeExport } from '../../src/cli/parquet/write-export.ts';
import { createClient } from '../../src/client/client.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { here, tiktok } from './command-line.ts';

const directory = newDataDirectory();
const answers = join(directory, 'answers');
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
  await run('emit', tiktok, '--url', server.url);
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const run = (...args: ReadonlyArray<string>) => here(args);
const exported = (...args: ReadonlyArray<string>) =>
  run('export', 'parquet', answers, '--url', server.url, ...args);
const asked = async (statement: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const { out } = await run('sql', answers, statement, '--format', 'json');
  return JSON.parse(out);
};

describe('an export', () => {
  it('names people by pseudonyms unless identifiers are requested', async () => {
    const first = await exported();
    const pseudonyms = await asked('SELECT DISTINCT subject FROM stays UNION SELECT subject FROM reach');
    const second = await exported('--replace', '--identify');
    const people = await asked('SELECT DISTINCT subject FROM stays UNION SELECT subject FROM reach');

    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('named by pseudonyms') });
    expect(second).toMatchObject({ code: 0, out: expect.stringContaining('by their own identifiers') });
    expect(pseudonyms.length).toBeGreaterThan(5);
    for (const { subject } of pseudonyms) expect(subject).toMatch(/^psn_/);
    expect(people.map(({ subject }) => subject)).toContain('hugo');
    expect(people).toHaveLength(pseudonyms.length);
  });

  it('is written completely or not at all, and replaces nothing else', async () => {
    await exported('--replace', '--known-position', '20');
    const then = await asked('SELECT DISTINCT known_position FROM stays');
    const other = join(directory, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'letter.txt'), 'Dear all');

    const refused = await exported();
    const elsewhere = await run('export', 'parquet', other, '--url', server.url, '--replace');
    const broken = createClient({
      url: server.url,
      fetch: (request) => {
        if (request.url.includes('/v1/transfers')) throw new Error('no more');
        return fetch(request);
      },
    });
    const written = writeExport(broken, answers, { question: {}, identify: true, onRows: () => undefined });

    expect(refused).toMatchObject({ code: 2, notes: expect.stringContaining('already contains an export') });
    expect(elsewhere).toMatchObject({ code: 2, notes: expect.stringContaining('something other') });
    await expect(written).rejects.toThrow('no more');
    expect(readdirSync(directory).sort()).toEqual(['answers', 'ledger', 'other']);
    expect(then).toEqual([{ known_position: 20 }]);
    expect(await asked('SELECT DISTINCT known_position FROM stays')).toEqual(then);
  });

  it('is read-only: one SELECT, and no other file', async () => {
    const refusals = [
      [`COPY stays TO '${answers}/stays.csv'`, 'expected a SELECT'],
      ['SELECT 1; DROP VIEW stays', 'expected one statement, not 2'],
      ["SELECT * FROM read_csv('/etc/hostname')", 'file system operations are disabled'],
      ['INSTALL httpfs', 'expected a SELECT'],
      ['SELECT * FROM stay', 'stay does not exist'],
    ] as const;
    const before = readdirSync(answers);

    for (const [statement, message] of refusals)
      expect(await run('sql', answers, statement)).toMatchObject({
        code: 2,
        out: '',
        notes: expect.stringContaining(message),
      });
    expect(readdirSync(answers)).toEqual(before);
    const csv = await run('sql', answers, "SELECT 'a,b' AS x, 1 AS y", '--format', 'csv');
    expect(csv.out).toBe('x,y\r\n"a,b",1\r\n');
  });
});

/**
 * Recording from the command line: recording twice has no effect, and errors name their line.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { domicile, finished, here, start, tiktok } from './command-line.ts';

const directory = newDataDirectory();
let server: ServerProcess;
/** The options for the ledger of the server, which the tests share. */
let toServer: ReadonlyArray<string>;

beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'server') });
  toServer = ['--url', server.url];
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const head = async (): Promise<number> => Number((await server.get('/readyz')).body.head);

/** A file with these lines. */
const fileOf = (name: string, ...lines: ReadonlyArray<string | Buffer>): string => {
  const file = join(directory, `${name}.ndjson`);
  writeFileSync(
    file,
    Buffer.concat(lines.map((line) => Buffer.concat([Buffer.from(line), Buffer.from('\n')]))),
  );
  return file;
};

const event = (id: string, more: object = {}): string =>
  JSON.stringify({
    id,
    source: 'urn:example:cli',
    type: 'PopulationRegistered',
    time: '2022-01-01T00:00:00Z',
    data: { population: id, name: id, jurisdiction: 'US' },
    ...more,
  });

describe('domicile emit', () => {
  it('creates a ledger if there is none, and records nothing twice', async () => {
    const at = ['--data', join(directory, 'twice')];

    const first = await here(['emit', tiktok, ...at]);
    const second = await here(['emit', tiktok, ...at]);

    expect(first.code).toBe(0);
    expect(first.notes).toMatch(/^Creating a new ledger in .*twice\.\n$/);
    expect(second).toEqual({
      code: 0,
      out: 'Recorded 0 events, 101 already there. The log is at position 101.\n',
      notes: '',
    });
  });

  it('reads standard input, answers in JSON, and draws its progress only on a terminal', async () => {
    const at = ['--data', join(directory, 'input'), '--format', 'json'];
    const lines = readFileSync(tiktok, 'utf8').trim().split('\n');

    const { code, out, notes } = await domicile(['emit', '-', ...at], lines.join('\n\n'));

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ recorded: 101, duplicates: 0, position: '101' });
    expect(notes).not.toContain('\r');
  });

  it('reports the number of discrepancies, and the command that it names lists them', async () => {
    const placed = { type: 'DataPlaced', data: { dataset: 'd', scope: { population: 'x' }, site: 's' } };

    const before = await head();

    const file = fileOf('misfits', event('x'), event('e', placed));
    const { code, notes } = await here(['emit', file, ...toServer]);
    const shown = await here([
      'discrepancies',
      '--source',
      'urn:example:cli',
      '--format',
      'csv',
      ...toServer,
    ]);
    const failed = await here(['discrepancies', '--code', 'unknown-site', '--fail', ...toServer]);

    expect(code).toBe(0);
    expect(notes).toContain(
      `1 of these does not fit the others: domicile discrepancies --source urn:example:cli --url ${server.url}\n`,
    );
    expect(shown.out).toContain(`${before + 2},unknown-site,site s is not registered,`);
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('do not fit the others');
  });

  it('sends to a server, in chunks, in order', async () => {
    const before = await head();
    const lines = Array.from({ length: 2_500 }, (_, index) => event(`p${index}`));

    const { code, out, notes } = await here(['emit', fileOf('many', ...lines), ...toServer]);

    const last = before + 2_500;
    expect({ code, out, notes }).toEqual({
      code: 0,
      out: `Recorded 2,500 events. The log is at position ${last}.\n`,
      notes: '',
    });
    const { body } = await server.get('/v1/events', { after: last - 1, atLeast: last });
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['p2499']);
  });

  it('names the line that stopped it, counted from the start of the input, and what was recorded before', async () => {
    const before = await head();
    const lines = Array.from({ length: 1_200 }, (_, index) => event(`stopped-${index}`));
    lines[1_100] = event('wrong', { data: { population: 'x', name: 'x', jurisdiction: 'Atlantis' } });
    lines[1_101] = event('wronger', { time: '2022-01-01', Colour: 'red' });

    const { code, out, notes } = await here(['emit', fileOf('stopped', ...lines), ...toServer]);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes).toMatch(
      /\n {2}line 1101, \/data\/jurisdiction: found a string of 8 characters; expected .+\n/,
    );
    expect(notes).toMatch(/\n {2}line 1102, \/time: found .+\n/);
    expect(notes).toMatch(/\n {2}line 1102, \/Colour: is not a valid name of an attribute.+\n/);
    expect(notes).toMatch(
      /\nSo far: 1,000 events recorded, 0 already there\. Correct it and send everything again; events already recorded are not recorded twice\.\n$/,
    );

    const mended = await here(['emit', fileOf('mended', ...lines.toSpliced(1_100, 2)), ...toServer]);
    expect(mended.out).toBe(
      `Recorded 198 events, 1,000 already there. The log is at position ${before + 1_198}.\n`,
    );
  });

  it('refuses other content with a recorded source and id', async () => {
    const other = fileOf('other', event('conflict', { time: '2023-01-01T00:00:00Z' }));
    await here(['emit', fileOf('first', event('conflict')), ...toServer]);

    const { code, notes } = await here(['emit', other, ...toServer]);

    expect(code).toBe(2);
    expect(notes).toMatch(/\n {2}line 1, \/id: another event is recorded with this source and id; .+\n/);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const file = fileOf('bytes', event('before-the-bytes'), Buffer.from([0x22, 0xff, 0x22]));

    const { code, notes } = await here(['emit', file, ...toServer]);

    expect(code).toBe(2);
    expect(notes).toMatch(/\n {2}line 2: is not UTF-8\n/);
  });

  it('ends with the line that stopped it, even if standard input stays open', async () => {
    const child = start(['emit', '-', ...toServer]);
    child.stdin?.write('{}\n'.repeat(1_000));

    expect((await finished(child)).code).toBe(2);
  });

  it('says what is wrong with a file that is missing, a directory, or empty', async () => {
    const at = ['--data', join(directory, 'files')];
    mkdirSync(join(directory, 'folder'));
    writeFileSync(join(directory, 'empty.ndjson'), '\n');

    const missing = await here(['emit', join(directory, 'missing.ndjson'), ...at]);
    const folder = await here(['emit', join(directory, 'folder'), ...at]);
    const empty = await here(['emit', join(directory, 'empty.ndjson'), ...at]);

    expect([missing.code, folder.code, empty.code]).toEqual([2, 2, 0]);
    expect(missing.notes).toMatch(/missing\.ndjson does not exist; expected an NDJSON file/);
    expect(folder.notes).toMatch(/folder is a directory; expected an NDJSON file/);
    expect(empty.out).toMatch(/has no events, so nothing was recorded/);
  });
});

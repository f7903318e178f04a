/**
 * Recording from the command line: recording twice has no effect, and errors name their line.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { domicile, finished, here, start, tiktok } from './command-line.ts';

const directory = newDataDirectory();
afterAll(() => removeDirectory(directory));

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

  it('reads standard input, and answers in JSON', async () => {
    const at = ['--data', join(directory, 'input'), '--format', 'json'];

    const { code, out } = await domicile(['emit', '-', ...at], `${event('a')}\n\n${event('b')}`);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ recorded: 2, duplicates: 0, position: '2' });
  });

  it('reports the number of discrepancies, and the command that it names lists them', async () => {
    const at = ['--data', join(directory, 'misfits')];
    const placed = { type: 'DataPlaced', data: { dataset: 'd', scope: { population: 'x' }, site: 's' } };

    const { code, notes } = await domicile(['emit', '-', ...at], `${event('x')}\n${event('e', placed)}\n`);
    const shown = await here(['discrepancies', '--source', 'urn:example:cli', '--format', 'csv', ...at]);
    const failed = await here(['discrepancies', '--code', 'unknown-site', '--fail', ...at]);

    expect(code).toBe(0);
    expect(notes).toContain(
      '1 of these does not fit the others: domicile discrepancies --source urn:example:cli\n',
    );
    expect(shown.out).toContain('2,unknown-site,site s is not registered,');
    expect(failed.code).toBe(1);
    expect(failed.out).toContain('do not fit the others');
  });

  it('sends to a server, in chunks, in order', async () => {
    const server = await ServerProcess.start({ directory: join(directory, 'server') });
    try {
      const lines = Array.from({ length: 2_500 }, (_, index) => event(`p${index}`));
      const file = join(directory, 'many.ndjson');
      writeFileSync(file, lines.join('\n'));

      const { code, out, notes } = await here(['emit', file, '--url', server.url]);

      expect({ code, out, notes }).toEqual({
        code: 0,
        out: 'Recorded 2,500 events. The log is at position 2500.\n',
        notes: '',
      });
      const { body } = await server.get('/v1/events', { after: 2_499, atLeast: 2_500 });
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['p2499']);
    } finally {
      await server.end();
    }
  });

  it('names the line that stopped it, counted from the start of the input, and what was recorded before', async () => {
    const at = ['--data', join(directory, 'stopped')];
    const lines = Array.from({ length: 1_200 }, (_, index) => event(`p${index}`));
    lines[1_100] = event('wrong', { data: { population: 'x', name: 'x', jurisdiction: 'Atlantis' } });
    lines[1_101] = event('wronger', { time: '2022-01-01', Colour: 'red' });

    const { code, out, notes } = await domicile(['emit', '-', ...at], lines.join('\n'));

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(notes).toMatch(
      /\n {2}line 1101, \/data\/jurisdiction: found a string of 8 characters; expected .+\n/,
    );
    expect(notes).toMatch(/\n {2}line 1102, \/time: found .+\n/);
    expect(notes).toMatch(/\n {2}line 1102, \/Colour: is not a valid name of an attribute.+\n/);
    expect(notes).toMatch(
      /\nSo far: 1,000 events recorded, 0 already there\. Correct it and send everything again; events already recorded are not recorded twice\.\n$/,
    );

    const mended = await domicile(['emit', '-', ...at], lines.toSpliced(1_100, 2).join('\n'));
    expect(mended.out).toBe('Recorded 198 events, 1,000 already there. The log is at position 1198.\n');
  });

  it('refuses other content with a recorded source and id', async () => {
    const at = ['--data', join(directory, 'conflict')];
    await domicile(['emit', '-', ...at], event('a'));

    const { code, notes } = await domicile(
      ['emit', '-', ...at],
      event('a', { time: '2023-01-01T00:00:00Z' }),
    );

    expect(code).toBe(2);
    expect(notes).toMatch(/\n {2}line 1, \/id: another event is recorded with this source and id; .+\n/);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const child = start(['emit', '-', '--data', join(directory, 'bytes')]);
    child.stdin?.end(Buffer.concat([Buffer.from(`${event('a')}\n`), Buffer.from([0x22, 0xff, 0x22])]));

    const { code, notes } = await finished(child);

    expect(code).toBe(2);
    expect(notes).toMatch(/\n {2}line 2: is not UTF-8\n/);
  });

  it('ends with the line that stopped it, even if standard input stays open', async () => {
    const child = start(['emit', '-', '--data', join(directory, 'open')]);
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

  it('draws its progress only on a terminal', async () => {
    const { notes } = await domicile(['emit', tiktok, '--data', join(directory, 'unwatched')]);

    expect(notes).not.toContain('\r');
    expect(readFileSync(tiktok, 'utf8').trim().split('\n')).toHaveLength(101);
  });
});

/** Another user of the same machine reads files of a ledger that everybody may read. */
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examine } from '../../src/ledger/examine/examine.ts';
import { enrolled, sent } from '../support/given-events.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

/** Every file and directory of a ledger that others may read, write or list. */
const openToOthers = (directory: string): ReadonlyArray<string> =>
  ['.', ...(readdirSync(directory, { recursive: true }) as string[])].filter(
    (name) => (statSync(join(directory, name)).mode & 0o077) !== 0,
  );

/** Runs the server with a umask that hides nothing. */
const withoutUmask = ['sh', '-c', 'umask 0; exec "$@"', 'sh'];

describe('another user of the machine', () => {
  let directory: string;
  let parent: string;

  beforeEach(() => {
    parent = newDataDirectory();
    directory = join(parent, 'ledger');
  });

  afterEach(() => removeDirectory(parent));

  const filled = async (): Promise<void> => {
    const server = await ServerProcess.start({ directory, through: withoutUmask });
    const atLeast = await server.record([
      sent('p', 'PopulationRegistered', { population: 'us', name: 'US', jurisdiction: 'US' }),
      enrolled('e', 'zorica@example.org'),
    ]);
    await server.get('/v1/subjects/zorica%40example.org/residency', { atLeast });
    expect(readdirSync(directory)).toEqual(expect.arrayContaining(['vault.sqlite', 'vault.sqlite-wal']));
    expect(openToOthers(directory)).toEqual([]);
    await server.end();
  };

  it('reads no file of a ledger that was created without a umask, while it is served and afterwards', async () => {
    await filled();
    expect(openToOthers(directory)).toEqual([]);
  });

  it('reads no file of a ledger that an earlier version left open, once it was started', async () => {
    await filled();
    for (const name of ['.', ...(readdirSync(directory, { recursive: true }) as string[])]) {
      const path = join(directory, name);
      chmodSync(path, statSync(path).isDirectory() ? 0o755 : 0o644);
    }
    const told = examine({ dataDirectory: directory }, Date.now(), () => {}).find(
      ({ name }) => name === 'file permissions',
    );
    expect(told).toMatchObject({ state: 'warning', found: expect.stringContaining('log.sqlite') });
    const server = await ServerProcess.start({ directory, through: withoutUmask });
    expect(openToOthers(directory)).toEqual([]);
    await server.end();
  });

  it('keeps their own files in a directory that a ledger shares', async () => {
    mkdirSync(directory);
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'theirs.txt'), 'a shopping list', { mode: 0o644 });
    chmodSync(join(directory, 'theirs.txt'), 0o644);
    const server = await ServerProcess.start({ directory, through: withoutUmask });
    expect(openToOthers(directory)).toEqual(['.', 'theirs.txt']);
    await server.end();
  });
});

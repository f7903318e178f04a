/**
 * People with worldly names, from the command line: asked for and erased, each alone.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolled, placed } from '../support/given-events.ts';
import { worldlyNames } from '../support/odd-names.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';
import { here } from './command-line.ts';

const directory = newDataDirectory();
let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({ directory: join(directory, 'ledger') });
  const people = worldlyNames.map((name, index) => enrolled(`enrolled-${index}`, name));
  const atLeast = await server.record([placed('placed', 'us', 'virginia'), ...people]);
  await server.get('/v1/sites', { atLeast });
});
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const run = (...args: ReadonlyArray<string>) => here(args);

describe('a person by whatever name', () => {
  it.each(worldlyNames.map((name, index) => [name, index] as const))(
    'is asked for and erased, and nobody else: %j',
    async (name, index) => {
      const to = ['--url', server.url];
      const shown = await run('where', ...to, '--format', 'json', '--', name);
      const erased = await run('erase', ...to, '--yes', '--', name);
      const gone = await run('where', ...to, '--', name);

      expect(JSON.parse(shown.out).data).toMatchObject([{ dataset: 'profile', site: 'virginia' }]);
      expect(erased).toMatchObject({ code: 0, out: expect.stringContaining('Erased from this ledger.') });
      expect(gone).toMatchObject({ code: 2, out: '' });
      const [next] = (await server.get('/v1/subjects', { limit: 1_000 })).body.data
        .map(({ subject }: { subject: string }) => subject)
        .filter((subject: string) => worldlyNames.includes(subject as never))
        .slice(0, 1);
      expect(next).toBe(worldlyNames[index + 1]);
    },
  );
});

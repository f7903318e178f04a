/** How a server ends when it is told to. */
import { expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

it.each([
  ['another', 'SIGTERM'],
  ['the same', 'SIGINT'],
] as const)(
  'given a second signal of %s kind while a server closes its files, it goes on and ends cleanly',
  async (_, second) => {
    const directory = newDataDirectory();
    const server = await ServerProcess.start({ directory });
    await server.get('/v1/populations');
    server.process.kill('SIGINT');
    // The first one must have arrived, or both are one to the process.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await server.end(second)).toBe(0);
    removeDirectory(directory);
  },
);

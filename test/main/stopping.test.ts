/** How a server ends when it is told to. */
import { expect, it } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

it('given a second signal of another kind while a server closes its files, it goes on and ends cleanly', async () => {
  const directory = newDataDirectory();
  const server = await ServerProcess.start({ directory });
  await server.get('/v1/populations');
  server.process.kill('SIGINT');
  expect(await server.end('SIGTERM')).toBe(0);
  removeDirectory(directory);
});

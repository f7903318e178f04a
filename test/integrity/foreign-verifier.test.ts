/**
 * An independent verifier accepts what a ledger serves: that of the Go project (`golang.org/x/mod/sumdb`), which
 * checks every download of a Go module. Its sources are in `foreign-verifier/vendor`, unchanged; the compiler comes
 * with an npm package, since CI has no Go.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { tilePath, widthOfTile } from '../../src/integrity/tiles.ts';
import { backups } from '../support/given-events.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = join(root, 'test/integrity/foreign-verifier');
/** Go from the package for this kind of machine, otherwise the installed one. */
const bundled = join(root, `node_modules/@ttsc/${process.platform}-${process.arch}/bin/go`);
const go = existsSync(bundled) ? join(bundled, 'bin/go') : 'go';

const run = promisify(execFile);
const directories: string[] = [];
const newDirectory = (): string => {
  directories.push(newDataDirectory());
  return directories.at(-1)!;
};
afterAll(() => directories.forEach(removeDirectory));

const events = 530;
const verifier = join(newDirectory(), 'verifier');
const downloads = newDirectory();
let vkey = '';

const put = (directory: string, file: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(directory, file)), { recursive: true });
  writeFileSync(join(directory, file), content);
};

const compile = () =>
  // Not optimised, which takes longer than all that it verifies here.
  run(go, ['build', '-mod=vendor', '-trimpath', '-gcflags=all=-N -l', '-o', verifier, '.'], {
    cwd: sources,
    env: {
      ...process.env,
      ...(existsSync(bundled) ? { GOROOT: bundled } : {}),
      ...{ GOCACHE: join(root, 'node_modules/.cache/go'), GOENV: 'off', GOFLAGS: '', CGO_ENABLED: '0' },
      ...{ GOTOOLCHAIN: 'local', GOPROXY: 'off', GOSUMDB: 'off', GOWORK: 'off' },
    },
  });

/**
 * Downloads the verifier's inputs: a checkpoint, all tiles and entries under it, proofs, and consistency proofs.
 */
const download = async (): Promise<void> => {
  const server = await LocalServer.open(newDirectory());
  const bytes = async (path: string) => new Uint8Array(await (await server.request(path)).arrayBuffer());
  const checkpointOf = async (size: number): Promise<string> => {
    await vi.waitFor(
      async () =>
        expect(String((await server.get('/log/checkpoint')).body).split('\n')[1]).toBe(String(size)),
      { timeout: 30_000 },
    );
    return (await server.get('/log/checkpoint')).body;
  };
  await server.record(backups(300));
  put(downloads, 'earlier', await checkpointOf(300));
  await server.record(backups(events - 300, 300));
  put(downloads, 'checkpoint', await checkpointOf(events));
  [vkey] = (await server.get('/v1/log')).body.data.verifierKeys;
  const { body } = await server.get('/v1/log/consistency', { from: 300, to: events });
  put(downloads, 'consistency', body.data.proof.join('\n'));
  for (const position of [1, 256, 257, 300, events])
    put(downloads, `${position}.tlog-proof`, (await server.get(`/v1/events/${position}/proof`)).body);
  for (const level of [0, 1])
    for (let index = 0; widthOfTile(events, level, index) > 0; index++) {
      const path = tilePath({ level, index, width: widthOfTile(events, level, index) });
      put(downloads, `tile/${path}`, await bytes(`/log/tile/${path}`));
      if (level > 0) continue;
      const ofEntries = path.replace('0/', 'entries/');
      put(downloads, `tile/${ofEntries}`, await bytes(`/log/tile/${ofEntries}`));
    }
  await server.close();
};

beforeAll(async () => {
  await Promise.all([compile(), download()]);
}, 300_000);

const verdict = async (directory: string): Promise<{ readonly holds: boolean; readonly says: string }> => {
  try {
    return { holds: true, says: (await run(verifier, [directory, vkey])).stdout };
  } catch (error) {
    return { holds: false, says: String((error as { stdout?: string }).stdout) };
  }
};

it('given the checkpoint, tiles, entries and proofs of a ledger, then it accepts them all', async () => {
  expect(await verdict(downloads)).toEqual({
    holds: true,
    says: '530 entries, 5 proofs, and all of the tree of 300\n',
  });
});

it.each([
  { file: 'checkpoint', at: 25, what: /^checkpoint: / },
  { file: 'tile/0/001', at: 4_000, what: /^entries: / },
  { file: 'tile/1/000.p/2', at: 3, what: /^entries: / },
  { file: 'tile/entries/002.p/18', at: 200, what: /^entries: entry 512 is not the one that was hashed/ },
  { file: '257.tlog-proof', at: 120, what: /^257.tlog-proof: / },
  { file: 'earlier', at: 25, what: /^earlier: / },
  { file: 'consistency', at: 5, what: /^consistency: / },
])('given a changed byte of $file, then it refuses', async ({ file, at, what }) => {
  const altered = newDirectory();
  cpSync(downloads, altered, { recursive: true });
  const bytes = readFileSync(join(altered, file));
  bytes[at]! ^= 1;
  writeFileSync(join(altered, file), bytes);
  const { holds, says } = await verdict(altered);
  expect(holds, says).toBe(false);
  expect(says).toMatch(what);
});

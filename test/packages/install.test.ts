/** The published packages, installed in empty folders and used like their users do. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newDataDirectory, ServerProcess } from '../support/server.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'packages/dist');
const folder = mkdtempSync(join(tmpdir(), 'domicile-packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const versionOf = (): string => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** An empty project with one of the tarballs installed in it. */
const projectWith = async (name: string, tarball: string): Promise<string> => {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--silent'];
  await run('npm', ['install', ...options, join(dist, tarball)], { cwd: project });
  return project;
};

/** The installed Node of this machine, besides the one among the dependencies. */
const nodeOfMachine = (): string => {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'));
  return places.map((place) => join(place, 'node')).find(existsSync) ?? process.execPath;
};

describe('the packages', () => {
  let domicile: string;
  let client: string;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(root, 'packages/build.ts')], { stdio: 'pipe' });
    [domicile, client] = await Promise.all([
      projectWith('server', `domicile-${versionOf()}.tgz`),
      projectWith('client', `domicile-client-${versionOf()}.tgz`),
    ]);
  });

  it('runs the demo from the package domicile in an empty folder', async () => {
    const bin = join(domicile, 'node_modules/domicile/bin/domicile.js');
    const demo: ChildProcess = spawn(process.execPath, [bin, 'demo', '--port', '0'], {
      cwd: domicile,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    demo.stdout?.on('data', (bytes) => {
      text += bytes;
      if (text.includes('Press Ctrl-C')) demo.kill('SIGINT');
    });
    demo.stderr?.on('data', (bytes) => {
      text += bytes;
    });
    await once(demo, 'close');
    expect(text).toContain('The server is running on http://');
    expect(text).toContain('npx domicile findings');
  });

  it('says what to install if asked in SQL without DuckDB', async () => {
    const bin = join(domicile, 'node_modules/domicile/bin/domicile.js');
    const node = (...args: ReadonlyArray<string>) =>
      run(process.execPath, [bin, ...args], { cwd: domicile }).catch((error) => error);
    const scenario = join(domicile, 'node_modules/domicile/scenarios/worked-example/events.ndjson');
    await node('emit', scenario, '--data', 'asked');
    await node('export', 'parquet', 'tables', '--data', 'asked');

    const asked = await node('sql', 'tables', 'SELECT 1');

    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm install @duckdb/node-api@'),
    });
  });

  it('tells an older Node what it needs', async () => {
    const node = nodeOfMachine();
    const bin = join(domicile, 'node_modules/domicile/bin/domicile.js');
    const { stdout: version } = await run(node, ['--version']);
    const told = await run(node, [bin, '--version']).catch((error) => error);
    if (Number(/^v(\d+)/.exec(version)?.[1]) >= 24) expect(told.stdout.trim()).toBe(versionOf());
    else expect(told).toMatchObject({ code: 2, stderr: expect.stringContaining('needs Node 24 or later') });
  });

  it('asks a ledger through either package, in this machine’s version of Node', async () => {
    const directory = newDataDirectory();
    const server = await ServerProcess.start({ directory });
    onTestFinished(async () => {
      await server.end();
      rmSync(directory, { recursive: true, force: true });
    });
    const program = (name: string): string => `
      import { createClient, orThrow } from '${name}';
      const ledger = createClient({ url: process.argv[2] });
      const id = '${name}'.replaceAll(/[^a-z]/g, '');
      const data = { party: id, kind: 'organisation', name: 'Acme' };
      orThrow(await ledger.events.emit({ id, source: 'https://acme.example/hr', type: 'PartyRegistered', time: '2026-01-01T00:00:00Z', data }));
      console.log(orThrow(await ledger.parties.get(id, { atLeast: '1' })).data.name);`;
    for (const [project, name] of [
      [domicile, 'domicile'],
      [client, '@domicile/client'],
    ] as const) {
      writeFileSync(join(project, 'ask.js'), program(name));
      const { stdout } = await run(nodeOfMachine(), [join(project, 'ask.js'), server.url]);
      expect(stdout).toBe('Acme\n');
    }
  });

  it('types both packages for a strict TypeScript project', async () => {
    const files = ['server/typed.ts', 'client/typed.ts'];
    for (const [project, name] of [
      [domicile, 'domicile'],
      [client, '@domicile/client'],
    ] as const) {
      const source = `
        import { createClient, orThrow } from '${name}';
        const rows = orThrow(await createClient({ url: 'http://ledger' }).subjects.residency('ana')).data;
        export const sites: ReadonlyArray<string> = rows.map(({ site }) => site);
        // @ts-expect-error A row of residency has no such field.
        export const none = rows[0]?.nowhere;`;
      writeFileSync(join(project, 'typed.ts'), source);
    }
    const options = ['--strict', '--noEmit', '--target', 'es2024', '--lib', 'es2024,dom', '--types', ''];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const done = run(process.execPath, [tsc, ...options, '--module', 'nodenext', ...files], { cwd: folder });
    await expect(done.catch((error) => error.stdout)).resolves.toMatchObject({ stdout: '' });
  });

  it('ships a client that a browser can load directly: one file, nothing of Node, under 30 kB compressed', () => {
    const code = readFileSync(join(client, 'node_modules/@domicile/client/index.js'), 'utf8');
    expect(code.match(/^import .*|\bfrom ["'][^"']+["'];$|\brequire\(|node:/gm)).toBeNull();
    expect(gzipSync(code).length).toBeLessThan(30_000);
  });

  it('contain only what is needed', async () => {
    const { stdout } = await run('tar', ['-tzf', join(dist, `domicile-${versionOf()}.tgz`)]);
    const folders = new Set(
      stdout
        .trim()
        .split('\n')
        .map((file) => file.split('/')[1]),
    );
    expect([...folders].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'console',
      'package.json',
      'policies',
      'scenarios',
      'src',
    ]);
    expect(stdout).not.toMatch(/(?<!\.d)\.ts$/m);
  });
});

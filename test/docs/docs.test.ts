/**
 * Checks the documentation: every runnable command is run in order in a separate directory and prints what is
 * shown; links and paths exist; limits match the code.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putProgram, startCalling } from './called-here.ts';
import { everyPage, like, linksIn, pages, pathsIn, root, type Shown, shownIn } from './pages.ts';

/** The page that is generated from the commands themselves. */
const reference = 'docs/reference/command-line.md';
/** Of the commands of the reference, one in so many is run as well. */
const referenceShare = 16;

/** The address that the pages show; the tests use a free port instead. */
const shownPort = '8484';

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** The pages whose commands are run as their reader runs them. Those of the others call the program in this process. */
const asReaders: ReadonlyArray<string> = ['README.md', reference];

let calling: Server;
beforeAll(async () => {
  calling = await startCalling();
});
afterAll(() => void calling.close());

/** A directory like the root of the repository, without its data, for a page. */
const workplace = (path: string): string => {
  const directory = mkdtempSync(join(tmpdir(), 'domicile-docs-'));
  for (const name of ['src', 'scenarios', 'policies', 'node_modules', 'package.json']) {
    symlinkSync(join(root, name), join(directory, name));
  }
  if (asReaders.includes(path)) symlinkSync(join(root, 'bin'), join(directory, 'bin'));
  else putProgram(directory, calling);
  return directory;
};

const environment = (port: number): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LEDGER_|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name),
  );
  return { ...Object.fromEntries(inherited), LEDGER_PORT: String(port) };
};

/** Runs the commands of a page in order, and returns what each has printed. */
const run = async (path: string, all: ReadonlyArray<Shown>): Promise<ReadonlyArray<string>> => {
  const directory = workplace(path);
  const port = await freePort();
  const options = { cwd: directory, env: environment(port) };
  const background: ChildProcess[] = [];
  const shell = (commands: string, detached: boolean): ChildProcess =>
    spawn('bash', ['-c', commands.replaceAll(`127.0.0.1:${shownPort}`, `127.0.0.1:${port}`)], {
      ...options,
      detached,
    });
  const outputs: string[] = [];
  try {
    for (const { kind, commands } of all) {
      const child = shell(kind === 'background' ? `exec ${commands}` : commands, kind === 'background');
      let output = '';
      child.stdout?.on('data', (part: Buffer) => {
        output += part.toString();
      });
      if (kind === 'background') {
        background.push(child);
        await new Promise<void>((resolve, reject) => {
          child.stdout?.on('data', () => output.includes('Ctrl-C') && resolve());
          child.once('close', () => reject(new Error(`it ended at once: ${commands}`)));
        });
      } else await new Promise((resolve) => child.once('close', resolve));
      outputs.push(output.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${shownPort}`).replaceAll('\r\n', '\n'));
    }
    return outputs;
  } finally {
    for (const child of background) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
};

const runnable = pages().filter((page) => shownIn(page).length > 0);

describe('the commands in the documentation', () => {
  it('are in the README and the tutorial', () => {
    const paths = runnable.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'docs/tutorial/your-first-ledger.md']));
  });

  it.each(runnable.map((page) => [page.path, page] as const))(
    'of %s print the shown output',
    async (_, page) => {
      const all = shownIn(page).filter((_, at) => page.path !== reference || at % referenceShare === 0);

      const outputs = await run(page.path, all);

      for (const [index, { kind, commands, prints }] of all.entries()) {
        if (kind === 'background' || prints === undefined) continue;
        const output = `${outputs[index]!.trimEnd()}\n`;
        if (!like(prints).test(output)) expect(`$ ${commands}${output}`).toBe(`$ ${commands}${prints}`);
      }
    },
  );
});

describe('the reference of the command line', () => {
  it('is what its program generates', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['src/cli/reference.ts'], { cwd: root });
    expect(stdout).toBe(readFileSync(join(root, reference), 'utf8'));
  });
});

describe('the links in the documentation', () => {
  it.each(pages().map((page) => [page.path, page] as const))('of %s lead somewhere', (_, page) => {
    expect(linksIn(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('lead to every page of it', () => {
    const linked = new Set(pages().flatMap((page) => linksIn(page)));
    const alone = pages()
      .map(({ path }) => path)
      .filter((path) => path !== 'README.md' && !linked.has(path));
    expect(alone).toEqual([]);
  });
});

describe('the paths that pages name', () => {
  it.each(everyPage().map((page) => [page.path, page] as const))('in %s exist', (_, page) => {
    expect(pathsIn(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the limits in the documentation', () => {
  const page = pages().find(({ path }) => path === 'docs/reference/errors-and-limits.md');
  const rows = [...page!.text.matchAll(/^\|[^|]+\| ([\d,]+)[^|]*\| `(\w+)` in `([^`]+)` \|$/gm)].map(
    ([, value, name, file]) => [name!, file!, Number(value!.replaceAll(',', ''))] as const,
  );

  it('are named', () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows)('give %s of %s correctly', (name, file, value) => {
    const source = readFileSync(join(root, file), 'utf8');
    const factors = new RegExp(`^(?:export )?const ${name} = ([\\d_* ]+);`, 'm').exec(source)?.[1] ?? '';
    expect(factors.split('*').reduce((product, each) => product * Number(each.replaceAll('_', '')), 1)).toBe(
      value,
    );
  });
});

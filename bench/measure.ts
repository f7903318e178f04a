/** The common parts of benchmarks: medians, a server process, a temporary folder, and printed tables. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The median. */
export const median = (numbers: ReadonlyArray<number>): number => quantile(numbers, 0.5);

/** The quantile: the number below which this share of the numbers lies. */
export const quantile = (numbers: ReadonlyArray<number>, share: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
};

/** The duration of some work in seconds. */
export const secondsOf = async (work: () => Promise<unknown> | unknown): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
};

/** Runs something with a temporary folder, and removes the folder afterwards. */
export const inFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), 'domicile-bench-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

export interface BenchServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a server process on a folder. */
export const startServer = async (folder: string): Promise<BenchServer> => {
  const port = await freePort();
  const server: ChildProcess = spawn(
    process.execPath,
    // As `bin/domicile` starts it.
    ['--max-semi-space-size=4', fileURLToPath(new URL('../src/main/serve.ts', import.meta.url))],
    {
      env: {
        NODE_COMPILE_CACHE: fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)),
        MALLOC_ARENA_MAX: '2',
        MALLOC_MMAP_THRESHOLD_: '8388608',
        MALLOC_TRIM_THRESHOLD_: '33554432',
        ...process.env,
        LEDGER_STORE: `sqlite:${folder}`,
        LEDGER_PORT: String(port),
        LEDGER_WAIT_MS: '600000',
      },
      // Says why, should it end early.
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${url}/livez`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    pid: server.pid!,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill('SIGTERM');
      }),
  };
};

/** Prints a table of two or more columns. */
export const printTable = (title: string, rows: ReadonlyArray<ReadonlyArray<string>>): void => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  process.stdout.write(`\n${title}\n`);
  for (const row of rows) {
    process.stdout.write(
      `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')}\n`,
    );
  }
};

/** A rate as text. */
export const rate = (count: number, seconds: number): string =>
  `${Math.round(count / seconds).toLocaleString('en')}/s`;

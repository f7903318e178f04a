/** Builds the console if its sources have changed since the last build, in one test at a time. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const root = join(import.meta.dirname, '..', '..', '..');
/** The page checks evidence with the code of the command line, which uses most of the source. */
const sources = ['console', 'src', 'package-lock.json'];
const lock = join(tmpdir(), 'domicile-console-build');
/** How long another test may take to build. */
const waitMsMax = 50_000;

const changedAt = (path: string): number => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path)
    .filter((entry) => entry !== 'dist')
    .reduce((latest, entry) => Math.max(latest, changedAt(join(path, entry))), 0);
};

const isFresh = (): boolean => {
  const built = statSync(join(root, 'console', 'dist', 'index.html.br'), { throwIfNoEntry: false });
  return built !== undefined && sources.every((source) => changedAt(join(root, source)) <= built.mtimeMs);
};

/** Makes sure that the server serves the console of the current sources. */
export const buildConsole = async (): Promise<void> => {
  for (let waited = 0; !isFresh(); waited += 100) {
    try {
      mkdirSync(lock);
    } catch {
      // Another test builds; a stale lock is removed.
      if (waited >= waitMsMax) rmdirSync(lock);
      await wait(100);
      continue;
    }
    try {
      // As served: Vitest's own NODE_ENV would build React for development.
      const env = { ...process.env, NODE_ENV: 'production' };
      execFileSync(process.execPath, [join('console', 'build.ts')], { cwd: root, env, stdio: 'pipe' });
    } finally {
      rmdirSync(lock);
    }
  }
};

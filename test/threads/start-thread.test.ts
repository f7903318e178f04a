/** Parallel threads share V8's process-wide state. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('given threads that all run WebAssembly, none of its code is freed, which V8 might do twice', async () => {
  const script = join(import.meta.dirname, 'freeing-threads.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  expect(stdout).not.toContain('wasm-gc');
});

it('given a process with a small limit for young objects, a thread that may have more of them has more', async () => {
  const script = join(import.meta.dirname, 'young-threads.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-semi-space-size=4', script]);
  const [usual, larger] = stdout.trim().split('\n').map(Number) as [number, number];
  expect(usual).toBeLessThanOrEqual(12);
  expect(larger).toBeGreaterThan(2 * usual);
});

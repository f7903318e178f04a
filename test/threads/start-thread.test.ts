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

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Threads and processes that tests start by the hundred do not compile the same code again.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // What is waited for comes when it comes: on a busy machine later than within the second that is usual.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 2,
  },
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What answers over HTTP, which must be the same on both stores: all of it but what is named below. */
const httpSuite = ['test/api/**/*.test.ts', 'test/property/http.test.ts'];
/** What is about the files on this machine. */
const aboutFiles = [
  // On KurrentDB the log is on the disk of the server, and what fills here are the replica, the vault and projections.
  'test/api/disk-full.test.ts',
  // Files of the embedded log are put in place; a KurrentDB that holds another log than before is refused, which
  // test/store/kurrentdb-faults.test.ts tests.
  'test/api/log-put-back.test.ts',
  // Damaged files of the projections, which are of one format whatever log they were made from.
  'test/api/projections-lost.test.ts',
];
/** What follows from the events alone, however they are kept: it takes the other project long enough. */
const aboutAnswers = [
  'test/api/bad-input.test.ts',
  'test/api/findings.test.ts',
  'test/api/wide-questions.test.ts',
  'test/api/pinned-cases.test.ts',
];
const kurrentDb = process.env.KURRENTDB_URL === undefined ? 'the double' : 'the server of KURRENTDB_URL';

export default defineConfig({
  test: {
    // Threads and processes that tests start by the hundred do not compile the same code again.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // What is waited for comes when it comes: on a busy machine later than within the second that is usual.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'embedded log', include: ['test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: `KurrentDB (${kurrentDb})`,
          include: httpSuite,
          exclude: [...aboutFiles, ...aboutAnswers],
          // Fewer random worlds, and shorter replays: projections are tested at length by the other project.
          env: {
            TEST_STORE: 'kurrentdb',
            PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '75',
            REPLAY_EVENTS: process.env.REPLAY_EVENTS ?? '5000',
          },
        },
      },
    ],
  },
});

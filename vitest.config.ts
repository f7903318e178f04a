import { statfsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { nginxBinary } from './test/support/nginx.ts';

/**
 * Folders whose tests leave their process as it was, and replace no modules: they run one after the other in the same one,
 * so that what they import is loaded once, and what the engine compiled stays compiled. All others have a process for each
 * file.
 */
const sharing = [
  'api',
  'attack',
  'cli',
  'client',
  'console',
  'contract',
  'domain',
  'evidence',
  'import',
  'integrity',
  'ledger',
  'main',
  'monitor',
  'oracle',
  'people',
  'projections',
  'property',
  'questions',
  'scenarios',
  'sealed-index',
  'sorted-runs',
  'store',
  'witness',
].map((folder) => `test/${folder}/**/*.test.ts`);
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
/**
 * What follows from the events alone, however they are kept: it takes the other project long enough. That KurrentDB's
 * events are answered alike, `worked-example`, `same-answer` and test/store/kurrentdb-served.test.ts hold.
 */
const aboutAnswers = [
  'test/api/answers.test.ts',
  'test/api/bad-input.test.ts',
  'test/api/cases.test.ts',
  'test/api/coverage.test.ts',
  'test/api/findings.test.ts',
  'test/api/wide-questions.test.ts',
  'test/api/packs-on-the-case.test.ts',
  'test/api/identifiers.test.ts',
  'test/api/negotiation.test.ts',
  'test/api/party-cut.test.ts',
  'test/api/pinned-cases.test.ts',
  'test/api/reach.test.ts',
  // A replay reads the log as the projections do at their start.
  'test/api/replays.test.ts',
];
/**
 * What is about callers, the vault in another process, and the files of the console. That KurrentDB says whose vault it is,
 * test/store/kurrentdb-shared-vault.test.ts tests.
 */
const aboutCallers = [
  'test/api/console-files.test.ts',
  'test/api/keys.test.ts',
  'test/api/logins.test.ts',
  'test/api/vault-elsewhere.test.ts',
];
/** What needs a program that is not on every machine, and that npm does not bring. */
const aboutNginx = nginxBinary === undefined ? ['test/main/behind-nginx.test.ts'] : [];
/** Tests in a browser, which the files of one process share. */
const inBrowser = ['test/e2e/**/*.test.ts'];
/** A file system in memory, if it has room: nearly every test syncs its files, which is slow on a disk. */
const memory = '/dev/shm';
const memoryBytesMin = 4 * 1_024 ** 3;
const temporary = (): string | undefined => {
  if (process.env.TMPDIR !== undefined) return process.env.TMPDIR;
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= memoryBytesMin ? memory : undefined;
  } catch {
    return undefined;
  }
};
const directory = temporary();

const kurrentDb = process.env.KURRENTDB_URL === undefined ? 'the double' : 'the server of KURRENTDB_URL';

export default defineConfig({
  test: {
    // Node runs the source as it is, so nothing is transformed: each process loads in a fifth of the time.
    experimental: { viteModuleRunner: false },
    // Threads and processes that tests start by the hundred do not compile the same code again.
    env: {
      NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
      ...(directory === undefined ? {} : { TMPDIR: directory }),
    },
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // What is waited for comes when it comes: on a busy machine later than within the second that is usual.
    expect: { poll: { timeout: 30_000 } },
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded log',
          include: ['test/**/*.test.ts'],
          exclude: [...sharing, ...inBrowser, ...aboutNginx],
        },
      },
      {
        extends: true,
        test: {
          name: 'embedded log, one process',
          include: sharing,
          isolate: false,
          // A process is used again only if the next file is of the same project.
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'embedded log, in a browser',
          include: inBrowser,
          isolate: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: `KurrentDB (${kurrentDb})`,
          include: httpSuite,
          exclude: [...aboutFiles, ...aboutAnswers, ...aboutCallers],
          isolate: false,
          sequence: { groupOrder: 2 },
          // Fewer random worlds: projections are tested at length by the other project.
          env: {
            TEST_STORE: 'kurrentdb',
            PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '50',
          },
        },
      },
    ],
  },
});

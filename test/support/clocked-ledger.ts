/** An embedded ledger in this process with a clock that the test sets. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { filesIn } from '../../src/ledger/files.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { Keys } from '../../src/people/access/keys.ts';
import { ReadLog } from '../../src/people/access/read-log.ts';
import { embeddedVault } from '../../src/people/vault/embedded-vault.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import { Generations } from '../../src/projections/engine/generations.ts';
import { openLogFile } from '../../src/store/open/open-log-file.ts';
import { embeddedLogFile } from '../../src/store/open/open-store.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { merkleLogIn } from './merkle-log.ts';
import { LocalServer } from './server.ts';

/** Opens the ledger in a directory, ready for questions. */
export const openWithClock = async (directory: string, now: () => number): Promise<LocalServer> => {
  mkdirSync(directory, { recursive: true });
  const logFile = embeddedLogFile(directory);
  const store = openSqliteEventStore(logFile, { now });
  const files = filesIn(directory);
  const log = openLogFile(logFile);
  const ledger = new Ledger({
    store,
    log,
    logFile,
    vault: embeddedVault(openSqliteVault(files.vault, { now, random: randomBytes }), log.head()),
    generations: new Generations(files.projections),
    keys: new Keys(files.keys),
    reads: new ReadLog(files.reads),
    merkle: merkleLogIn(directory, logFile, log),
    now,
    waitMs: 10_000,
  });
  await ledger.ready();
  return new LocalServer(ledger);
};

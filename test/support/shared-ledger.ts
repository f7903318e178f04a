/**
 * One ledger for several tests: opened before them, closed and removed after them.
 */
import { afterAll, beforeAll } from 'vitest';
import type { AppOptions } from '../../src/api/app.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import { Client, LocalServer, newDataDirectory, removeDirectory } from './server.ts';

/** The app over a ledger in this process, in a new directory. It answers from the first test on. */
class SharedLedger extends Client {
  readonly directory = newDataDirectory();
  private server: LocalServer | undefined;

  constructor() {
    super((path, init) => this.opened.request(path, init));
  }

  private get opened(): LocalServer {
    if (this.server === undefined) throw new Error('the ledger is open only while tests run');
    return this.server;
  }

  get ledger(): Ledger {
    return this.opened.ledger;
  }

  async open(settings: Partial<Settings>, options: AppOptions): Promise<void> {
    this.server = await LocalServer.open(this.directory, undefined, settings, options);
  }

  async close(): Promise<void> {
    await this.server?.close();
    removeDirectory(this.directory);
  }
}

/** The ledger for the tests of a file, or of the calling `describe`. */
export const sharedLedger = (settings: Partial<Settings> = {}, options: AppOptions = {}): SharedLedger => {
  const shared = new SharedLedger();
  beforeAll(() => shared.open(settings, options));
  afterAll(() => shared.close());
  return shared;
};

/**
 * A server over a ledger of its own for each test, which ends with it.
 */
import { afterEach, beforeEach } from 'vitest';
import { LocalServer, newDataDirectory, removeDirectory } from './server.ts';

export interface ServerOfTest {
  directory: string;
  server: LocalServer;
  /** Opens the ledger again, once the server is closed. */
  open(): Promise<void>;
}

/** The server of the test that runs; call it once in a file. */
export const serverOfEachTest = (): ServerOfTest => {
  const own = {
    open: async () => {
      own.server = await LocalServer.open(own.directory);
    },
  } as ServerOfTest;
  beforeEach(async () => {
    own.directory = newDataDirectory();
    await own.open();
  });
  afterEach(async () => {
    await own.server.close();
    removeDirectory(own.directory);
  });
  return own;
};

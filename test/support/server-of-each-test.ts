/** A server with a new ledger for each test, which ends with it. */
import { afterEach, beforeEach } from 'vitest';
import { LocalServer, newDataDirectory, removeDirectory } from './server.ts';

export interface ServerOfTest {
  directory: string;
  server: LocalServer;
  /** Opens the ledger again after the server is closed. */
  open(): Promise<void>;
}

/** The server of the current test; call it once in a file. */
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

/**
 * Where a server of a ledger can be asked: it leaves its address beside the files, for commands that find them in use.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const fileIn = (directory: string): string => join(directory, 'server.json');

/** Leaves the address of this process, which serves the ledger in the directory. */
export const leaveAddress = (directory: string, url: string): void => {
  const left = { url, process: `process ${process.pid} on ${hostname()}` };
  try {
    writeFileSync(fileIn(directory), `${JSON.stringify(left)}\n`, { mode: 0o600 });
  } catch {
    // A convenience: a full disk must not keep the server from answering.
  }
};

/** Takes it away again. */
export const removeAddress = (directory: string): void => rmSync(fileIn(directory), { force: true });

/**
 * The address of the server that holds the files in the directory.
 *
 * @param heldBy what the lock says about its holder: an address left by a process that was killed may belong to another
 *   ledger by now.
 */
export const addressOf = (directory: string, heldBy: string): string | undefined => {
  try {
    const left: unknown = JSON.parse(readFileSync(fileIn(directory), 'utf8'));
    if (typeof left !== 'object' || left === null || !('url' in left) || !('process' in left))
      return undefined;
    return heldBy.includes(`${left.process} holds it`) && typeof left.url === 'string' ? left.url : undefined;
  } catch {
    return undefined;
  }
};

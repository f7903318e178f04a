/** The address of a ledger's server. The server writes it beside the files, for commands that find them locked. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const fileIn = (directory: string): string => join(directory, 'server.json');

/** Writes the address of this process, which serves the ledger in the directory. */
export const leaveAddress = (directory: string, url: string): void => {
  const left = { url, process: `process ${process.pid} on ${hostname()}` };
  try {
    writeFileSync(fileIn(directory), `${JSON.stringify(left)}\n`, { mode: 0o600 });
  } catch {
    // Only a convenience: a full disk must not prevent serving.
  }
};

/** Removes the address. */
export const removeAddress = (directory: string): void => rmSync(fileIn(directory), { force: true });

/**
 * The address of the server that has the files of the directory open.
 *
 * @param heldBy the lock's description of its holder: the address left by a killed process may belong to another
 * ledger now.
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

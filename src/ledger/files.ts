/**
 * Where the files of a ledger are.
 */
import { join } from 'node:path';

/** The files of an embedded ledger in its directory. */
export const filesIn = (directory: string) => ({
  log: join(directory, 'log.sqlite'),
  vault: join(directory, 'vault.sqlite'),
  projections: join(directory, 'projections'),
  keys: join(directory, 'keys.json'),
  reads: join(directory, 'reads.sqlite'),
  tree: join(directory, 'tree.sqlite'),
  signingKeys: join(directory, 'signing-keys.json'),
});

/** The Merkle log of a ledger that a test assembles. */
import { MerkleLog } from '../../src/integrity/merkle-log.ts';
import { filesIn } from '../../src/ledger/files.ts';
import type { LogReader } from '../../src/store/log-reader.ts';

/** Follows the log of a ledger in a directory. */
export const merkleLogIn = (directory: string, logFile: string, log: LogReader): MerkleLog => {
  const { tree, signingKeys } = filesIn(directory);
  return new MerkleLog(
    { logFile, treeFile: tree, keyFile: signingKeys, origin: 'ledger.example/test', signs: true },
    log,
  );
};

/** The files of a ledger. Only their owner may read them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOpenToOthers, makePrivateDirectory, tightenDirectory } from '../store/private-files.ts';

/** The files of an embedded ledger in its directory. */
export const filesIn = (directory: string) => ({
  log: join(directory, 'log.sqlite'),
  vault: join(directory, 'vault.sqlite'),
  vaultId: join(directory, 'vault-id'),
  projections: join(directory, 'projections'),
  keys: join(directory, 'keys.json'),
  reads: join(directory, 'reads.sqlite'),
  tree: join(directory, 'tree.sqlite'),
  index: join(directory, 'index-2.sqlite'),
  indexTree: join(directory, 'index-2-tree.sqlite'),
  signingKeys: join(directory, 'signing-keys.json'),
  /** Marks that keys were configured, even if their file is lost. */
  keysRequired: join(directory, 'keys-required'),
  /** Exists while a backup is being restored. */
  restoring: join(directory, 'restore-unfinished'),
});

/**
 * The names of a ledger's files, including the indexes of earlier keys, companions such as `-wal`, and the
 * directory of projections.
 */
const ofLedger =
  /^(((log|vault|reads|tree|index|index-tree|index-2|index-2-tree)\.sqlite|kurrentdb-.*\.mirror|(keys|signing-keys|server)\.json|first-key\.txt|keys-required|restore-unfinished|vault-id)([-.].*)?|projections)$/;
const ofProjections = /^(counted-.*|generation-\d+\.sqlite|serving\.json)([-.].*)?$/;

/** Whether a file name in the directory of a ledger is that of one of its own files. */
export const isOfLedger = (name: string): boolean => ofLedger.test(name);

/** Creates the directory of a ledger, or removes the access of other users to its files. */
export const keepFilesPrivate = (directory: string): void => {
  makePrivateDirectory(directory);
  const { projections } = filesIn(directory);
  if (existsSync(projections)) tightenDirectory(projections, (name) => ofProjections.test(name));
  tightenDirectory(directory, isOfLedger);
};

/** The files of a ledger that other users may read. */
export const filesOpenToOthers = (directory: string): ReadonlyArray<string> => {
  const within = (folder: string, ours: RegExp): ReadonlyArray<string> =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => ours.test(name))
          .map((name) => join(folder, name))
      : [];
  return [...within(directory, ofLedger), ...within(filesIn(directory).projections, ofProjections)].filter(
    isOpenToOthers,
  );
};

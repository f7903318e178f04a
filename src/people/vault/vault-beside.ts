/**
 * Reads a vault beside the thread that writes it, so that looking somebody up waits for nobody who is admitted.
 */
import { openToRead } from '../../store/sqlite/open-database.ts';
import { toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { vaultFormat } from './vault-format.ts';
import { type PeopleOfVault, VaultReading } from './vault-reading.ts';

/** A vault that is read only. */
export interface VaultBeside {
  /** Looks people up, all as of one moment. */
  read<A>(look: (people: PeopleOfVault) => A): A;
  /** Drops what is kept in memory: somebody was forgotten. */
  dropKept(): void;
  close(): void;
}

/**
 * Opens the vault in this file, which another connection writes.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openVaultBeside = (file: string): VaultBeside => {
  const database = openToRead(file, vaultFormat);
  const reading = new VaultReading(database, file);
  const selectVersion = database.prepare('PRAGMA data_version');
  let version: unknown;

  return {
    read: (look) => {
      try {
        // One snapshot: the index leads to slots that its writer uses again for something else.
        database.exec('BEGIN');
        try {
          const now = selectVersion.get()?.data_version;
          if (now !== version) reading.index.changed();
          version = now;
          return look(reading);
        } finally {
          database.exec('COMMIT');
        }
      } catch (error) {
        throw toStoreProblem(file, error);
      }
    },
    dropKept: () => reading.dropKept(),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

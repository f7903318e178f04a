/** Reads a vault while another thread writes it, so that lookups do not wait for admissions. */
import { openToRead } from '../../store/sqlite/open-database.ts';
import { toStoreProblem } from '../../store/sqlite/store-problems.ts';
import type { SharedFilter } from './filters-in-memory.ts';
import type { VaultMemory } from './vault.ts';
import { vaultFormat } from './vault-format.ts';
import { type PeopleOfVault, VaultReading } from './vault-reading.ts';

/** A read-only vault. */
export interface VaultBeside {
  /** Looks up people as of one moment. */
  read<A>(look: (people: PeopleOfVault) => A): A;
  /** Uses the filters of the thread that writes the file. */
  share(filters: ReadonlyArray<SharedFilter>): void;
  /** Clears the cache after a person was forgotten. */
  dropKept(): void;
  close(): void;
}

/**
 * Opens the vault in this file, which another connection writes.
 *
 * @param memory how much it may keep in memory.
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openVaultBeside = (file: string, memory?: VaultMemory): VaultBeside => {
  const database = openToRead(file, vaultFormat, memory?.pages);
  const reading = new VaultReading(database, file, memory?.entries, { bytesMax: memory?.filters ?? 0 });
  const selectVersion = database.prepare('PRAGMA data_version');
  let version: unknown;

  return {
    read: (look) => {
      try {
        // One snapshot, since the writer may reuse the slots to which the index leads.
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
    share: (filters) => reading.index.share(filters),
    dropKept: () => reading.dropKept(),
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

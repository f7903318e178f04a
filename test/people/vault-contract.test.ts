/**
 * The contract of vaults, applied to a vault in this process, with and without a writing thread, and to one in
 * another process.
 */
import { join } from 'node:path';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { openThreadedVault } from '../../src/ledger/threaded-vault.ts';
import { httpVault } from '../../src/people/vault/http-vault.ts';
import type { Vault } from '../../src/people/vault/vault.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { vaultContract } from '../contract/vault.ts';
import { newFolder, removeFolder } from '../store/ledger-files.ts';
import { VaultServer, vaultInFile } from '../support/vaults.ts';

/** Any event of the log. */
const filler = (number: number) => ({
  source: 'urn:filler',
  id: `filler-${number}`,
  bytes: new TextEncoder().encode('{}'),
  ...unattributed,
});

/** The currently open vault: this object stays the same while the vault behind it is reopened. */
const latestOf = (open: () => Vault): Vault => ({
  at: null,
  find: (asked) => open().find(asked),
  admit: (names, lookedUpTo) => open().admit(names, lookedUpTo),
  forget: (pseudonym, saidAt) => open().forget(pseudonym, saidAt),
  fault: () => open().fault(),
  close: () => open().close(),
});

vaultContract('embedded vault', async () => {
  const folder = newFolder();
  const file = join(folder, 'vault.sqlite');
  let kept = vaultInFile(file);
  const vault = latestOf(() => kept);
  return {
    vault,
    other: vault,
    restart: async (logHead) => {
      await kept.close();
      kept = vaultInFile(file, logHead);
    },
    cleanup: async () => {
      await kept.close();
      removeFolder(folder);
    },
  };
});

vaultContract('vault that a thread writes', async () => {
  const folder = newFolder();
  const [vaultFile, logFile] = [join(folder, 'vault.sqlite'), join(folder, 'log.sqlite')];
  const store = openSqliteEventStore(logFile, { now: Date.now });
  let kept = await openThreadedVault({ vaultFile, logFile });
  const vault = latestOf(() => kept);
  return {
    vault,
    other: vault,
    restart: async (logHead) => {
      await kept.close();
      while ((await store.head()) < logHead) await store.append([filler(await store.head())]);
      kept = await openThreadedVault({ vaultFile, logFile });
    },
    cleanup: async () => {
      await kept.close();
      await store.close();
      removeFolder(folder);
    },
  };
});

vaultContract('vault of another process', async () => {
  const folder = newFolder();
  const file = join(folder, 'vault.sqlite');
  let kept = vaultInFile(file);
  const server = new VaultServer();
  await server.start(kept);
  return {
    vault: httpVault({ url: server.url }),
    other: httpVault({ url: `${server.url}/` }),
    restart: async (logHead) => {
      await server.stop();
      await kept.close();
      kept = vaultInFile(file, logHead);
      await server.start(kept);
    },
    cleanup: async () => {
      await server.stop();
      await kept.close();
      removeFolder(folder);
    },
  };
});

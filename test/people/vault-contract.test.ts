/**
 * The contract of vaults, held to by the one in a file of this process and by the one that another process keeps.
 */
import { join } from 'node:path';
import { httpVault } from '../../src/people/vault/http-vault.ts';
import type { Vault } from '../../src/people/vault/vault.ts';
import { vaultContract } from '../contract/vault.ts';
import { newFolder, removeFolder } from '../store/ledger-files.ts';
import { VaultServer, vaultInFile } from '../support/vaults.ts';

vaultContract('embedded vault', async () => {
  const folder = newFolder();
  const file = join(folder, 'vault.sqlite');
  let kept = vaultInFile(file);
  // Whoever holds on to it sees the one that is open.
  const vault: Vault = {
    at: null,
    find: (asked) => kept.find(asked),
    admit: (names, lookedUpTo) => kept.admit(names, lookedUpTo),
    forget: (pseudonym, saidAt) => kept.forget(pseudonym, saidAt),
    fault: () => kept.fault(),
    close: () => kept.close(),
  };
  return {
    vault,
    other: vault,
    restart: async (logHead) => {
      kept.close();
      kept = vaultInFile(file, logHead);
    },
    cleanup: async () => {
      kept.close();
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
      kept.close();
      kept = vaultInFile(file, logHead);
      await server.start(kept);
    },
    cleanup: async () => {
      await server.stop();
      kept.close();
      removeFolder(folder);
    },
  };
});

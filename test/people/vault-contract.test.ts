/**
 * The contract of vaults, applied to a vault in this process, with and without a writing thread, and to one in
 * another process.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { openThreadedVault } from '../../src/ledger/threaded-vault.ts';
import { httpVault } from '../../src/people/vault/http-vault.ts';
import type { Vault } from '../../src/people/vault/vault.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { StoreLocked } from '../../src/store/sqlite/store-problems.ts';
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
  entries: () => open().entries(),
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

it('given a program that reads the vault, a person is forgotten who cannot be overwritten yet, and is no longer found', async () => {
  const folder = newFolder();
  const [vaultFile, logFile] = [join(folder, 'vault.sqlite'), join(folder, 'log.sqlite')];
  const store = openSqliteEventStore(logFile, { now: Date.now });
  const vault = await openThreadedVault({ vaultFile, logFile });
  const admitted = await vault.admit(['ana', 'ben'], undefined);
  const pseudonym = (E.isRight(admitted) && admitted.right.pseudonyms[0]) || '';
  const found = async () =>
    (await vault.find({ names: ['ana'], pseudonyms: [pseudonym] })).people.get(pseudonym);
  expect(await found()).toBe('ana');
  const reader = new DatabaseSync(vaultFile, { readOnly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entry').get();
  await expect(vault.forget(pseudonym, 1)).rejects.toThrow(StoreLocked);
  expect(await found()).toBeNull();
  reader.close();
  await vault.close();
  await store.close();
  removeFolder(folder);
});

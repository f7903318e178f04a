/** Refuses a second vault for one log on KurrentDB: each of the two would know only its own people (R21). */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { LogReader } from '../store/log-reader.ts';
import { makePrivateFile } from '../store/private-files.ts';
import { StoreUnusable } from '../store/sqlite/store-problems.ts';
import { filesIn } from './files.ts';
import { peopleIn } from './people-of-a-log.ts';

/**
 * Claims a log for a vault, and returns the vault that the log belongs to now. With `insists`, it replaces an
 * earlier claim.
 */
export type ClaimVault = (vault: string, insists: boolean) => Promise<string>;

const idPattern = /^[0-9a-f-]{36}$/;

/** The id of the vault in a directory, created on first use. */
const idIn = (file: string): string => {
  const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  if (idPattern.test(kept)) return kept;
  const made = randomUUID();
  makePrivateFile(file);
  writeFileSync(file, `${made}\n`, { flush: true });
  return made;
};

const remedy =
  'If another process keeps the vault, name it in LEDGER_VAULT. If this process kept it, restore its vault.sqlite';

/** Refuses to create a vault for a log whose pseudonyms come from another vault. */
export const refuseSecondVault = (directory: string, log: LogReader): void => {
  const { vault } = filesIn(directory);
  if (existsSync(vault) || peopleIn(log).length === 0) return;
  throw new StoreUnusable(
    vault,
    'the log on KurrentDB names people, and this directory has no vault that knows them',
    remedy,
  );
};

/**
 * Records in the log that this vault belongs to it. The people in the log show which vault is the right one; if the
 * log names nobody, the first vault to claim it is.
 *
 * @param knows whether the vault knows a person; a vault that does not exist yet knows nobody.
 * @throws StoreUnusable if another vault belongs to the log; errors of `claim`.
 */
export const claimVault = async (
  directory: string,
  knows: (pseudonym: string) => boolean,
  log: LogReader,
  claim: ClaimVault,
): Promise<void> => {
  const files = filesIn(directory);
  const isNew = !existsSync(files.vaultId);
  const id = idIn(files.vaultId);
  if ((await claim(id, peopleIn(log).some(knows))) === id) return;
  if (isNew) rmSync(files.vaultId);
  throw new StoreUnusable(
    files.vault,
    'the log on KurrentDB belongs to another vault, which an earlier process without LEDGER_VAULT created',
    `${remedy}, and vault-id beside it`,
  );
};

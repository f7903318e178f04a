/** Opens a ledger: the store, the vault, the serving projections and the thread that keeps them up to date. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { MerkleLog } from '../integrity/merkle-log.ts';
import type { WitnessedLog } from '../integrity/witnessed-log.ts';
import { Keys } from '../people/access/keys.ts';
import { ReadLog } from '../people/access/read-log.ts';
import { httpVault } from '../people/vault/http-vault.ts';
import { openSqliteVault } from '../people/vault/sqlite-vault.ts';
import { type Vault, VaultUnavailable } from '../people/vault/vault.ts';
import { Generations } from '../projections/engine/generations.ts';
import { indexOriginOf } from '../sealed-index/index-origin.ts';
import { SealedIndex } from '../sealed-index/sealed-index.ts';
import type { Notice } from '../store/kurrentdb/environment.ts';
import type { LogReader } from '../store/log-reader.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { openStore } from '../store/open/open-store.ts';
import { StoreUnusable } from '../store/sqlite/store-problems.ts';
import { type ClaimVault, claimVault, refuseSecondVault } from './claim-vault.ts';
import { filesIn, keepFilesPrivate } from './files.ts';
import { Ledger } from './ledger.ts';
import { type MemoryShares, memoryMebibytesDefault, memoryShares } from './memory-shares.ts';
import { isOfAnotherLog } from './people-of-a-log.ts';
import { finishRotation } from './record-rotation.ts';
import type { Settings } from './settings.ts';
import { openThreadedVault } from './threaded-vault.ts';
import { FileWatch } from './watch/file-watch.ts';
import { readWitnesses } from './witnessing/witnesses-file.ts';
import { Witnessing } from './witnessing/witnessing.ts';

const now = (): number => Date.now();

/** A notice for operators. It never contains content of events. */
export type LedgerNotice = Notice | { readonly kind: 'vault-misses-people'; readonly reason: string };

/**
 * Opens the vault: the one in the ledger's directory, or that of another process, which may be unreachable.
 *
 * @throws a StoreProblem about the file; VaultUnavailable about a vault that does not belong to this log.
 */
const openVault = async (
  settings: Settings,
  log: LogReader,
  logFile: string,
  claim: ClaimVault | undefined,
  notify: ((notice: LedgerNotice) => void) | undefined,
  memory: MemoryShares,
): Promise<Vault> => {
  const { vault: file } = filesIn(settings.dataDirectory);
  if (settings.vault === undefined) {
    const isThere = existsSync(file);
    if (claim !== undefined && !isThere) {
      refuseSecondVault(settings.dataDirectory, log);
      await claimVault(settings.dataDirectory, () => false, log, claim);
    }
    if (claim !== undefined && isThere) {
      const vault = openSqliteVault(file, { now, random: randomBytes });
      try {
        await claimVault(settings.dataDirectory, (pseudonym) => vault.knows(pseudonym), log, claim);
      } finally {
        vault.close();
      }
    }
    const writing = {
      pages: memory.vaultWriterPages,
      entries: memory.vaultWriterEntries,
      filters: memory.vaultFilters,
    };
    return openThreadedVault(
      { vaultFile: file, logFile, memory: writing },
      (reason) => notify?.({ kind: 'vault-misses-people', reason }),
      // The thread shares its filters.
      { pages: memory.vaultPages, entries: memory.vaultEntries, filters: 0 },
    );
  }
  if (existsSync(file)) {
    throw new StoreUnusable(
      file,
      'this directory has a vault, and LEDGER_VAULT names another, so erasing a person would leave them in this one',
      'Unset LEDGER_VAULT to continue with this vault. If nothing was recorded with it, delete the file instead',
    );
  }
  const vault = httpVault(settings.vault);
  if (await isOfAnotherLog(vault, log)) {
    throw new VaultUnavailable(
      `LEDGER_VAULT: the vault at ${settings.vault.url} knows nobody of this log. Point it to the process that keeps the vault of this ledger.`,
    );
  }
  return vault;
};

/** Refuses a directory in which a restore is unfinished. */
const refuseUnfinished = (directory: string): void => {
  const { restoring } = filesIn(directory);
  if (!existsSync(restoring)) return;
  throw new StoreUnusable(
    directory,
    'restoring a backup here was interrupted, so the directory has only some of its files',
    'Restore it again with domicile restore',
  );
};

/**
 * Opens the ledger that the settings name, and creates it if there is none.
 *
 * @param notify receives notices for operators.
 * @throws errors of `openStore`, or a StoreProblem about the vault or the file of witnesses; each says what is
 * wrong, where, and what to do.
 */
export const openLedger = async (
  settings: Settings,
  notify?: (notice: LedgerNotice) => void,
): Promise<Ledger> => {
  refuseUnfinished(settings.dataDirectory);
  return openUnfinished(settings, notify);
};

/** As `openLedger`, for a restore: the ledger's files are complete, but the restore is unfinished. */
export const openUnfinished = async (
  settings: Settings,
  notify?: (notice: LedgerNotice) => void,
): Promise<Ledger> => {
  // Exactly one process keeps the vault of a ledger. That process signs and submits to witnesses.
  const signs = settings.vault === undefined;
  const witnesses =
    signs && settings.witnessesFile !== undefined ? readWitnesses(settings.witnessesFile) : undefined;
  keepFilesPrivate(settings.dataDirectory);
  const memory = memoryShares(settings.memoryMebibytes ?? memoryMebibytesDefault);
  const {
    store,
    logFile,
    onGrown,
    claimVault: claim,
  } = await openStore(settings, {
    ...(notify === undefined ? {} : { notify }),
    writerCacheBytes: memory.logWriterPages,
  });
  const files = filesIn(settings.dataDirectory);
  let vault: Vault | undefined;
  try {
    const log = openLogFile(logFile, memory.serving.logPages);
    vault = await openVault(settings, log, logFile, claim, notify, memory);
    const generations = new Generations(files.projections);
    const keys = new Keys(files.keys);
    keys.keepMark();
    const reads = new ReadLog(files.reads);
    const keyFile = settings.signingKeyFile ?? files.signingKeys;
    const merkle = new MerkleLog(
      {
        logFile,
        treeFile: files.tree,
        keyFile,
        origin: settings.origin,
        signs,
        witnesses: witnesses?.text,
      },
      log,
    );
    const sealed = signs
      ? new SealedIndex(
          {
            logFile,
            indexFile: files.index,
            treeFile: files.indexTree,
            keyFile,
            origin: indexOriginOf(settings.origin),
            witnesses: witnesses?.text,
          },
          merkle,
        )
      : undefined;
    const witnessed = (by: WitnessedLog | undefined): Witnessing | undefined =>
      witnesses === undefined || by === undefined ? undefined : new Witnessing(witnesses.policy, by);
    const ledger = new Ledger({
      store,
      log,
      logFile,
      vault,
      carriedIdentifiers: settings.carriedIdentifiers,
      typePrefix: settings.typePrefix,
      watch: new FileWatch(
        {
          log: logFile,
          vault: files.vault,
          reads: files.reads,
          projections: () => {
            const serving = generations.serving();
            return serving === undefined ? undefined : generations.file(serving);
          },
        },
        now,
      ),
      generations,
      keys,
      reads,
      merkle,
      sealed,
      witnessing: witnessed(merkle),
      indexWitnessing: witnessed(sealed),
      now,
      memory,
      waitMs: settings.waitMs,
    });
    onGrown(() => ledger.grown());
    if (signs) finishRotation(ledger);
    return ledger;
  } catch (error) {
    await vault?.close();
    await store.close();
    throw error;
  }
};

/**
 * The thread that writes the vault, so that admitting many people does not delay questions. It also keeps the vault
 * in step with its log.
 *
 * It takes its requests from `threaded-vault.ts`.
 */
import { randomBytes } from 'node:crypto';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { embeddedVault } from '../people/vault/embedded-vault.ts';
import type { SharedFilter } from '../people/vault/filters-in-memory.ts';
import { openSqliteVault } from '../people/vault/sqlite-vault.ts';
import type { Created, Vault, VaultMemory } from '../people/vault/vault.ts';
import type { Position } from '../store/event-store.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { type PlainProblem, StoreProblem, toPlain } from '../store/sqlite/store-problems.ts';
import { VaultOfALog } from './vault-of-a-log.ts';

/** The input of the thread. */
export interface VaultThreadInput {
  readonly vaultFile: string;
  readonly logFile: string;
  /** How much the thread may keep of the vault in memory. */
  readonly memory?: VaultMemory | undefined;
}

/**
 * Separates names in one text; no name contains it. Passing many texts between threads takes far longer than
 * passing one.
 */
export const nameSeparator = '\n';

/** A request to the thread. */
export type VaultWork =
  | { readonly kind: 'admit'; readonly names: string; readonly lookedUpTo: Position | undefined }
  | { readonly kind: 'forget'; readonly pseudonym: string; readonly saidAt: Position }
  | { readonly kind: 'fault' }
  | { readonly kind: 'close' };

export type VaultRequest = VaultWork & { readonly number: number };

/** A StoreProblem loses its class between threads, other errors do not. */
export type VaultFailure = { readonly problem: PlainProblem } | { readonly error: unknown };

/**
 * A report of the thread: first that it is open, or why not; then the result of each request, which is the
 * pseudonyms of admitted people, the position to read up to first, or a fault. In between it reports why more people of the log
 * are missing, once all of the log was read, and the filters of the vault's index as they change, in shared memory.
 */
export type VaultReport =
  | { readonly kind: 'open'; readonly missing: string | undefined; readonly entries: number }
  | { readonly kind: 'missing'; readonly missing: string }
  | { readonly kind: 'filters'; readonly filters: ReadonlyArray<SharedFilter> }
  | {
      readonly kind: 'done';
      readonly number: number;
      readonly pseudonyms?: string;
      readonly created?: Created | undefined;
      readonly entries?: number | undefined;
      readonly lookUpTo?: Position;
      readonly fault?: string | undefined;
    }
  | { readonly kind: 'failed'; readonly number?: number; readonly failure: VaultFailure };

const failureOf = (error: unknown): VaultFailure =>
  error instanceof StoreProblem ? { problem: toPlain(error) } : { error };

const tell = (report: VaultReport): void => parentPort?.postMessage(report);

const admit = async (
  vault: Vault,
  { number, names: joined, lookedUpTo }: VaultRequest & { readonly kind: 'admit' },
): Promise<void> => {
  const admitted = await vault.admit(joined.split(nameSeparator), lookedUpTo);
  if (E.isLeft(admitted)) return tell({ kind: 'done', number, lookUpTo: admitted.left.upTo });
  const { pseudonyms, created } = admitted.right;
  tell({
    kind: 'done',
    number,
    pseudonyms: pseudonyms.join(nameSeparator),
    created,
    entries: vault.entries(),
  });
};

const run = (): void => {
  const { vaultFile, logFile, memory } = workerData as VaultThreadInput;
  const file = openSqliteVault(vaultFile, { now: Date.now, random: randomBytes, memory });
  const log = openLogFile(logFile);
  const ofLog = new VaultOfALog(file, log);
  // No erasure is under way yet, and the log is known to its end.
  const vault = embeddedVault(
    file,
    log.head(),
    () => ofLog.fault(),
    () => {
      ofLog.close();
      log.close();
    },
  );
  /** The filters that the other threads were told of. */
  let shared: string | undefined;
  const shareFilters = (): void => {
    const filters = file.filters();
    const runs = filters.map(({ first, entries, isGroup }) => `${first} ${entries} ${isGroup}`).join();
    if (runs === shared) return;
    shared = runs;
    tell({ kind: 'filters', filters });
  };
  let isClosed = false;
  let isPreparing = false;
  /** Reads filters into memory, taking turns with requests. */
  const prepare = async (): Promise<void> => {
    if (isPreparing) return;
    isPreparing = true;
    try {
      for (;;) {
        await afterOthers();
        if (isClosed || !file.prepare()) break;
        shareFilters();
      }
    } catch {
      // Lookups read what they need from the file, and report what cannot be read.
    }
    isPreparing = false;
  };
  tell({ kind: 'open', missing: ofLog.fault(), entries: file.entries() });
  shareFilters();
  const lookOn = async (): Promise<void> => {
    const before = ofLog.fault();
    // Without the filters, it would take far longer.
    await prepare();
    await ofLog.lookOn();
    const missing = ofLog.fault();
    if (missing !== undefined && missing !== before) tell({ kind: 'missing', missing });
  };
  void lookOn();
  parentPort?.on('message', async (request: VaultRequest) => {
    const { number } = request;
    try {
      if (request.kind === 'admit') {
        await admit(vault, request);
        return shareFilters();
      }
      if (request.kind === 'fault') return tell({ kind: 'done', number, fault: await vault.fault() });
      if (request.kind === 'forget') {
        try {
          await vault.forget(request.pseudonym, request.saidAt);
        } finally {
          // It may have failed after the person was forgotten.
          shared = undefined;
          shareFilters();
        }
      } else {
        isClosed = true;
        await vault.close();
      }
      tell({ kind: 'done', number });
      if (request.kind === 'close') parentPort?.close();
    } catch (error) {
      tell({ kind: 'failed', number, failure: failureOf(error) });
    } finally {
      void prepare();
    }
  });
};

try {
  run();
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) });
}

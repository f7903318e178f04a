/**
 * The vault of this process: a thread admits and forgets people (`vault-thread.ts`). Lookups read the file directly
 * and do not wait for the thread.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { findPeople } from '../people/vault/find-people.ts';
import { type Vault, type VaultMemory, VaultUnavailable } from '../people/vault/vault.ts';
import { openVaultBeside } from '../people/vault/vault-beside.ts';
import { fromPlain } from '../store/sqlite/store-problems.ts';
import { startThread } from '../threads/start-thread.ts';
import {
  nameSeparator,
  type VaultFailure,
  type VaultReport,
  type VaultRequest,
  type VaultThreadInput,
  type VaultWork,
} from './vault-thread.ts';

type Done = VaultReport & { readonly kind: 'done' };

interface Waiting {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Memory for the young objects of the thread, in MiB: those of a few admissions of ten thousand people. With less, most of
 * them are still in use when they are collected, which then takes three times as long.
 */
const youngMebibytes = 48;

const errorOf = (failure: VaultFailure): unknown =>
  'problem' in failure ? fromPlain(failure.problem) : failure.error;

const ended =
  'its thread has ended, and another one is being started; sending the same request again is safe';

/**
 * Starts the thread. Resolves when the file is open, with the reason why people of the log are missing, if any are.
 */
const start = async (
  input: VaultThreadInput,
): Promise<{ readonly worker: Worker; readonly missing: string | undefined; readonly entries: number }> => {
  const worker = startThread(new URL('./vault-thread.ts', import.meta.url), input, undefined, youngMebibytes);
  const [first] = (await once(worker, 'message')) as [VaultReport];
  if (first.kind === 'failed') throw errorOf(first.failure);
  return first.kind === 'open'
    ? { worker, missing: first.missing, entries: first.entries }
    : { worker, missing: undefined, entries: 0 };
};

/**
 * Opens the vault in a file, and creates it if there is none.
 *
 * @param notify receives the reason why people of the log are missing, if any are.
 * @param memoryBeside how much lookups may keep of it in memory.
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openThreadedVault = async (
  input: VaultThreadInput,
  notify: (missing: string) => void = () => {},
  memoryBeside?: VaultMemory,
): Promise<Vault> => {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let starting: Promise<Worker> | undefined;
  let requests = 0;
  let isClosed = false;

  const first = await start(input);
  let entries = first.entries;
  const beside = openVaultBeside(input.vaultFile, memoryBeside);

  const attend = (started: Worker): Worker => {
    worker = started;
    started.on('message', (report: VaultReport) => {
      if (report.kind === 'filters') return beside.share(report.filters);
      if (report.kind === 'missing') return notify(report.missing);
      if (report.kind === 'open' || report.number === undefined) return;
      const asked = waiting.get(report.number);
      waiting.delete(report.number);
      if (report.kind === 'failed') asked?.reject(errorOf(report.failure));
      else {
        entries = Math.max(entries, report.entries ?? 0);
        asked?.resolve(report);
      }
    });
    // An exit follows each error.
    started.on('error', () => {});
    started.once('exit', () => {
      worker = undefined;
      for (const { reject } of waiting.values()) reject(new VaultUnavailable(ended));
      waiting.clear();
    });
    return started;
  };

  attend(first.worker);
  if (first.missing !== undefined) notify(first.missing);

  /** The thread; a new one if it has ended. */
  const running = (): Promise<Worker> | Worker => {
    if (worker !== undefined) return worker;
    starting ??= start(input)
      .then((started) => {
        // The start of a thread repeats missing erasures.
        beside.dropKept();
        entries = Math.max(entries, started.entries);
        return attend(started.worker);
      })
      .finally(() => {
        starting = undefined;
      });
    return starting;
  };

  const ask = async (work: VaultWork): Promise<Done> => {
    if (isClosed && work.kind !== 'close') throw new VaultUnavailable('the ledger is shutting down');
    const writer = await running();
    return new Promise((resolve, reject) => {
      const number = requests++;
      waiting.set(number, { resolve, reject });
      writer.postMessage({ ...work, number } satisfies VaultRequest);
    });
  };

  return {
    at: null,
    find: async (asked) => beside.read((people) => findPeople(people, asked)),
    admit: async (names, lookedUpTo) => {
      if (names.length === 0) return E.right({ pseudonyms: [] });
      const { pseudonyms, lookUpTo, created } = await ask({
        kind: 'admit',
        names: names.join(nameSeparator),
        lookedUpTo,
      });
      if (lookUpTo !== undefined) return E.left({ upTo: lookUpTo });
      const each = pseudonyms?.split(nameSeparator) ?? [];
      if (each.length !== names.length) throw new Error('the vault admitted other people than those named');
      return E.right({ pseudonyms: each, created });
    },
    forget: async (pseudonym, saidAt) => {
      try {
        await ask({ kind: 'forget', pseudonym, saidAt });
      } finally {
        // It may have failed after the person was forgotten.
        beside.dropKept();
      }
    },
    entries: () => entries,
    fault: async () => {
      try {
        beside.read((people) => people.hasForgotten());
        return (await ask({ kind: 'fault' })).fault;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      beside.close();
      const writer = worker;
      if (writer === undefined) return;
      const exit = once(writer, 'exit');
      await ask({ kind: 'close' });
      await exit;
    },
  };
};

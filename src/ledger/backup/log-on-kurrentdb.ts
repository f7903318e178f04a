/**
 * The log of a ledger on KurrentDB, for a backup: read from the replica on this machine, and written as the log of
 * an embedded ledger with the same positions, times and bytes.
 */
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import { copyLog } from '../../store/copy.ts';
import { replicaFileOf } from '../../store/kurrentdb/replica-format.ts';
import { openEmbeddedTarget } from '../../store/open/copy-between.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { openStore } from '../../store/open/open-store.ts';
import { storeSettingOf } from '../../store/open/store-setting.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type BackupFault, backupFault } from './backup-format.ts';

/** Whether the log is only on this machine. */
export const isEmbedded = ({ store }: Pick<Settings, 'store'>): boolean =>
  storeSettingOf(store).kind === 'sqlite';

/** The file of the log on this machine: the log itself, or the replica of the one in KurrentDB. */
export const logFileOf = ({ store, dataDirectory }: Pick<Settings, 'store' | 'dataDirectory'>): string => {
  const setting = storeSettingOf(store);
  return setting.kind === 'sqlite'
    ? filesIn(dataDirectory).log
    : replicaFileOf(dataDirectory, setting.settings.ledger);
};

/**
 * Reads the events that the replica lacks from KurrentDB. A server that has the replica open does so itself.
 *
 * @throws errors of opening the store, such as ServerUnreachable.
 */
export const readToEnd = async (settings: Settings): Promise<void> => {
  try {
    const { store } = await openStore(settings);
    await store.close();
  } catch (error) {
    if (!(error instanceof StoreProblem && error._tag === 'StoreLocked')) throw error;
  }
};

/**
 * Writes the first events of a log as the log of an embedded ledger, and reads them back.
 *
 * @param events how many to write.
 * @throws errors of opening either file.
 */
export const writeEmbedded = async (
  from: string,
  to: string,
  events: number,
  now: number,
): Promise<E.Either<BackupFault, void>> => {
  const reader = openLogFile(from);
  const target = openEmbeddedTarget(to, now);
  try {
    const source = {
      after: (position: number, limit: number) => reader.after(position, Math.min(limit, events - position)),
      head: async () => events,
    };
    const copied = await copyLog(source, target, { sleep: (ms) => wait(ms) });
    return E.isRight(copied) && copied.right.events === events
      ? E.right(undefined)
      : backupFault(
          'the log could not be read from the replica of KurrentDB as it was',
          'Check with domicile doctor what is wrong, and make the backup again. No backup was made',
        );
  } finally {
    await target.close();
    reader.close();
  }
};

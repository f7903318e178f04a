/** Examines a ledger on KurrentDB: the server, whether its settings are suitable, and the files on this machine. */
import { existsSync } from 'node:fs';
import type { Instant } from '../../domain/time/instant.ts';
import { vaultFormat } from '../../people/vault/vault-format.ts';
import { processEnvironment } from '../../store/kurrentdb/environment.ts';
import { type InspectedReplica, inspectServer } from '../../store/kurrentdb/inspect.ts';
import { progressQuery, replicaFileOf, replicaFormat } from '../../store/kurrentdb/replica-format.ts';
import type { KurrentDbSettings } from '../../store/kurrentdb/settings.ts';
import { openToRead } from '../../store/sqlite/open-database.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type Check, ok } from './check.ts';
import { eventsCheck } from './events-check.ts';
import { fileCheck, projectionsCheck, writerCheck } from './file-checks.ts';
import { keysCheck } from './keys-check.ts';
import { machineChecks } from './machine-checks.ts';

const remade = 'Nothing is lost: stop the server and delete the file. It will be rebuilt from KurrentDB';

/** The state of the replica; undefined if there is none or it cannot be read. */
const stateOf = (file: string): InspectedReplica | undefined => {
  if (!existsSync(file)) return undefined;
  try {
    const database = openToRead(file, replicaFormat);
    try {
      return { file, ...progressQuery(database)() };
    } finally {
      database.close();
    }
  } catch (error) {
    // The check of the file reports what is wrong with it.
    if (error instanceof StoreProblem) return undefined;
    throw error;
  }
};

/**
 * Makes every check of a ledger on KurrentDB. It changes nothing, neither on the server nor on this machine.
 *
 * @param onProgress called as events of the replica are read.
 */
export const examineKurrentDb = async (
  { dataDirectory, vault }: Pick<Settings, 'dataDirectory' | 'vault'>,
  server: KurrentDbSettings,
  now: Instant,
  onProgress: (read: number, of: number) => void,
): Promise<ReadonlyArray<Check>> => {
  const replica = replicaFileOf(dataDirectory, server.ledger);
  const checks: Check[] = [
    ...machineChecks(dataDirectory),
    ...(await inspectServer(server, processEnvironment(), stateOf(replica))),
  ];
  if (!existsSync(replica)) {
    return [...checks, ok('local replica', 'none yet; the next start builds it from the log')];
  }
  const { inUse, ...use } = writerCheck(replica, now);
  checks.push(use, fileCheck('replica file', replica, replicaFormat, inUse, remade));
  checks.push(eventsCheck(replica, onProgress));
  const files = filesIn(dataDirectory);
  if (vault === undefined && existsSync(files.vault))
    checks.push(fileCheck('vault', files.vault, vaultFormat, inUse));
  return [...checks, keysCheck(files.keys), projectionsCheck(files.projections)];
};

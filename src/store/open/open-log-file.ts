/** Opens the log on this machine: the file of the embedded ledger or of a replica. */
import { openReplicaReader, replicaExtension } from '../kurrentdb/replica-format.ts';
import type { LogReader } from '../log-reader.ts';
import { openLogReader } from '../sqlite/log-reader.ts';

/**
 * Opens a reader of the log in this file, in any thread.
 *
 * @param cacheBytes the pages of the file that it may keep in memory.
 * @throws a StoreProblem when there is no log, or it cannot be trusted.
 */
export const openLogFile = (file: string, cacheBytes?: number): LogReader =>
  file.endsWith(replicaExtension) ? openReplicaReader(file, cacheBytes) : openLogReader(file, cacheBytes);

/** Checks that compare the events of the log with the vault. */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import type { Event } from '../../domain/events/event.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type Check, ok, problemCheck } from './check.ts';

const decodedAtOnceMax = 1_000;

/** The readable events of the log with their positions, page by page. */
export const decodedPages = function* (
  log: LogReader,
  onProgress: (read: number, of: number) => void,
): Iterable<ReadonlyArray<readonly [position: number, event: Event]>> {
  const head = log.head();
  for (let read = 0; read < head; ) {
    const page = log.after(read, decodedAtOnceMax);
    if (page.length === 0) break;
    yield page.flatMap(({ bytes, position }) => {
      const event = decodeStored(bytes);
      return E.isRight(event) ? [[position, event.right] as const] : [];
    });
    read = page.at(-1)!.position;
    onProgress(read, head);
  }
};

/** The settings that checks of the log and the vault use. */
export type VaultSettings = Pick<Settings, 'dataDirectory' | 'vault'>;

/**
 * Opens the log and the vault file, and compares them if both are on this machine.
 *
 * @param logFile the log, or the local replica of it.
 * @param blamed which of the two files an error is about.
 */
export const logAndVaultCheck = (
  name: string,
  { dataDirectory, vault }: VaultSettings,
  logFile: string,
  blamed: 'log' | 'vault',
  compare: (log: LogReader, vaultFile: string) => Check,
): Check => {
  const { vault: vaultFile } = filesIn(dataDirectory);
  if (vault !== undefined) return ok(name, 'run domicile doctor where the vault is kept');
  if (!existsSync(logFile) || !existsSync(vaultFile)) return ok(name, 'no events about people yet');
  try {
    const log = openLogFile(logFile);
    try {
      return compare(log, vaultFile);
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, blamed === 'log' ? logFile : vaultFile, error);
  }
};

/**
 * Checks of the files of a ledger.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import type { Instant } from '../../domain/time/instant.ts';
import { checkProjectionsFile } from '../../projections/engine/check-projections.ts';
import { Generations, openProjectionsToRead } from '../../projections/engine/generations.ts';
import type { FileFormat } from '../../store/sqlite/file-checks.ts';
import { openToRead } from '../../store/sqlite/open-database.ts';
import { StoreLocked } from '../../store/sqlite/store-problems.ts';
import { damageInWriteAheadLog } from '../../store/sqlite/write-ahead-log.ts';
import { lockFileOf, takeWriterLock } from '../../store/sqlite/writer-lock.ts';
import { type Check, count, failed, ok, problemCheck, size, warning } from './check.ts';

/** Faults of one file to list. */
const faultsToldMax = 5;

/** Whether a process has the ledger open for writing. */
export const writerCheck = (file: string, now: Instant): Check & { readonly inUse: boolean } => {
  const name = 'in use';
  const path = realpathSync(file);
  if (!existsSync(lockFileOf(path))) return { ...ok(name, 'by nobody'), inUse: false };
  try {
    const lock = takeWriterLock(path, now);
    lock.release(lock.lastCloseWasClean);
    return lock.lastCloseWasClean
      ? { ...ok(name, 'by nobody'), inUse: false }
      : {
          ...ok(name, 'by nobody; the last process ended without closing it, which does no harm'),
          inUse: false,
        };
  } catch (error) {
    if (error instanceof StoreLocked)
      return { ...ok(name, 'by a running server; the check runs beside it'), inUse: true };
    return { ...problemCheck(name, file, error), inUse: false };
  }
};

const restore = 'Stop the server, keep a copy of the file for examination, and restore the latest backup';

/** The size of a file with its write-ahead log. */
const sizeOnDisk = (file: string): string =>
  size(statSync(file).size + (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0));

/** Checks every page and every row of a file. */
export const fileCheck = (
  name: string,
  file: string,
  format: FileFormat,
  inUse: boolean,
  remedy = restore,
): Check => {
  try {
    const lost = inUse ? undefined : damageInWriteAheadLog(file);
    if (lost !== undefined) return failed(name, lost, remedy);
    const database = openToRead(file, format);
    try {
      const verdicts = database
        .prepare(`PRAGMA integrity_check(${faultsToldMax})`)
        .all()
        .map((row) => String(Object.values(row)[0]));
      if (verdicts.join() !== 'ok') return failed(name, verdicts.join('; '), remedy);
      const contradiction = format.contradiction(database, true);
      if (contradiction !== undefined) return failed(name, contradiction, remedy);
    } finally {
      database.close();
    }
    return ok(name, `sound, ${sizeOnDisk(file)}`);
  } catch (error) {
    return problemCheck(name, file, error);
  }
};

const rebuilt = 'Stop the server and delete the folder of the projections: they are rebuilt from the log';

/** Checks the serving generation of the projections. */
export const projectionsCheck = (directory: string): Check => {
  const name = 'projections';
  if (!existsSync(directory)) return ok(name, 'none yet; the next start builds them from the log');
  const generations = new Generations(directory);
  const serving = generations.serving();
  if (serving === undefined) return ok(name, 'none serving; the next start builds them from the log');
  const file = generations.file(serving);
  try {
    const database = openProjectionsToRead(file);
    try {
      const verdict = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
      if (verdict !== 'ok') return failed(name, verdict, rebuilt);
      for (const _ of checkProjectionsFile(file)) {
        // Each step checks one row.
      }
      const { position } = database
        .prepare("SELECT value AS position FROM meta WHERE name = 'position'")
        .get() as { position: number };
      const { setAside } = database.prepare('SELECT count(*) AS setAside FROM set_aside').get() as {
        setAside: number;
      };
      const found = `generation ${serving}, at position ${position}, ${sizeOnDisk(file)}`;
      return setAside === 0
        ? ok(name, found)
        : warning(
            name,
            `${found}; ${count.format(setAside)} events could not be applied and are set aside`,
            'GET /readyz of a running server lists them with the reasons',
          );
    } finally {
      database.close();
    }
  } catch (error) {
    return failed(name, error instanceof Error ? error.message : String(error), rebuilt);
  }
};

/**
 * Examines a ledger and what it runs on, as a doctor would: every check is made, whatever the ones before found.
 */
import { accessSync, constants, existsSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { vaultFormat } from '../../people/vault/vault-format.ts';
import { Generations, openProjectionsToRead } from '../../projections/engine/generations.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { type FileFormat, isSupportedSqlite } from '../../store/sqlite/file-checks.ts';
import { ledgerFormat } from '../../store/sqlite/ledger-format.ts';
import { openToRead } from '../../store/sqlite/open-database.ts';
import { StoreLocked, StoreProblem, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { damageInWriteAheadLog } from '../../store/sqlite/write-ahead-log.ts';
import { lockFileOf, takeWriterLock } from '../../store/sqlite/writer-lock.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';

/** What one check found. `remedy` says what to do where it is not well. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy: string | null;
  /** Whether nothing can be asked of the store because of it. */
  readonly unreachable?: boolean;
}

const nodeMajorMin = 24;
/** With less space than this the next events may be turned away. */
const freeBytesMin = 64 * 1_024 * 1_024;
const freeBytesComfortable = 1_024 * 1_024 * 1_024;
/** Faults of one file that are told. */
const faultsToldMax = 5;
const decodedAtOnceMax = 1_000;

export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found, remedy: null });
const warning = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'warning',
  found,
  remedy,
});
const failed = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'failed',
  found,
  remedy,
});

const count = new Intl.NumberFormat('en');
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

const size = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
};

const ownNode = 'Run Domicile with its own Node: npm ci, then bin/domicile or an npm script';

const nodeCheck = (): Check => {
  const { node } = process.versions;
  return Number(node.split('.')[0]) >= nodeMajorMin
    ? ok('Node', node)
    : failed('Node', `${node}; ${nodeMajorMin} or later is needed`, ownNode);
};

const sqliteCheck = (): Check => {
  const version = process.versions.sqlite ?? 'none';
  return isSupportedSqlite(version)
    ? ok('SQLite', version)
    : failed('SQLite', `${version} can damage a write-ahead log`, ownNode);
};

/** The nearest folder that exists: where a new ledger would be made. */
const nearestFolder = (directory: string): string => {
  let folder = resolve(directory);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
};

const directoryCheck = (directory: string): Check => {
  const name = 'data directory';
  const folder = nearestFolder(directory);
  const isThere = folder === resolve(directory);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory()
      ? ok(name, isThere ? folder : `${resolve(directory)} can be made`)
      : { ...failed(name, `${folder} is not a directory`, 'Name another: --data DIR'), unreachable: true };
  } catch {
    return {
      ...failed(
        name,
        `this user cannot write to ${folder}`,
        'Change its permissions, or name another: --data DIR',
      ),
      unreachable: true,
    };
  }
};

const spaceCheck = (directory: string): Check => {
  const name = 'disk space';
  const { bavail, bsize } = statfsSync(nearestFolder(directory));
  const free = bavail * bsize;
  const found = `${size(free)} free`;
  if (free < freeBytesMin)
    return failed(name, found, 'Make space: without it new events are turned away (507)');
  return free < freeBytesComfortable ? warning(name, found, 'Make space soon') : ok(name, found);
};

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
          ...ok(name, 'by nobody; the last process ended without closing it, which loses nothing'),
          inUse: false,
        };
  } catch (error) {
    if (error instanceof StoreLocked)
      return { ...ok(name, 'by a running server; it is examined beside it'), inUse: true };
    return { ...problemCheck(name, file, error), inUse: false };
  }
};

const problemCheck = (name: string, file: string, error: unknown): Check => {
  const problem = toStoreProblem(file, error);
  const found = problem instanceof Error ? problem.message : String(problem);
  // What to do is part of a store problem's message.
  return {
    name,
    state: 'failed',
    found,
    remedy: null,
    ...(problem instanceof StoreProblem ? { unreachable: problem._tag === 'StoreUnusable' } : {}),
  };
};

const restore = 'Stop the server, keep a copy of the file for examination, and restore the latest backup';

/** How much of the disk a file takes, with its write-ahead log. */
const sizeOnDisk = (file: string): string =>
  size(statSync(file).size + (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0));

/** Examines every page and every row of a file. */
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

/** Reads every event of the log as questions do. */
export const eventsCheck = (file: string, onProgress: (read: number, of: number) => void): Check => {
  const name = 'events';
  try {
    const log = openLogFile(file);
    try {
      const head = log.head();
      const faulty: number[] = [];
      let events = 0;
      for (let position = 0; position < head; ) {
        const page = log.after(position, decodedAtOnceMax);
        if (page.length === 0) break;
        for (const event of page) if (E.isLeft(decodeStored(event.bytes))) faulty.push(event.position);
        events += page.length;
        position = page.at(-1)!.position;
        onProgress(position, head);
      }
      if (faulty.length === 0) return ok(name, `${count.format(events)} in the log, all readable`);
      const told = faulty.slice(0, faultsToldMax).join(', ');
      return failed(
        name,
        `${count.format(faulty.length)} of ${count.format(events)} cannot be read, the first at position ${told}`,
        'They were written by a newer Domicile: run that one. They are set aside until then',
      );
    } finally {
      log.close();
    }
  } catch (error) {
    return problemCheck(name, file, error);
  }
};

const rebuilt = 'Stop the server and delete the folder of the projections: they are rebuilt from the log';

export const projectionsCheck = (directory: string): Check => {
  const name = 'projections';
  if (!existsSync(directory)) return ok(name, 'none yet; they are built from the log at the next start');
  const generations = new Generations(directory);
  const serving = generations.serving();
  if (serving === undefined) return ok(name, 'none serving; they are built from the log at the next start');
  const file = generations.file(serving);
  try {
    const database = openProjectionsToRead(file);
    try {
      const verdict = String(Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0]);
      if (verdict !== 'ok') return failed(name, verdict, rebuilt);
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

/** What every ledger runs on. */
export const machineChecks = (dataDirectory: string): ReadonlyArray<Check> => [
  nodeCheck(),
  sqliteCheck(),
  directoryCheck(dataDirectory),
  spaceCheck(dataDirectory),
];

/**
 * Makes every check of the embedded ledger that the settings name. Nothing is changed, and no ledger is made.
 *
 * @param onProgress told how far the reading of the log is.
 */
export const examine = (
  { dataDirectory, vault }: Pick<Settings, 'dataDirectory' | 'vault'>,
  now: Instant,
  onProgress: (read: number, of: number) => void,
): ReadonlyArray<Check> => {
  const checks: Check[] = [...machineChecks(dataDirectory)];
  const files = filesIn(dataDirectory);
  if (!existsSync(files.log)) {
    const orphaned = [`${files.log}-wal`, files.vault].find((file) => existsSync(file));
    return [
      ...checks,
      orphaned === undefined
        ? ok('log', 'none yet; the first domicile serve or domicile emit makes it')
        : failed(
            'log',
            `the log is missing, and ${orphaned} is there`,
            'Restore the latest backup of the whole directory',
          ),
    ];
  }
  const { inUse, ...use } = writerCheck(files.log, now);
  checks.push(use, fileCheck('log', files.log, ledgerFormat, inUse), eventsCheck(files.log, onProgress));
  if (vault === undefined) {
    checks.push(
      existsSync(files.vault)
        ? fileCheck('vault', files.vault, vaultFormat, inUse)
        : failed(
            'vault',
            'it is missing: nobody is known by name',
            'Restore the latest backup of the whole directory; the log alone knows pseudonyms only',
          ),
    );
  }
  checks.push(projectionsCheck(files.projections));
  return checks;
};

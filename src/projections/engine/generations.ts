/**
 * Generations: one file of projections each. One is serving; a replay writes the next one beside it, and a pointer is
 * swapped. The pointer is a small file, replaced in one step by a rename, so that a crash leaves the one or the other.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact } from '../../domain/events/codec.ts';
import { makePrivateDirectory, makePrivateFile } from '../../store/private-files.ts';
import { codeVersion, createTables, tablesVersion } from './tables.ts';

/** The application id in the header of a projections file: "DomP" in ASCII. */
const applicationId = 0x446f6d50;

const Pointer = exact('the pointer to the serving generation', { serving: t.number }, { before: t.number });

const fileOf = (directory: string, generation: number): string =>
  join(directory, `generation-${String(generation).padStart(6, '0')}.sqlite`);

const pointerOf = (directory: string): string => join(directory, 'serving.json');

/** The generations in a directory. */
export class Generations {
  readonly directory: string;

  constructor(directory: string) {
    makePrivateDirectory(directory);
    this.directory = directory;
  }

  /** The file of a generation. */
  file(generation: number): string {
    return fileOf(this.directory, generation);
  }

  /** The number of the serving generation, if there is one whose file is there. */
  serving(): number | undefined {
    return this.pointer()?.serving;
  }

  /** The generation that served before, for rollback. */
  before(): number | undefined {
    return this.pointer()?.before;
  }

  private pointer(): { readonly serving: number; readonly before?: number } | undefined {
    const path = pointerOf(this.directory);
    if (!existsSync(path)) return undefined;
    try {
      const decoded = Pointer.decode(JSON.parse(readFileSync(path, 'utf8')));
      if (E.isLeft(decoded) || !existsSync(this.file(decoded.right.serving))) return undefined;
      const { serving, before } = decoded.right;
      return before !== undefined && existsSync(this.file(before)) ? { serving, before } : { serving };
    } catch {
      // Projections are rebuilt from the log: an unreadable pointer only means that there is none.
      return undefined;
    }
  }

  /** Makes a generation the serving one, in one step, and remembers the one that served before. */
  serve(generation: number): void {
    const before = this.serving();
    // The one before is not forgotten where nothing is swapped, as at a start.
    if (before === generation) return;
    const path = pointerOf(this.directory);
    const next = { serving: generation, ...(before === undefined ? {} : { before }) };
    writeFileSync(`${path}.next`, JSON.stringify(next), { flush: true, mode: 0o600 });
    renameSync(`${path}.next`, path);
  }

  private given = 0;

  /** The number of the next generation: one that no file has, and that was not given before. */
  next(): number {
    this.given = Math.max(this.given, this.all().at(-1) ?? 0) + 1;
    return this.given;
  }

  /** All generations of which there is a file, in order. */
  all(): ReadonlyArray<number> {
    return readdirSync(this.directory)
      .flatMap((name) => /^generation-(\d+)\.sqlite$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** Removes a generation's files. */
  remove(generation: number): void {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${this.file(generation)}${suffix}`, { force: true });
  }

  /** Removes every generation but the serving one and the one before it: half-built ones of a run that ended. */
  removeOthers(): void {
    const kept = new Set([this.serving(), this.before()]);
    for (const generation of this.all()) if (!kept.has(generation)) this.remove(generation);
  }
}

/** Pages are large, because the data is in large blocks. */
const pageBytes = 16_384;
/** The write-ahead log is written back into the file once it has this many pages: 64 MiB. */
const walPagesMax = 4_096;

const pragma = (database: DatabaseSync, name: string): number => {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? 0 : (Object.values(row)[0] as number);
};

/**
 * Opens a projections file to write, creating it if there is none. Lost data is rebuilt from the log, so not every
 * commit must reach the disk; after a crash the file is as of some commit.
 *
 * @returns undefined if the file is damaged, or of another version of the projections: it is to be rebuilt.
 */
export const openProjections = (file: string): DatabaseSync | undefined => {
  const fresh = !existsSync(file);
  let database: DatabaseSync | undefined;
  try {
    makePrivateFile(file);
    database = new DatabaseSync(file);
    database.exec(
      `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${walPagesMax}; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -262144; PRAGMA temp_store = MEMORY`,
    );
    if (fresh) {
      database.exec(`PRAGMA application_id = ${applicationId}`);
      createTables(database);
    }
    const version = database.prepare("SELECT value FROM meta WHERE name = 'version'").get()?.value;
    if (pragma(database, 'application_id') === applicationId && version === tablesVersion) return database;
  } catch {
    // Whatever is wrong with a projections file, the answer is the same.
  }
  database?.close();
  return undefined;
};

/** Opens a projections file to read. */
export const openProjectionsToRead = (file: string): DatabaseSync => {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec('PRAGMA cache_size = -131072; PRAGMA mmap_size = 1073741824');
  return database;
};

/** A number that a projections file keeps about itself; undefined if the file is damaged or of another shape. */
const metaOf = (file: string, name: 'code' | 'position'): number | undefined => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value as number | undefined;
  } catch {
    // What cannot be read is rebuilt; nothing is known of it until then.
    return undefined;
  } finally {
    database?.close();
  }
};

/** Whether a projections file was filled by the code of this version. */
export const isFilledByThisCode = (file: string): boolean => metaOf(file, 'code') === codeVersion;

/** The position up to which a projections file has applied events: 0 where it cannot be read. */
export const checkpointOf = (file: string): number => metaOf(file, 'position') ?? 0;

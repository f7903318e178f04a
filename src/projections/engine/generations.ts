/**
 * Generations: each is one file of projections. One serves; a replay writes the next one beside it and then swaps a
 * pointer. The pointer is a small file that is replaced atomically by a rename, so after a crash it names one or
 * the other.
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

  /** The number of the serving generation, if its file exists. */
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
      // Projections are rebuilt from the log, so an unreadable pointer counts as none.
      return undefined;
    }
  }

  /** Makes a generation the serving one, atomically, and remembers the previous one. */
  serve(generation: number): void {
    const before = this.serving();
    // Nothing is swapped, as at a start: the previous one stays remembered.
    if (before === generation) return;
    const path = pointerOf(this.directory);
    const next = { serving: generation, ...(before === undefined ? {} : { before }) };
    writeFileSync(`${path}.next`, JSON.stringify(next), { flush: true, mode: 0o600 });
    renameSync(`${path}.next`, path);
  }

  private given = 0;

  /** The number of the next generation: it has no file and was never used. */
  next(): number {
    this.given = Math.max(this.given, this.all().at(-1) ?? 0) + 1;
    return this.given;
  }

  /** All generations with a file, in order. */
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

  /**
   * Removes every generation except the serving one and the one before it, such as half-built ones of an earlier
   * process.
   */
  removeOthers(): void {
    const kept = new Set([this.serving(), this.before()]);
    for (const generation of this.all()) if (!kept.has(generation)) this.remove(generation);
  }
}

/** Pages are large because the data consists of large blocks. */
const pageBytes = 16_384;
/** The write-ahead log is checkpointed once it has this many pages: 64 MiB. */
const walPagesMax = 4_096;
/** Pages that a connection keeps in memory where its share is not given, in bytes. */
const pageCacheBytes = 32 * 1_024 * 1_024;

const cachePragma = (bytes: number): string => `PRAGMA cache_size = -${Math.ceil(bytes / 1_024)}`;

const pragma = (database: DatabaseSync, name: string): number => {
  const row = database.prepare(`PRAGMA ${name}`).get();
  return row === undefined ? 0 : (Object.values(row)[0] as number);
};

/**
 * Opens a projections file for writing, and creates it if there is none. Lost data is rebuilt from the log, so
 * commits need not reach the disk at once; after a crash the file is as of some commit.
 *
 * @param cacheBytes the pages that the connection may keep in memory.
 * @returns undefined if the file is damaged, or of another version of the projections, and so must be rebuilt.
 */
export const openProjections = (
  file: string,
  cacheBytes: number = pageCacheBytes,
): DatabaseSync | undefined => {
  const fresh = !existsSync(file);
  let database: DatabaseSync | undefined;
  try {
    makePrivateFile(file);
    database = new DatabaseSync(file);
    database.exec(
      `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = ${walPagesMax}; PRAGMA synchronous = NORMAL; ${cachePragma(cacheBytes)}; PRAGMA temp_store = MEMORY`,
    );
    if (fresh) {
      database.exec(`PRAGMA application_id = ${applicationId}`);
      createTables(database);
    }
    const version = database.prepare("SELECT value FROM meta WHERE name = 'version'").get()?.value;
    if (pragma(database, 'application_id') === applicationId && version === tablesVersion) return database;
  } catch {
    // The answer is the same for every fault of a projections file.
  }
  database?.close();
  return undefined;
};

/**
 * Opens a projections file to read. It is not mapped into memory: what is mapped counts as memory of the process.
 *
 * @param cacheBytes the pages that the connection may keep in memory.
 */
export const openProjectionsToRead = (file: string, cacheBytes: number = pageCacheBytes): DatabaseSync => {
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec(cachePragma(cacheBytes));
  return database;
};

/** A number in the metadata of a projections file; undefined if the file is damaged or of another version. */
const metaOf = (file: string, name: 'code' | 'position'): number | undefined => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return database.prepare('SELECT value FROM meta WHERE name = ?').get(name)?.value as number | undefined;
  } catch {
    // An unreadable file is rebuilt; until then nothing is known about it.
    return undefined;
  } finally {
    database?.close();
  }
};

/** Whether this version of the code filled a projections file. */
export const isFilledByThisCode = (file: string): boolean => metaOf(file, 'code') === codeVersion;

/** The position up to which a projections file has applied events; 0 if it cannot be read. */
export const checkpointOf = (file: string): number => metaOf(file, 'position') ?? 0;

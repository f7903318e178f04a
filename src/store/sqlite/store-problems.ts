/**
 * Faults of a ledger or vault file, as tagged errors.
 *
 * They are thrown, because such a file allows no answer. Each message says what is wrong, where, and what to do,
 * and reveals no content.
 */

/** The common base, with the file and the remedy. */
export abstract class StoreProblem extends Error {
  abstract readonly _tag:
    | 'DamagedStore'
    | 'ForeignFile'
    | 'WrongSchema'
    | 'StoreLocked'
    | 'StoreFull'
    | 'StoreUnusable'
    | 'UnsupportedSqlite';
  readonly file: string;
  readonly what: string;
  readonly remedy: string;

  constructor(file: string, what: string, remedy: string, cause?: unknown) {
    super(`${file}: ${what}. ${remedy}.`, cause === undefined ? undefined : { cause });
    this.file = file;
    this.what = what;
    this.remedy = remedy;
    this.name = new.target.name;
  }
}

/** The file is ours, but its content is not what was written. */
export class DamagedStore extends StoreProblem {
  readonly _tag = 'DamagedStore';
}

/** The file is not ours, and is left untouched. */
export class ForeignFile extends StoreProblem {
  readonly _tag = 'ForeignFile';
}

/** A version of Domicile with another schema wrote the file. */
export class WrongSchema extends StoreProblem {
  readonly _tag = 'WrongSchema';
}

/** An older version wrote the file. */
export class OlderSchema extends WrongSchema {}

/** Another process, or another part of this one, is writing the file. */
export class StoreLocked extends StoreProblem {
  readonly _tag = 'StoreLocked';
}

/** The file's disk is full. */
export class StoreFull extends StoreProblem {
  readonly _tag = 'StoreFull';
}

/** The file cannot be opened, read or written: permissions, a missing folder, a failing disk. */
export class StoreUnusable extends StoreProblem {
  readonly _tag = 'StoreUnusable';
}

/** The SQLite in this runtime has known faults that could damage a file. */
export class UnsupportedSqlite extends StoreProblem {
  readonly _tag = 'UnsupportedSqlite';
}

/** A problem as a plain object, since messages between threads lose the class of an error. */
export type PlainProblem = Pick<StoreProblem, '_tag' | 'file' | 'what' | 'remedy'>;

/** The problem as a plain object, to pass between threads. */
export const toPlain = ({ _tag, file, what, remedy }: StoreProblem): PlainProblem => ({
  _tag,
  file,
  what,
  remedy,
});

const problemClasses = {
  DamagedStore,
  ForeignFile,
  WrongSchema,
  StoreLocked,
  StoreFull,
  StoreUnusable,
  UnsupportedSqlite,
};

/** The problem from its plain object. */
export const fromPlain = ({ _tag, file, what, remedy }: PlainProblem): StoreProblem =>
  new problemClasses[_tag](file, what, remedy);

const restore = 'Stop the server, keep a copy of the file for examination, and restore the latest backup';

/** The error for damage, whose remedy is always the same. */
export const damaged = (file: string, what: string, cause?: unknown): DamagedStore =>
  new DamagedStore(file, what, restore, cause);

/** The relevant result codes of SQLite (https://www.sqlite.org/rescode.html). */
const busy = 5;
const locked = 6;
const permissionDenied = 3;
const readOnly = 8;
const ioError = 10;
const corrupt = 11;
const full = 13;
const cannotOpen = 14;
const notADatabase = 26;
const ioErrorWrite = ioError | (3 << 8);
const ioErrorTruncate = ioError | (6 << 8);
const ioErrorSharedMemorySize = ioError | (19 << 8);
const unusableCodes: ReadonlySet<number> = new Set([permissionDenied, readOnly, ioError, cannotOpen]);
const noSpaceCodes: ReadonlySet<number> = new Set([
  full,
  ioErrorWrite,
  ioErrorTruncate,
  ioErrorSharedMemorySize,
]);

/** SQLite's extended result code, if `node:sqlite` threw the error. */
const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined;

/** Whether another connection held a lock for longer than SQLite waits. */
export const isBusy = (error: unknown): boolean => {
  const primary = (sqliteCode(error) ?? 0) & 0xff;
  return primary === busy || primary === locked;
};

/**
 * Translates an error of `node:sqlite` into one that says what to do; other errors are returned as they are.
 *
 * Failed writes count as a full disk, whichever file ran out of space: the write-ahead log, its index, or the file itself.
 */
export const toStoreProblem = (file: string, error: unknown): unknown => {
  if (error instanceof StoreProblem) return error;
  const systemCode = error instanceof Error && 'code' in error ? error.code : undefined;
  const code = sqliteCode(error);
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT' || (code !== undefined && noSpaceCodes.has(code))) {
    return new StoreFull(
      file,
      'no space is left on its disk',
      'Free some space, then try again; nothing is lost',
      error,
    );
  }
  const isSystemError = error instanceof Error && 'syscall' in error;
  if (code === undefined && !isSystemError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  switch ((code ?? 0) & 0xff) {
    case corrupt:
      return damaged(file, `it is damaged (${detail})`, error);
    case notADatabase:
      return new ForeignFile(
        file,
        'it is not an SQLite database, or its first bytes are damaged',
        'Point the settings at the right file; if this is the right one, restore the latest backup',
        error,
      );
    case busy:
    case locked:
      return new StoreLocked(
        file,
        'another program holds a lock on it',
        'Close other programs that have it open, such as an SQLite shell, and try again',
        error,
      );
    default:
      return isSystemError || unusableCodes.has((code ?? 0) & 0xff)
        ? new StoreUnusable(
            file,
            `it cannot be used (${detail})`,
            'Check that the directory exists, that this user can read and write it, and that the disk works',
            error,
          )
        : error;
  }
};

/** The same while a file is being opened: any other error of SQLite then means damage. */
export const toOpeningProblem = (file: string, error: unknown): unknown => {
  const problem = toStoreProblem(file, error);
  if (problem instanceof StoreProblem || sqliteCode(error) === undefined) return problem;
  return damaged(file, `it is damaged (${error instanceof Error ? error.message : error})`, error);
};

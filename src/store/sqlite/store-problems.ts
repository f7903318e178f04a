/**
 * What can be wrong with a file that a ledger or a vault is kept in, as tagged errors.
 *
 * They are thrown, because nothing can be answered from such a file. Each message says what is wrong, where, and
 * what to do; none holds anything of what the file holds.
 */

/** Common to all of them: a tag to tell them apart, the file, and what an operator can do. */
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

/** The file is one of ours and does not hold what was written to it. */
export class DamagedStore extends StoreProblem {
  readonly _tag = 'DamagedStore';
}

/** The file is not one of ours, and is left alone. */
export class ForeignFile extends StoreProblem {
  readonly _tag = 'ForeignFile';
}

/** The file is one of ours, written by a version of Domicile with another schema. */
export class WrongSchema extends StoreProblem {
  readonly _tag = 'WrongSchema';
}

/** It was written by an older version. */
export class OlderSchema extends WrongSchema {}

/** Another process, or another part of this one, writes the file. */
export class StoreLocked extends StoreProblem {
  readonly _tag = 'StoreLocked';
}

/** No space is left where the file is kept. */
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

/** A problem on its way to another thread, where only plain objects keep what they are. */
export type PlainProblem = Pick<StoreProblem, '_tag' | 'file' | 'what' | 'remedy'>;

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

export const fromPlain = ({ _tag, file, what, remedy }: PlainProblem): StoreProblem =>
  new problemClasses[_tag](file, what, remedy);

const restore = 'Stop the server, keep a copy of the file for examination, and restore the latest backup';

/** The damage found, with the remedy that is the same for all damage. */
export const damaged = (file: string, what: string, cause?: unknown): DamagedStore =>
  new DamagedStore(file, what, restore, cause);

/** SQLite's result codes that are told apart here (https://www.sqlite.org/rescode.html). */
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

/** SQLite's extended result code of an error thrown by `node:sqlite`, if it is one. */
const sqliteCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode
    : undefined;

/** Whether SQLite found the file locked by another connection for longer than it waits. */
export const isBusy = (error: unknown): boolean => {
  const primary = (sqliteCode(error) ?? 0) & 0xff;
  return primary === busy || primary === locked;
};

/**
 * Turns an error of `node:sqlite` into one that says what to do; anything else is returned as it is.
 *
 * Writes that fail count as a full disk, whichever call ran out of space: the log, its index, the file itself.
 */
export const toStoreProblem = (file: string, error: unknown): unknown => {
  if (error instanceof StoreProblem) return error;
  const systemCode = error instanceof Error && 'code' in error ? error.code : undefined;
  const code = sqliteCode(error);
  if (systemCode === 'ENOSPC' || systemCode === 'EDQUOT' || (code !== undefined && noSpaceCodes.has(code))) {
    return new StoreFull(
      file,
      'no space is left on its disk',
      'Make space, then try again; nothing is lost',
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
        'Point the settings at the right file, or restore the latest backup if this was the right one',
        error,
      );
    case busy:
    case locked:
      return new StoreLocked(
        file,
        'another program holds a lock on it',
        'Close whatever else has it open, such as an SQLite shell, and try again',
        error,
      );
    default:
      return isSystemError || unusableCodes.has((code ?? 0) & 0xff)
        ? new StoreUnusable(
            file,
            `it cannot be used (${detail})`,
            'Check that the folder exists, that its permissions let this user read and write, and the disk',
            error,
          )
        : error;
  }
};

/** The same while a file is being opened, when whatever SQLite refuses to understand of it is damage. */
export const toOpeningProblem = (file: string, error: unknown): unknown => {
  const problem = toStoreProblem(file, error);
  if (problem instanceof StoreProblem || sqliteCode(error) === undefined) return problem;
  return damaged(file, `it is damaged (${error instanceof Error ? error.message : error})`, error);
};

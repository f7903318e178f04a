/**
 * Files that no other user of the machine may read: mode 0600 in a directory of mode 0700, whatever the umask.
 *
 * SQLite gives a write-ahead log and its index the mode of their database. On Windows, which has no such modes, the
 * directory's own permissions apply.
 */
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const fileMode = 0o600;
const directoryMode = 0o700;
/** The permissions of everybody except the owner. */
const othersMode = 0o077;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Removes the permissions of others. Files of another owner stay as they are, and `doctor` reports them. */
const tighten = (path: string): void => {
  try {
    const { mode } = statSync(path);
    if ((mode & othersMode) !== 0) chmodSync(path, mode & 0o777 & ~othersMode);
  } catch (error) {
    // A file may vanish at any time, and a file system may have no modes.
    if (!['ENOENT', 'EPERM', 'EROFS', 'ENOTSUP'].includes(String(codeOf(error)))) throw error;
  }
};

/** Makes a directory and its parents, if they do not exist. An existing directory stays as it is. */
export const makePrivateDirectory = (directory: string): void => {
  const made = mkdirSync(directory, { recursive: true, mode: directoryMode });
  if (made !== undefined && process.platform !== 'win32') chmodSync(directory, directoryMode);
};

/** Makes an empty file if there is none; removes the permissions of others from an existing one. */
export const makePrivateFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', fileMode));
    if (process.platform !== 'win32') chmodSync(file, fileMode);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    tighten(file);
  }
};

/** Whether others than the owner may read, write or list a path. */
export const isOpenToOthers = (path: string): boolean => {
  const found = statSync(path, { throwIfNoEntry: false });
  return process.platform !== 'win32' && found !== undefined && (found.mode & othersMode) !== 0;
};

/**
 * Removes the permissions of others from the files of a directory that are `ours`, and from the directory itself
 * unless it has other content. Other programs may use a shared directory.
 */
export const tightenDirectory = (directory: string, ours: (name: string) => boolean): void => {
  if (process.platform === 'win32') return;
  const names = readdirSync(directory);
  for (const name of names.filter(ours)) tighten(join(directory, name));
  if (names.length > 0 && names.every(ours)) tighten(directory);
};

/**
 * A directory of backups. `blocks/` holds parts of files under their hashes. Each `NAME.backup.json` is the
 * manifest of a backup and lists the blocks of its files. The manifest is written last: a backup without it does
 * not count.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';

const version = 1;
const extension = '.backup.json';

/** A file of a backup, with the SHA-256 of the file and of its blocks in hexadecimal. */
const BackedUpFile = exact(
  'a file of a backup',
  { name: t.string, bytes: t.number, sha256: t.string, blocks: list(t.string) },
  {},
);
export type BackedUpFile = t.TypeOf<typeof BackedUpFile>;

const Manifest = exact(
  'a backup',
  {
    format: t.literal('domicile-backup'),
    version: t.literal(version),
    madeAt: t.string,
    /** Events in the log; null if the backup has no log, as earlier versions made them of KurrentDB. */
    events: nullable(t.number),
    /** The signed tree: its size in events, and its root in Base 64. */
    tree: nullable(exact('a tree', { size: t.number, root: t.string }, {})),
    files: list(BackedUpFile),
  },
  {},
);
export type Manifest = t.TypeOf<typeof Manifest>;

/** The name and manifest of a backup. */
export interface Backup {
  readonly name: string;
  readonly manifest: Manifest;
}

/** Why a backup cannot be made or restored, and what to do. */
export interface BackupFault {
  readonly message: string;
  readonly remedy: string;
}

/** A failure with a message and a remedy. */
export const backupFault = (message: string, remedy: string): E.Either<BackupFault, never> =>
  E.left({ message, remedy });

/** The name of a backup made at `now`: names sort by time. */
export const nameAt = (now: Instant): string => formatInstant(now).replaceAll(':', '-');

/** The folder with the blocks of a directory of backups. */
export const blocksIn = (directory: string): string => join(directory, 'blocks');
/** The path of a backup's manifest. */
export const manifestFile = (directory: string, name: string): string =>
  join(directory, `${name}${extension}`);

/** The text of a manifest, as written to its file. */
export const manifestText = (about: Omit<Manifest, 'format' | 'version'>): string =>
  `${JSON.stringify({ format: 'domicile-backup', version, ...about }, undefined, 1)}\n`;

/** The names of the backups in a directory, oldest first. */
export const backupNames = (directory: string): ReadonlyArray<string> =>
  existsSync(directory)
    ? readdirSync(directory)
        .filter((name) => name.endsWith(extension))
        .map((name) => name.slice(0, -extension.length))
        .sort()
    : [];

/** Reads a backup's manifest. */
export const readManifest = (directory: string, name: string): E.Either<BackupFault, Manifest> => {
  const file = manifestFile(directory, name);
  const unusable = (why: string) =>
    backupFault(`${file}: ${why}`, 'Restore another backup with --backup NAME');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return unusable(error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read');
  }
  const manifest = Manifest.decode(json);
  return E.isRight(manifest) ? manifest : unusable('it is not a manifest of this version');
};

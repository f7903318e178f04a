/**
 * A directory of backups: `blocks/` holds parts of files under their hashes, and each `NAME.backup.json` is a backup, which
 * says what its files are made of. A backup counts once its manifest is there, which is written last.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';

const version = 1;
const extension = '.backup.json';

/** A file of a backup: SHA-256 of it and of its blocks, in hexadecimal. */
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
    /** Events in the log; null if it has none: of a ledger on KurrentDB, earlier versions left it out. */
    events: nullable(t.number),
    /** The signed tree: its size in events, and its root in Base 64. */
    tree: nullable(exact('a tree', { size: t.number, root: t.string }, {})),
    files: list(BackedUpFile),
  },
  {},
);
export type Manifest = t.TypeOf<typeof Manifest>;

/** A backup, by its name. */
export interface Backup {
  readonly name: string;
  readonly manifest: Manifest;
}

/** Why a backup cannot be made or restored, and what to do. */
export interface BackupFault {
  readonly message: string;
  readonly remedy: string;
}

export const backupFault = (message: string, remedy: string): E.Either<BackupFault, never> =>
  E.left({ message, remedy });

/** The name of a backup that is made now: names sort by time. */
export const nameAt = (now: Instant): string => formatInstant(now).replaceAll(':', '-');

export const blocksIn = (directory: string): string => join(directory, 'blocks');
export const manifestFile = (directory: string, name: string): string =>
  join(directory, `${name}${extension}`);

/** A manifest as it is written. */
export const manifestText = (about: Omit<Manifest, 'format' | 'version'>): string =>
  `${JSON.stringify({ format: 'domicile-backup', version, ...about }, undefined, 1)}\n`;

/** The names of the backups in a directory, the latest last. */
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

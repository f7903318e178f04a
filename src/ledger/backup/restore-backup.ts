/**
 * Restores a backup: whole, or not at all.
 *
 * Every block is checked before anything is touched. A mark lies in the directory until all files are there and everybody
 * is erased again who was erased since; no server opens the ledger beside it. A restore that was cut off is started again: the
 * mark says who is still to be erased, for the log that said so may be gone.
 */
import { existsSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { forgottenId, ledgerSource } from '../../domain/recording/authority.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { makePrivateDirectory } from '../../store/private-files.ts';
import { takeWriterLock, type WriterLock } from '../../store/sqlite/writer-lock.ts';
import type { Check } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import { openUnfinished } from '../open-ledger.ts';
import { forgetPerson } from '../recording/forget-person.ts';
import type { Settings } from '../settings.ts';
import { verifyLedger } from '../verify/verify-ledger.ts';
import {
  type Backup,
  type BackupFault,
  backupFault,
  backupNames,
  blocksIn,
  type Manifest,
  readManifest,
} from './backup-format.ts';
import { blocksOf, faultOf, writeWhole } from './block-store.ts';
import { isEmbedded } from './log-on-kurrentdb.ts';
import { markOf, type Replaced, type ReplaceOptions, replacedIn } from './replaced-ledger.ts';

export interface RestoreOptions extends ReplaceOptions {
  readonly now: () => Instant;
  /** The name of the backup; the latest where it is not given. */
  readonly name?: string | undefined;
  readonly onFile: (done: number, of: number) => void;
}

/** A backup that was restored. */
export interface Restored extends Backup {
  /** Whether the log of the backup was left out: the ledger goes on with the one in KurrentDB. */
  readonly leftLogOut: boolean;
  readonly checks: ReadonlyArray<Check>;
  /** People who were erased since the backup, and are erased again. */
  readonly erasedAgain: number;
}

const chosen = (directory: string, name: string | undefined): E.Either<BackupFault, Backup> => {
  const names = backupNames(directory);
  const found = name === undefined ? names.at(-1) : names.find((each) => each === name);
  if (found === undefined) {
    return backupFault(
      name === undefined
        ? `there is no backup in ${directory}`
        : `there is no backup ${name} in ${directory}`,
      names.length === 0
        ? 'Make one with domicile backup DIR'
        : `Name one of these: ${names.slice(-10).join(', ')}`,
    );
  }
  return E.map((manifest: Manifest) => ({ name: found, manifest }))(readManifest(directory, found));
};

/** Why the backup is not whole; undefined if it is. */
const faultIn = async (directory: string, { files }: Manifest): Promise<string | undefined> => {
  for (const file of files) {
    const fault = await faultOf(blocksIn(directory), file);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** Names that a manifest may give to files: it must not lead out of the directory. */
const isFileName = (name: string): boolean => /^[a-z][a-z0-9.-]*$/.test(name);

/** Refuses a backup of which something is missing or damaged. */
const whole = async (backups: string, { name, manifest }: Backup): Promise<E.Either<BackupFault, void>> => {
  const damage = manifest.files.every((file) => isFileName(file.name))
    ? await faultIn(backups, manifest)
    : 'its manifest names files elsewhere';
  return damage === undefined
    ? E.right(undefined)
    : backupFault(
        `the backup ${name} is damaged: ${damage}`,
        'Nothing was changed. Restore another backup with --backup NAME',
      );
};

const putFiles = (
  backups: string,
  files: Manifest['files'],
  directory: string,
  replaced: Replaced,
  onFile: RestoreOptions['onFile'],
): void => {
  const { restoring } = filesIn(directory);
  writeWhole(restoring, [Buffer.from(markOf(replaced))]);
  for (const name of replaced.names)
    if (join(directory, name) !== restoring) rmSync(join(directory, name), { recursive: true, force: true });
  for (const [index, file] of files.entries()) {
    writeWhole(join(directory, file.name), blocksOf(blocksIn(backups), file));
    onFile(index + 1, files.length);
  }
};

/** Puts the files of a backup into a directory that nobody has open. Tells what was there before. */
const putInPlace = (
  backups: string,
  manifest: Manifest,
  directory: string,
  hasLog: boolean,
  options: RestoreOptions,
): E.Either<BackupFault, Replaced> => {
  makePrivateDirectory(directory);
  const { log, vault, tree, reads } = filesIn(directory);
  const locks: WriterLock[] = [];
  try {
    for (const file of [log, vault, tree, reads])
      if (existsSync(file) || file === log) locks.push(takeWriterLock(file, options.now()));
    return pipe(
      replacedIn(directory, backups, manifest, options),
      E.tap((replaced) => {
        const files = manifest.files.filter(({ name }) => hasLog || name !== basename(log));
        putFiles(backups, files, directory, replaced, options.onFile);
        return E.right(undefined);
      }),
    );
  } finally {
    for (const lock of locks) lock.release(true);
  }
};

/** Those of whom the restored log does not say that they were erased; of the others the vault is told when it opens. */
const erasedSince = ({ dataDirectory }: Settings, erased: ReadonlyArray<string>): ReadonlyArray<string> => {
  const log = openLogFile(filesIn(dataDirectory).log);
  try {
    return erased.filter((pseudonym) => log.find(ledgerSource, forgottenId(pseudonym)) === undefined);
  } finally {
    log.close();
  }
};

/** Erases again who was erased from the ledger that was replaced, and in the backup was not (R21). */
const eraseAgain = async (settings: Settings, { erased }: Replaced): Promise<number> => {
  const since = erasedSince(settings, erased);
  if (since.length === 0 || settings.vault !== undefined) return 0;
  const ledger = await openUnfinished(settings);
  let count = 0;
  try {
    for (const pseudonym of since) {
      const by = { recordedBy: null, authority: 'admin' };
      const done = await forgetPerson(ledger, pseudonym, by);
      if (E.isLeft(done))
        throw new Error('a person who was erased since the backup could not be erased again');
      if (done.right) count++;
    }
    return count;
  } finally {
    await ledger.close();
  }
};

/**
 * Restores a backup into the directory of a ledger.
 *
 * @throws a StoreProblem where a server has the directory open; what the file system throws.
 */
export const restoreBackup = async (
  backups: string,
  settings: Settings,
  options: RestoreOptions,
): Promise<E.Either<BackupFault, Restored>> => {
  const directory = resolve(settings.dataDirectory);
  return pipe(
    TE.fromEither(chosen(backups, options.name)),
    TE.tap((backup) => () => whole(backups, backup)),
    TE.bindTo('backup'),
    TE.bind('replaced', ({ backup: { manifest } }) =>
      TE.fromEither(putInPlace(backups, manifest, directory, isEmbedded(settings), options)),
    ),
    TE.flatMapTask(({ backup, replaced }) => async () => {
      const hasLog = backup.manifest.events !== null && isEmbedded(settings);
      const erasedAgain = hasLog ? await eraseAgain(settings, replaced) : 0;
      rmSync(filesIn(directory).restoring);
      const checks = hasLog ? await verifyLedger(settings, options.now, () => undefined) : [];
      return { ...backup, checks, erasedAgain, leftLogOut: backup.manifest.events !== null && !hasLog };
    }),
  )();
};

/**
 * Restores a backup, completely or not at all.
 *
 * Every block is checked before anything changes. A mark lies in the directory until all files are there and
 * everybody who was erased since the backup is erased again; until then no server opens the ledger. A restore that
 * was interrupted is started again. The mark lists the people still to be erased, since the log that recorded their
 * erasure may be gone.
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
  /** The name of the backup; the latest by default. */
  readonly name?: string | undefined;
  readonly onFile: (done: number, of: number) => void;
}

/** A restored backup. */
export interface Restored extends Backup {
  /** Whether the log of the backup was left out because the ledger continues with the one in KurrentDB. */
  readonly leftLogOut: boolean;
  readonly checks: ReadonlyArray<Check>;
  /** How many people who were erased since the backup are erased again. */
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

/** Why the backup is incomplete or damaged; undefined if it is whole. */
const faultIn = async (directory: string, { files }: Manifest): Promise<string | undefined> => {
  for (const file of files) {
    const fault = await faultOf(blocksIn(directory), file);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** File names that a manifest may contain: they must not lead out of the directory. */
const isFileName = (name: string): boolean => /^[a-z][a-z0-9.-]*$/.test(name);

/** Refuses a backup with a missing or damaged part. */
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

/** Puts the files of a backup into a directory that nobody has open. Returns the ledger that was there before. */
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

/** The people whose erasure the restored log does not record. The vault learns of the others when it opens. */
const erasedSince = ({ dataDirectory }: Settings, erased: ReadonlyArray<string>): ReadonlyArray<string> => {
  const log = openLogFile(filesIn(dataDirectory).log);
  try {
    return erased.filter((pseudonym) => log.find(ledgerSource, forgottenId(pseudonym)) === undefined);
  } finally {
    log.close();
  }
};

/** Erases again the people who were erased from the replaced ledger but not from the backup (R21). */
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
 * @throws a StoreProblem if a server has the directory open; errors of the file system.
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

/**
 * Makes a backup of a ledger, which may be serving. The backup is as of one moment, and is verified before it
 * counts.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Instant } from '../../domain/time/instant.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { openTreeToRead, type TreeReader } from '../../integrity/tree-file.ts';
import { makePrivateDirectory } from '../../store/private-files.ts';
import { takeWriterLock } from '../../store/sqlite/writer-lock.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { verifyLedger } from '../verify/verify-ledger.ts';
import {
  type Backup,
  type BackupFault,
  backupFault,
  backupNames,
  blocksIn,
  type Manifest,
  manifestFile,
  manifestText,
  nameAt,
  readManifest,
} from './backup-format.ts';
import { dropOthers, keepFile, writeWhole } from './block-store.ts';
import { type Cut, cutLedger } from './consistent-cut.ts';

/**
 * Prefix of staging directories, which hold files until they are stored. Those that a killed process left are
 * deleted.
 */
const stagingPrefix = '.staging-';

/** Called with the bytes stored so far and the total. */
export type OnBytes = (done: number, of: number) => void;

export interface BackupOptions {
  readonly now: () => Instant;
  readonly onBytes: OnBytes;
  /** How many backups to keep, including this one; all by default. */
  readonly keep?: number | undefined;
}

/** A finished backup. */
export interface MadeBackup extends Backup {
  readonly bytes: number;
  /** Bytes that were not in an earlier backup. */
  readonly written: number;
  /** Older backups that were deleted. */
  readonly dropped: ReadonlyArray<string>;
}

/** The size and root of the copied tree. */
const treeOf = (staging: string): Manifest['tree'] => {
  const { tree: file } = filesIn(staging);
  if (!existsSync(file)) return null;
  const tree = openTreeToRead(file);
  try {
    const size = tree.size();
    return { size, root: Buffer.from(tree.rootAt(size)).toString('base64') };
  } finally {
    tree.close();
  }
};

const rootAt = (tree: TreeReader, size: number): string => Buffer.from(tree.rootAt(size)).toString('base64');

/** Refuses to put backups of two ledgers, or of two histories of one ledger, into one directory. */
const continues = (staging: string, before: Backup | undefined): E.Either<BackupFault, void> => {
  const earlier = before?.manifest.tree;
  const { tree: file } = filesIn(staging);
  if (before === undefined || earlier === undefined || earlier === null) return E.right(undefined);
  const remedy = 'Check which ledger this is. To back it up anyway, name another directory';
  if (!existsSync(file))
    return backupFault(
      `the backups here are of a ledger of ${earlier.size} events, and this one is new`,
      remedy,
    );
  const tree = openTreeToRead(file);
  try {
    if (tree.size() < earlier.size) {
      return backupFault(
        `the backup ${before.name} has ${earlier.size} events, and this ledger ${tree.size()}: it is an older state, or another ledger`,
        remedy,
      );
    }
    return rootAt(tree, earlier.size) === earlier.root
      ? E.right(undefined)
      : backupFault(
          `the first ${earlier.size} events differ from those in the backup ${before.name}: it is another ledger`,
          remedy,
        );
  } finally {
    tree.close();
  }
};

/** Verifies the copy as a ledger, and reports what fails. */
const verified = async (
  settings: Settings,
  staging: string,
  events: number | null,
  now: () => Instant,
): Promise<E.Either<BackupFault, void>> => {
  if (events === null) return E.right(undefined);
  const copy = { ...settings, dataDirectory: staging, signingKeyFile: undefined };
  const checks = await verifyLedger(copy, now, () => undefined);
  const hasKeys = existsSync(filesIn(staging).signingKeys);
  const bad = checks.filter(({ name, state }) => state === 'failed' && (hasKeys || name !== 'checkpoints'));
  return bad.length === 0
    ? E.right(undefined)
    : backupFault(
        `the ledger is damaged: ${bad.map(({ name, found }) => `${name}: ${found}`).join('; ')}`,
        'Run domicile verify on the ledger. No backup was made, and earlier ones are unchanged',
      );
};

/** Deletes all but the newest `keep` backups, and blocks that no backup names. */
const deleteOld = (directory: string, keep: number | undefined): ReadonlyArray<string> => {
  const names = backupNames(directory);
  const dropped = keep === undefined ? [] : names.slice(0, Math.max(0, names.length - keep));
  for (const name of dropped) rmSync(manifestFile(directory, name));
  const left = backupNames(directory).map((name) => readManifest(directory, name));
  // The blocks that a damaged manifest names may be needed once it is repaired.
  if (left.every(E.isRight)) {
    const named = left.flatMap((each) =>
      E.isRight(each) ? each.right.files.flatMap(({ blocks }) => blocks) : [],
    );
    dropOthers(blocksIn(directory), new Set(named));
  }
  return dropped;
};

const latestIn = (directory: string): E.Either<BackupFault, Backup | undefined> => {
  const name = backupNames(directory).at(-1);
  return name === undefined
    ? E.right(undefined)
    : E.map((manifest: Manifest) => ({ name, manifest }))(readManifest(directory, name));
};

/** The stored files of a copy. */
interface KeptFiles {
  readonly files: Manifest['files'];
  readonly bytes: number;
  readonly written: number;
}

const keepFiles = async (
  directory: string,
  staging: string,
  names: ReadonlyArray<string>,
  onBytes: OnBytes,
): Promise<KeptFiles> => {
  const of = names.reduce((sum, name) => sum + statSync(join(staging, name)).size, 0);
  let done = 0;
  let written = 0;
  const files = [];
  for (const name of names) {
    const file = await keepFile(blocksIn(directory), name, join(staging, name), (bytes) => {
      done += bytes;
      onBytes(done, of);
    });
    files.push(file.kept);
    written += file.written;
  }
  return { files, bytes: of, written };
};

const writtenManifest = (
  directory: string,
  madeAt: Instant,
  content: Pick<Manifest, 'events' | 'tree' | 'files'>,
): E.Either<BackupFault, Backup> => {
  const name = nameAt(madeAt);
  const text = manifestText({ madeAt: formatInstant(madeAt), ...content });
  writeWhole(manifestFile(directory, name), [Buffer.from(text)]);
  return pipe(
    readManifest(directory, name),
    E.map((manifest) => ({ name, manifest })),
  );
};

const keepCut = (
  settings: Settings,
  directory: string,
  staging: string,
  { names, events }: Cut,
  { now, onBytes, keep }: BackupOptions,
): TE.TaskEither<BackupFault, MadeBackup> =>
  pipe(
    latestIn(directory),
    E.flatMap((earlier) => continues(staging, earlier)),
    TE.fromEither,
    TE.flatMapTask(() => () => keepFiles(directory, staging, names, onBytes)),
    TE.bindTo('kept'),
    TE.let('tree', () => treeOf(staging)),
    // Verified after it is stored, because looking up people changes the copied vault.
    TE.tap(() => () => verified(settings, staging, events, now)),
    TE.bind('backup', ({ kept: { files }, tree }) =>
      TE.fromEither(writtenManifest(directory, now(), { events, tree, files })),
    ),
    TE.map(({ kept: { bytes, written }, backup }) => ({
      ...backup,
      bytes,
      written,
      dropped: deleteOld(directory, keep),
    })),
  );

/**
 * Makes a backup in a directory, beside earlier ones of the same ledger.
 *
 * @throws a StoreProblem if another process makes one there, or a file cannot be opened; errors of the file system.
 */
export const makeBackup = async (
  settings: Settings,
  directory: string,
  options: BackupOptions,
): Promise<E.Either<BackupFault, MadeBackup>> => {
  makePrivateDirectory(directory);
  const lock = takeWriterLock(join(directory, 'backups'), options.now());
  const staging = join(directory, `${stagingPrefix}${process.pid}`);
  try {
    for (const left of readdirSync(directory).filter((name) => name.startsWith(stagingPrefix)))
      rmSync(join(directory, left), { recursive: true });
    makePrivateDirectory(blocksIn(directory));
    mkdirSync(staging, { mode: 0o700 });
    const cut = await cutLedger(settings, staging, options.now());
    return await pipe(
      TE.fromEither(cut),
      TE.flatMap((all) => keepCut(settings, directory, staging, all, options)),
    )();
  } finally {
    rmSync(staging, { recursive: true, force: true });
    lock.release(true);
  }
};

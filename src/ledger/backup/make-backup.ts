/**
 * Makes a backup of a ledger, which may be serving: all of it as of one moment, verified before it counts.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
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

/** Names of the directories in which files wait until they are kept; those of a process that was killed are deleted. */
const stagingPrefix = '.staging-';

/** Told how many bytes are kept, of how many. */
export type OnBytes = (done: number, of: number) => void;

export interface BackupOptions {
  readonly now: () => Instant;
  readonly onBytes: OnBytes;
  /** How many backups stay, this one included; all where it is not given. */
  readonly keep?: number | undefined;
}

/** A backup that was made. */
export interface MadeBackup extends Backup {
  readonly bytes: number;
  /** Bytes that were not in an earlier backup. */
  readonly written: number;
  /** Older backups that were let go. */
  readonly dropped: ReadonlyArray<string>;
}

/** The tree of the copy, as far as it is hashed. */
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

/** Refuses to put backups of two ledgers, or of two histories of one, into one directory. */
const continues = (staging: string, before: Backup | undefined): E.Either<BackupFault, void> => {
  const earlier = before?.manifest.tree;
  const { tree: file } = filesIn(staging);
  if (before === undefined || earlier === undefined || earlier === null) return E.right(undefined);
  const remedy = 'Check which ledger this is. To back it up all the same, name another directory';
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
          `the first ${earlier.size} events are others than in the backup ${before.name}: it is another ledger`,
          remedy,
        );
  } finally {
    tree.close();
  }
};

/** Verifies the copy as a ledger; what fails is told. */
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
        `the ledger is not whole: ${bad.map(({ name, found }) => `${name}: ${found}`).join('; ')}`,
        'Run domicile verify on the ledger. No backup was made, and earlier ones are as they were',
      );
};

/** Lets go of backups beyond those to keep, and of blocks that none names. */
const letGo = (directory: string, keep: number | undefined): ReadonlyArray<string> => {
  const names = backupNames(directory);
  const dropped = keep === undefined ? [] : names.slice(0, Math.max(0, names.length - keep));
  for (const name of dropped) rmSync(manifestFile(directory, name));
  const left = backupNames(directory).map((name) => readManifest(directory, name));
  // What a damaged manifest names may be needed once it is mended.
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

const keepCut = async (
  settings: Settings,
  directory: string,
  staging: string,
  { names, events }: Cut,
  { now, onBytes, keep }: BackupOptions,
): Promise<E.Either<BackupFault, MadeBackup>> => {
  const earlier = latestIn(directory);
  if (E.isLeft(earlier)) return earlier;
  const follows = continues(staging, earlier.right);
  if (E.isLeft(follows)) return follows;
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
  const tree = treeOf(staging);
  // Verified after it was kept: looking at a vault notes in it what was looked at.
  const whole = await verified(settings, staging, events, now);
  if (E.isLeft(whole)) return whole;
  const madeAt = now();
  const name = nameAt(madeAt);
  const text = manifestText({ madeAt: formatInstant(madeAt), events, tree, files });
  writeWhole(manifestFile(directory, name), [Buffer.from(text)]);
  const manifest = readManifest(directory, name);
  if (E.isLeft(manifest)) return manifest;
  return E.right({ name, manifest: manifest.right, bytes: of, written, dropped: letGo(directory, keep) });
};

/**
 * Makes a backup in a directory, beside earlier ones of the same ledger.
 *
 * @throws a StoreProblem where another process makes one there, or a file cannot be opened; what the file system throws.
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
    const cut = await cutLedger(settings, staging);
    return E.isLeft(cut) ? cut : await keepCut(settings, directory, staging, cut.right, options);
  } finally {
    rmSync(staging, { recursive: true, force: true });
    lock.release(true);
  }
};

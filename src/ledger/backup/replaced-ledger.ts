/**
 * The existing ledger in the directory of a restore: whether it may be replaced, and who was erased from it (R21).
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../../domain/events/stored.ts';
import { ledgerSource } from '../../domain/recording/authority.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import { replicaExtension } from '../../store/kurrentdb/replica-format.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { filesIn, isOfLedger } from '../files.ts';
import { type BackupFault, backupFault, blocksIn, type Manifest } from './backup-format.ts';
import { blocksOf, writeWhole } from './block-store.ts';

/** Erasures read, and events compared, at a time. */
const eventsAtOnce = 1_000;

export interface ReplaceOptions {
  /** Whether to replace an existing ledger. */
  readonly replace: boolean;
  /** Whether to replace it even if it has events that the backup lacks. */
  readonly discardNewer: boolean;
}

/** The ledger to be replaced. */
export interface Replaced {
  /** The names of its files. */
  readonly names: ReadonlyArray<string>;
  /** The pseudonyms of everybody who was erased from it. */
  readonly erased: ReadonlyArray<string>;
}

/** A lock file is no ledger: it exists as soon as the lock is held. */
const isReplaced = (name: string): boolean => isOfLedger(name) && !name.endsWith('-lock');

const nothing: Replaced = { names: [], erased: [] };

const markText =
  'A backup is being restored here. No server starts until this is complete: run domicile restore again. To be erased again:';

/** The text of the mark that lies in the directory during a restore: the erased people, one on each line. */
export const markOf = ({ erased }: Replaced): string => [markText, ...erased, ''].join('\n');

const erasedByMark = (mark: string): ReadonlyArray<string> =>
  readFileSync(mark, 'utf8').split('\n').filter(looksLikePseudonym);

const erasedFrom = (logFile: string): { readonly head: number; readonly erased: ReadonlyArray<string> } => {
  const log = openLogFile(logFile);
  try {
    const erased: string[] = [];
    for (let after = 0; ; ) {
      const page = log.ofSource(ledgerSource, after, eventsAtOnce);
      for (const { bytes } of page) {
        const event = decodeStored(bytes);
        if (E.isRight(event) && event.right.type === 'SubjectForgotten')
          erased.push(event.right.data.subject);
      }
      if (page.length < eventsAtOnce) return { head: log.head(), erased };
      after = page.at(-1)!.position;
    }
  } finally {
    log.close();
  }
};

/** The first position at which two logs differ, up to the end of the shorter one; null if there is none. */
const firstOther = (one: LogReader, other: LogReader): number | null => {
  const head = Math.min(one.head(), other.head());
  for (let after = 0; after < head; ) {
    const [page, beside] = [one.after(after, eventsAtOnce), other.after(after, eventsAtOnce)];
    for (const [index, { position, source, id, recordedAt, bytes }] of page.entries()) {
      if (position > head) return null;
      const same = beside[index];
      if (same?.position !== position || same.source !== source || same.id !== id) return position;
      if (same.recordedAt !== recordedAt || Buffer.compare(same.bytes, bytes) !== 0) return position;
    }
    if (page.length === 0) return null;
    after = page.at(-1)!.position;
  }
  return null;
};

/** The first position at which the log differs from that of the backup; null if there is none. */
const firstOtherThanBackup = (log: string, backups: string, { files }: Manifest): number | null => {
  const file = files.find(({ name }) => name === basename(log));
  if (file === undefined) return null;
  const beside = `${log}-of-backup`;
  try {
    writeWhole(beside, blocksOf(blocksIn(backups), file));
    const [one, other] = [openLogFile(log), openLogFile(beside)];
    try {
      return firstOther(one, other);
    } finally {
      one.close();
      other.close();
    }
  } finally {
    for (const end of ['', '-wal', '-shm', '.draft']) rmSync(`${beside}${end}`, { force: true });
  }
};

/** The ledger in a directory that a backup replaces, or why it must not be replaced. */
export const replacedIn = (
  directory: string,
  backups: string,
  manifest: Manifest,
  { replace, discardNewer }: ReplaceOptions,
): E.Either<BackupFault, Replaced> => {
  const { events } = manifest;
  const names = existsSync(directory) ? readdirSync(directory).filter(isReplaced) : [];
  const { log, restoring } = filesIn(directory);
  // A restore that was interrupted is repeated over its own files.
  if (existsSync(restoring)) return E.right({ names, erased: erasedByMark(restoring) });
  if (names.length === 0) return E.right(nothing);
  if (!replace) {
    return backupFault(
      `${directory} contains a ledger`,
      'Restore into an empty directory, or replace that ledger with --replace',
    );
  }
  const replica = names.find((name) => name.endsWith(replicaExtension));
  const there = existsSync(log) ? log : replica === undefined ? undefined : join(directory, replica);
  if (there === undefined) return E.right({ ...nothing, names });
  let found: ReturnType<typeof erasedFrom>;
  try {
    found = erasedFrom(there);
  } catch (error) {
    // A damaged ledger cannot always say who was erased from it.
    if (discardNewer) return E.right({ ...nothing, names });
    const why = error instanceof Error ? error.message : String(error);
    return backupFault(
      `the ledger in ${directory} cannot be read: ${why}`,
      'To replace it anyway, also give --discard-newer; then erase again everybody who was erased since the backup',
    );
  }
  // The log in KurrentDB is not replaced, so only the erased people matter.
  if (there !== log) return E.right({ names, erased: found.erased });
  if (events !== null && found.head > events && !discardNewer) {
    return backupFault(
      `the ledger in ${directory} has ${found.head} events, and the backup ${events}: the later ones would be lost`,
      'Restore into another directory, or discard the later events with --discard-newer',
    );
  }
  const other = discardNewer || events === null ? null : firstOtherThanBackup(log, backups, manifest);
  if (other !== null) {
    return backupFault(
      `the ledger in ${directory} is not the one in the backup: event ${other} differs`,
      'Restore into another directory, or discard that ledger with --discard-newer',
    );
  }
  return E.right({ names, erased: found.erased });
};

/**
 * The file of keys: its format, and how it is read and replaced. A rename replaces it atomically, and one process
 * at a time may do so.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { eventTypes } from '../../domain/events/catalogue.ts';
import { exact, list, oneOf } from '../../domain/events/codec.ts';
import { type Fault, faultsOf } from '../../domain/events/fault.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import { Assurance, EventSource } from '../../domain/events/words.ts';
import type { Bounds } from '../../domain/recording/bounds.ts';
import { makePrivateFile } from '../../store/private-files.ts';
import { StoreUnusable, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { syncFolder } from '../../store/sync-folder.ts';
import { Scope } from './scopes.ts';

const Key = exact(
  'a key',
  { name: lineOf('a name', 100), scopes: list(Scope), hash: t.string, createdAt: t.string },
  {
    revokedAt: t.string,
    sources: list(EventSource),
    types: list(oneOf('an event type', eventTypes)),
    maxAssurance: Assurance,
  },
);
export type Key = t.TypeOf<typeof Key>;

/** Version 1 had no numbers and no bounds. */
const fileVersion = 2;
const KeyFile = exact('a file of keys', { keys: list(Key) }, { version: t.literal(fileVersion) });

/** The bounds of a key. */
export const boundsOf = ({ sources, types, maxAssurance }: Key): Bounds => ({
  ...(sources === undefined ? {} : { sources }),
  ...(types === undefined ? {} : { types }),
  ...(maxAssurance === undefined ? {} : { maxAssurance }),
});

/** How long to wait for another process that creates or revokes a key. */
const lockWaitMsMax = 10_000;

/** @throws StoreUnusable if it is not a file of keys, so that nobody gets access by mistake. */
export const readKeyFile = (file: string): ReadonlyArray<Key> => {
  const remedy = 'Restore it, or move it away and create new keys; until then, nobody is admitted';
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const what = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new StoreUnusable(file, `the keys are kept here, and ${what}`, remedy, error);
  }
  const decoded = KeyFile.decode(json);
  if (E.isRight(decoded)) return decoded.right.keys;
  const [{ pointer, message }] = faultsOf(decoded.left) as [Fault];
  const what = `it is not a file of keys of this version: ${pointer === '' ? message : `${pointer} ${message}`}`;
  throw new StoreUnusable(file, what, remedy);
};

/** Replaces the file of keys atomically. */
export const writeKeyFile = (file: string, keys: ReadonlyArray<Key>): void => {
  const next = `${file}.next`;
  rmSync(next, { force: true });
  writeFileSync(next, JSON.stringify({ version: fileVersion, keys }, null, 2), { mode: 0o600, flush: true });
  renameSync(next, file);
  syncFolder(dirname(file));
};

/**
 * Runs `change` while no other process changes the file. The operating system holds the lock and releases it when
 * the process ends.
 *
 * @throws a StoreProblem for any error meanwhile.
 */
export const changeAlone = <A>(file: string, change: () => A): A => {
  let lock: DatabaseSync | undefined;
  try {
    makePrivateFile(`${file}-lock`);
    lock = new DatabaseSync(`${file}-lock`, { timeout: lockWaitMsMax });
    lock.exec('BEGIN EXCLUSIVE');
    return change();
  } catch (error) {
    throw toStoreProblem(file, error);
  } finally {
    lock?.close();
  }
};

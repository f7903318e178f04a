/**
 * Backing up a ledger whose log is in KurrentDB: the backup has the log too, and restores without KurrentDB.
 */
import { existsSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupFault } from '../../src/ledger/backup/backup-format.ts';
import { makeBackup } from '../../src/ledger/backup/make-backup.ts';
import { restoreBackup } from '../../src/ledger/backup/restore-backup.ts';
import { copyLedger } from '../../src/ledger/copy-ledger.ts';
import { filesIn } from '../../src/ledger/files.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import { enrolled, placed } from '../support/given-events.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import type { KurrentDbNode } from '../support/kurrentdb-double/kurrentdb-node.ts';
import { LocalServer, newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';
import { newLedgerName, withLedger } from '../support/stores.ts';

const orFail = <A>(outcome: E.Either<BackupFault, A>): A => {
  if (E.isLeft(outcome)) throw new Error(outcome.left.message);
  return outcome.right;
};

const now = () => Date.now();
const waitMs = 10_000;

let node: KurrentDbNode;
let directories: string[] = [];
/** The ledger, its store, and the directory of its backups. */
let data: string;
let store: string;
let backups: string;

const directory = (): string => {
  const made = newDataDirectory();
  directories.push(made);
  return made;
};
const settingsOf = async (dataDirectory: string, of: string): Promise<Settings> => ({
  ...(await settingsIn(dataDirectory)),
  store: of,
});
const embedded = (dataDirectory: string) => settingsOf(dataDirectory, `sqlite:${dataDirectory}`);
const opened = ({ dataDirectory, store }: Settings) => LocalServer.open(dataDirectory, waitMs, { store });
const made = async () =>
  orFail(await makeBackup(await settingsOf(data, store), backups, { now, onBytes: () => undefined }));
const restored = async (into: Settings, replace = false) =>
  orFail(await restoreBackup(backups, into, { now, onFile: () => undefined, replace, discardNewer: false }));

/** Waits until the log is signed up to its end. @returns the signed checkpoint. */
const signed = async ({ ledger }: LocalServer): Promise<string> => {
  const head = await ledger.parts.store.head();
  await expect.poll(() => ledger.parts.merkle.state.signed?.size).toBe(head);
  return ledger.parts.merkle.state.checkpoint!.note;
};
const knownTo = async ({ ledger }: LocalServer): Promise<ReadonlyArray<string>> => {
  const { pseudonyms } = await ledger.parts.vault.find({ names: ['ana', 'ben', 'chen'], pseudonyms: [] });
  return [...pseudonyms.keys()];
};
const [ana, ben, chen] = [enrolled('e1', 'ana'), enrolled('e2', 'ben'), enrolled('e3', 'chen')] as const;

beforeAll(async () => {
  node = await startNode();
});
beforeEach(() => {
  [data, backups] = [directory(), directory()];
  store = withLedger(`esdb://${node.address}?tls=false`, newLedgerName());
});
afterEach(() => {
  directories.forEach(removeDirectory);
  directories = [];
});
afterAll(() => node.stop());

describe('given a backup of a ledger whose log is in KurrentDB', () => {
  it('when it was made while the ledger serves, then it restores to an embedded ledger that continues, and can be copied back into KurrentDB', async () => {
    const one = await opened(await settingsOf(data, store));
    await one.record([ana, ben]);
    const note = await signed(one);
    const first = await made();
    const second = await made();
    await one.close();
    expect([first.manifest.events, first.manifest.tree?.size, second.written]).toEqual([2, 2, 0]);

    const here = await embedded(directory());
    const { checks, leftLogOut } = await restored(here);
    expect([checks.filter(({ state }) => state === 'failed'), leftLogOut]).toEqual([[], false]);
    const two = await opened(here);
    expect([await signed(two), await knownTo(two)]).toEqual([note, ['ana', 'ben']]);
    expect(await two.record([chen])).toBe('3');
    await two.close();

    const back = await settingsOf(
      directory(),
      withLedger(`esdb://${node.address}?tls=false`, newLedgerName()),
    );
    const copied = await copyLedger(here, back, true, () => undefined);
    expect(E.isRight(copied) && [copied.right.events, copied.right.leftOut]).toEqual([3, []]);
    const three = await opened(back);
    expect([await three.ledger.parts.store.head(), await knownTo(three)]).toEqual([
      3,
      ['ana', 'ben', 'chen'],
    ]);
    await three.close();
  });

  it('when it was made while nobody serves the ledger, then it has what others recorded since', async () => {
    const one = await opened(await settingsOf(data, store));
    await one.record([ana]);
    await one.close();
    const vault = { url: 'http://127.0.0.1:9' };
    const other = await LocalServer.open(directory(), waitMs, { store, vault });
    await other.record([placed('since', 'us', 'virginia')]);
    await other.close();
    expect((await made()).manifest.events).toBe(2);
  });

  it('when it is restored for a ledger on KurrentDB, then its log is left out, and the ledger continues with that of the server', async () => {
    const one = await opened(await settingsOf(data, store));
    await one.record([ana]);
    await made();
    await one.record([ben]);
    await one.close();
    const into = await settingsOf(directory(), store);
    expect((await restored(into)).leftLogOut).toBe(true);
    expect(existsSync(filesIn(into.dataDirectory).log)).toBe(false);
    const two = await opened(into);
    expect([await knownTo(two), await two.record([chen])]).toEqual([['ana'], '3']);
    await two.close();
  });

  it('when it is restored as an embedded ledger in place of the one on KurrentDB, then people who were erased since are erased again', async () => {
    const one = await opened(await settingsOf(data, store));
    await one.record([ana, ben]);
    await made();
    expect((await one.delete('/v1/subjects/ben')).status).toBe(204);
    await one.close();
    const here = await embedded(data);
    expect((await restored(here, true)).erasedAgain).toBe(1);
    const two = await opened(here);
    expect(await knownTo(two)).toEqual(['ana']);
    await two.close();
  });
});

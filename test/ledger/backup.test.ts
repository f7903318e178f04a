/**
 * Backing up a ledger that serves, and restoring it.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupFault } from '../../src/ledger/backup/backup-format.ts';
import { makeBackup } from '../../src/ledger/backup/make-backup.ts';
import { restoreBackup } from '../../src/ledger/backup/restore-backup.ts';
import { filesIn } from '../../src/ledger/files.ts';
import { enrolled } from '../support/given-events.ts';
import { LocalServer, settingsIn } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-backup-'));
afterAll(() => rmSync(folder, { recursive: true }));

let number = 0;
let server: LocalServer;
let ledger: string;
let backups: string;

const directory = (): string => join(folder, String(++number));
const embedded = async (data: string) => ({
  ...(await settingsIn(data)),
  store: `sqlite:${data}`,
});

const orFail = <A>(outcome: E.Either<BackupFault, A>): A => {
  if (E.isLeft(outcome)) throw new Error(outcome.left.message);
  return outcome.right;
};
const faultOf = (outcome: E.Either<BackupFault, unknown>): string =>
  E.isLeft(outcome) ? outcome.left.message : 'none';

const options = { now: () => Date.now(), onBytes: () => undefined };
const made = async (keep?: number) => makeBackup(await embedded(ledger), backups, { ...options, keep });
const restored = async (
  into: string,
  more: { name?: string; replace?: boolean; discardNewer?: boolean } = {},
) =>
  restoreBackup(backups, await embedded(into), {
    now: () => Date.now(),
    onFile: () => undefined,
    replace: false,
    discardNewer: false,
    ...more,
  });

let known = 0;
/** People who are nowhere yet: person-0, person-1 and so on. */
const people = (count: number) =>
  Array.from({ length: count }, () => {
    const index = known++;
    return enrolled(`e${index}`, `person-${index}`);
  });

/** Waits until the log is signed up to its end. */
const signed = async (of: LocalServer): Promise<void> => {
  const head = await of.ledger.parts.store.head();
  await expect.poll(() => of.ledger.parts.merkle.state.signed?.size).toBe(head);
};

// Each test continues with the ledger of the previous one, and has its own backups.
beforeAll(async () => {
  ledger = directory();
  server = await LocalServer.open(ledger);
  await server.record(people(50));
});
afterAll(() => server.close());
beforeEach(() => {
  backups = directory();
});

describe('given a backup of a serving ledger', () => {
  it('when it is restored, then people, keys, reads and the signed tree are there, and only their owner can read them', async () => {
    const shared = ledger;
    ledger = directory();
    const own = await LocalServer.open(ledger);
    await own.record(people(20));
    await own.get('/v1/subjects/person-57/residency', { atLeast: 20 });
    const erased = await own.delete('/v1/subjects/person-58');
    expect(erased.status).toBe(204);
    await signed(own);
    const key = own.ledger.parts.keys.create('auditor', ['audit'], Date.now(), randomBytes);
    const before = own.ledger.parts.merkle.state.checkpoint!.note;
    const backup = orFail(await made());
    expect(backup.manifest.events).toBe(21);
    expect(backup.manifest.tree?.size).toBe(21);

    await own.close();
    ledger = shared;

    const target = directory();
    const { checks } = orFail(await restored(target));
    expect(checks.filter(({ state }) => state === 'failed')).toEqual([]);
    for (const each of [target, backups]) {
      expect(statSync(each).mode & 0o777).toBe(0o700);
      const open = readdirSync(each, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .filter((entry) => (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0);
      expect(open).toEqual([]);
    }
    const again = await LocalServer.open(target);
    try {
      await signed(again);
      const { parts } = again.ledger;
      expect(parts.merkle.state.checkpoint?.note).toBe(before);
      expect(parts.keys.all().map(({ name }) => name)).toEqual(['auditor']);
      expect(E.isRight(key) && parts.keys.holderOf(key.right)?.name).toBe('auditor');
      const asked = { authorization: `Bearer ${E.isRight(key) ? key.right : ''}` };
      expect((await again.get('/v1/reads', { atLeast: 21 }, asked)).body.data).toHaveLength(1);
      const { pseudonyms } = await parts.vault.find({ names: ['person-57', 'person-58'], pseudonyms: [] });
      expect([...pseudonyms.keys()]).toEqual(['person-57']);
    } finally {
      await again.close();
    }
  });

  it('when a second one is made, then unchanged blocks are not written again, and each restores to its own moment', async () => {
    await signed(server);
    const head = await server.ledger.parts.store.head();
    const first = orFail(await made());
    const same = orFail(await made());
    expect([first.written > 0, same.written]).toEqual([true, 0]);
    await server.record(people(10));
    const second = orFail(await made());
    expect(second.written).toBeLessThan(second.bytes);
    const [one, two] = [directory(), directory()];
    orFail(await restored(one, { name: first.name }));
    orFail(await restored(two));
    const heads = [];
    for (const target of [one, two]) {
      const opened = await LocalServer.open(target);
      heads.push(await opened.ledger.parts.store.head());
      await opened.close();
    }
    expect(heads).toEqual([head, head + 10]);
  });

  it('when old ones are deleted, then only their own blocks are gone, and the rest still restores', async () => {
    orFail(await made());
    await server.delete('/v1/subjects/person-3');
    const last = orFail(await made(1));
    expect(last.dropped).toHaveLength(1);
    const left = readdirSync(join(backups, 'blocks'), { recursive: true, encoding: 'utf8' }).map((name) =>
      name.split('/').at(-1),
    );
    const named = last.manifest.files.flatMap(({ blocks }) => blocks);
    expect(left.filter((name) => name!.length === 64).sort()).toEqual([...new Set(named)].sort());
    const bytes = named.map((hash) =>
      readFileSync(join(backups, 'blocks', hash.slice(0, 2), hash), 'latin1'),
    );
    expect(bytes.some((text) => text.includes('person-4'))).toBe(true);
    expect(bytes.some((text) => text.includes('person-3\0') || /person-3(?!\d)/.test(text))).toBe(false);
    orFail(await restored(directory()));
  });

  it('when another ledger, or an older state of this one, is backed up beside it, then it is refused', async () => {
    await signed(server);
    const older = directory();
    orFail(await made());
    orFail(await restored(older));
    await server.record(people(5));
    await signed(server);
    orFail(await made());
    const mine = ledger;
    ledger = older;
    expect(faultOf(await made())).toMatch(/older state, or another ledger/);
    ledger = directory();
    const other = await LocalServer.open(ledger);
    await other.record(people(200));
    await signed(other);
    await other.close();
    expect(faultOf(await made())).toMatch(/it is another ledger/);
    ledger = mine;
  });
});

describe('given a damaged backup', () => {
  it('when any of its blocks is altered or missing, or its manifest truncated, then it is refused and nothing is changed', async () => {
    const { name, manifest } = orFail(await made());
    const target = directory();
    for (const { blocks } of manifest.files) {
      for (const hash of blocks) {
        const file = join(backups, 'blocks', hash.slice(0, 2), hash);
        const bytes = readFileSync(file);
        const altered = Buffer.from(bytes);
        altered[Math.floor(Math.random() * altered.length)]! ^= 1;
        writeFileSync(file, altered);
        expect(faultOf(await restored(target))).toMatch(/is damaged: .* is damaged/);
        rmSync(file);
        expect(faultOf(await restored(target))).toMatch(/is missing/);
        writeFileSync(file, bytes);
      }
    }
    const file = join(backups, `${name}.backup.json`);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.slice(0, text.length / 2));
    expect(faultOf(await restored(target))).toMatch(/it is not JSON/);
    writeFileSync(file, text.replace('"log.sqlite"', '"../log.sqlite"'));
    expect(faultOf(await restored(target))).toMatch(/names files elsewhere/);
    expect(existsSync(target) ? readdirSync(target) : []).toEqual([]);
    writeFileSync(file, text);
    orFail(await restored(target));
  });
});

describe('given a ledger in the directory of a restore', () => {
  it('when it exists, or has more events than the backup, then the restore is refused unless replacing is requested', async () => {
    orFail(await made());
    const target = directory();
    orFail(await restored(target));
    expect(faultOf(await restored(target))).toMatch(/contains a ledger/);
    orFail(await restored(target, { replace: true }));
    const grown = await LocalServer.open(target);
    await grown.record(people(1));
    await grown.close();
    expect(faultOf(await restored(target, { replace: true }))).toMatch(/the later ones would be lost/);
    orFail(await restored(target, { replace: true, discardNewer: true }));
    expect(readdirSync(filesIn(target).projections)).toEqual([]);
  });

  it('when it diverged from the backup, then the restore is refused unless discarding is requested, whichever has more events', async () => {
    orFail(await made());
    const target = directory();
    orFail(await restored(target));
    const other = await LocalServer.open(target);
    await other.record(people(2));
    await other.close();
    // The backed-up ledger continues as well, and further.
    const event = (await server.ledger.parts.store.head()) + 1;
    await server.record(people(2));
    orFail(await made());
    const refused = new RegExp(`not the one in the backup: event ${event} differs`);
    expect(faultOf(await restored(target, { replace: true }))).toMatch(refused);
    await server.record(people(1));
    orFail(await made());
    expect(faultOf(await restored(target, { replace: true }))).toMatch(refused);
    expect(readdirSync(target).filter((name) => name.includes('of-backup'))).toEqual([]);
    orFail(await restored(target, { replace: true, discardNewer: true }));
  });

  it('when a person was erased from it since the backup, then they are erased again', async () => {
    orFail(await made());
    expect((await server.delete('/v1/subjects/person-5')).status).toBe(204);
    await server.close();
    const { erasedAgain, checks } = orFail(await restored(ledger, { replace: true, discardNewer: true }));
    expect([erasedAgain, checks.filter(({ state }) => state === 'failed')]).toEqual([1, []]);
    server = await LocalServer.open(ledger);
    const { pseudonyms } = await server.ledger.parts.vault.find({
      names: ['person-5', 'person-6'],
      pseudonyms: [],
    });
    expect([...pseudonyms.keys()]).toEqual(['person-6']);
    expect((await server.get('/v1/subjects/person-5/residency')).status).toBe(404);
  });

  it('when the restore is interrupted after the log with the erasures is gone, then the next restore erases those people again', async () => {
    orFail(await made());
    expect((await server.delete('/v1/subjects/person-9')).status).toBe(204);
    await server.close();
    const cutOff = restoreBackup(backups, await embedded(ledger), {
      now: () => Date.now(),
      onFile: () => {
        throw new Error('cut off');
      },
      replace: true,
      discardNewer: true,
    });
    await expect(cutOff).rejects.toThrow('cut off');
    expect(orFail(await restored(ledger)).erasedAgain).toBe(1);
    server = await LocalServer.open(ledger);
    const found = await server.ledger.parts.vault.find({ names: ['person-9'], pseudonyms: [] });
    expect(found.pseudonyms.size).toBe(0);
  });

  it('when a server has it open, then it is refused', async () => {
    orFail(await made());
    await expect(restored(ledger, { replace: true })).rejects.toThrow(/only one process at a time/);
  });

  it('when a restore into it was interrupted, then no ledger opens there until it is restored', async () => {
    orFail(await made());
    const target = directory();
    orFail(await restored(target));
    writeFileSync(filesIn(target).restoring, '');
    rmSync(filesIn(target).vault);
    await expect(LocalServer.open(target)).rejects.toThrow(/restoring a backup here was interrupted/);
    orFail(await restored(target));
    await (await LocalServer.open(target)).close();
  });
});

describe('given a damaged ledger', () => {
  it('when it is backed up, then the backup is refused with what is wrong', async () => {
    await signed(server);
    orFail(await made());
    await server.close();
    const log = new DatabaseSync(filesIn(ledger).log);
    log.exec(
      "UPDATE event SET bytes = CAST(replace(CAST(bytes AS TEXT), 'us', 'US') AS BLOB) WHERE position = 9",
    );
    log.close();
    expect(faultOf(await made())).toMatch(/the ledger is damaged/);
    expect(readdirSync(backups).filter((name) => name.endsWith('.backup.json'))).toHaveLength(1);
    rmSync(ledger, { recursive: true });
    orFail(await restored(ledger));
    server = await LocalServer.open(ledger);
  });
});

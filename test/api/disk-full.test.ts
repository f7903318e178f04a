/**
 * A full disk: recording is refused with 507, questions are still answered, nothing is lost, and everything
 * continues once there is space.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { filesIn } from '../../src/ledger/files.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { Keys } from '../../src/people/access/keys.ts';
import { ReadLog } from '../../src/people/access/read-log.ts';
import { embeddedVault } from '../../src/people/vault/embedded-vault.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import { Generations } from '../../src/projections/engine/generations.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { enrolled, many, placed } from '../support/given-events.ts';
import { merkleLogIn } from '../support/merkle-log.ts';
import {
  type Client,
  LocalServer,
  lines,
  newDataDirectory,
  removeDirectory,
  ServerProcess,
} from '../support/server.ts';

/** A ledger on a disk that fills up, and a way to make space on it. */
interface Full {
  readonly server: Client;
  makeSpace(): void;
  close(): Promise<unknown>;
}

/** Limits the log to a number of pages, enforced by SQLite itself. */
const boundedLog = async (directory: string): Promise<Full> => {
  const files = filesIn(directory);
  const now = Date.now;
  let connection: DatabaseSync | undefined;
  const configure = (database: DatabaseSync): void => {
    connection = database;
    database.exec('PRAGMA max_page_count = 400');
  };
  const store = openSqliteEventStore(files.log, { now, configure });
  const log = openLogReader(files.log);
  const ledger = new Ledger({
    store,
    vault: embeddedVault(openSqliteVault(files.vault, { now, random: randomBytes }), 0),
    log,
    logFile: files.log,
    generations: new Generations(files.projections),
    keys: new Keys(files.keys),
    reads: new ReadLog(files.reads),
    merkle: merkleLogIn(directory, files.log, log),
    now,
    waitMs: 10_000,
  });
  await ledger.ready();
  return {
    server: new LocalServer(ledger),
    makeSpace: () => connection!.exec('PRAGMA max_page_count = 1000000'),
    close: () => ledger.close(),
  };
};

/** All files are on a small disk in memory, partly occupied by a filler; only Linux lets a process have its own. */
const smallDisk = async (directory: string): Promise<Full> => {
  const mount =
    'mount -t tmpfs -o size=24m tmpfs "$0" && head -c 16000000 /dev/zero > "$0/filler" && exec "$@"';
  const server = await ServerProcess.start({
    directory,
    through: ['unshare', '-Urm', 'sh', '-c', mount, directory],
  });
  return {
    server,
    makeSpace: () => rmSync(`/proc/${server.process.pid}/root${directory}/filler`),
    close: () => server.end(),
  };
};
const canMount = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

const disks = [
  { name: 'given a log that may not grow', fill: boundedLog },
  ...(canMount ? [{ name: 'given a disk without space for any file', fill: smallDisk }] : []),
];

describe.each(disks)('$name', ({ fill }) => {
  const directory = newDataDirectory();
  let full: Full;
  afterEach(async () => {
    await full.close();
    removeDirectory(directory);
  });

  it('refuses whole batches, answers questions, loses nothing, and continues once there is space', async () => {
    full = await fill(directory);
    const { server } = full;
    const first = await server.record([placed('placed', 'us', 'site'), enrolled('erased', 'somebody')]);

    // When batches are sent until the disk is full
    const confirmed: string[] = [];
    let turn = 0;
    for (; ; turn++) {
      const events = many(100, `b${turn}-`);
      const { status, headers, body } = await server.post(events);
      if (status === 201) {
        confirmed.push(...events.map(({ id }) => id));
        continue;
      }
      expect([status, headers.get('content-type')]).toEqual([507, 'application/problem+json']);
      expect(body).toMatchObject({
        type: 'urn:domicile:problem:full',
        detail: expect.stringContaining('nothing is lost'),
      });
      break;
    }
    expect(confirmed.length).toBeGreaterThan(500);

    // Then it is refused again, also as NDJSON, and nothing is partly recorded
    const bulky = many(1_000, 'bulky-').map((event) => ({
      ...event,
      evidence: `urn:x:${'x'.repeat(2_000)}`,
    }));
    const refusals = [
      await server.post(bulky),
      await server.send(bulky.map((e) => JSON.stringify(e)).join('\n'), lines),
    ];
    for (const { status, body } of refusals) expect([status, body.recorded ?? 0]).toEqual([507, 0]);
    expect((await server.get('/readyz')).body.head).toBe(String(confirmed.length + 2));

    // Then questions are still answered; one about a person must be recorded first, and may have to wait for space
    expect((await server.get('/v1/sites/site/holdings', { knownPosition: first })).status).toBe(200);
    const aboutPerson = await server.get('/v1/subjects/somebody/residency', { knownPosition: first });
    expect([200, 507]).toContain(aboutPerson.status);
    expect((await server.get('/livez')).status).toBe(200);

    // When there is space again, then the refused events are recorded, and everything is there, once and in order
    full.makeSpace();
    await expect
      .poll(async () => (await server.post(many(100, `b${turn}-`))).status, { timeout: 10_000 })
      .toBe(201);
    const sent = await server.postLines(bulky);
    expect([sent.status, sent.body.recorded]).toEqual([201, 1_000]);
    const log = await server.rows('/v1/events', { limit: 1_000, atLeast: sent.body.position });
    expect(log.slice(2).map(({ id }) => id)).toEqual([
      ...confirmed,
      ...many(100, `b${turn}-`).map(({ id }) => id),
      ...bulky.map(({ id }) => id),
    ]);
    const { body } = await server.get('/v1/sites/site/holdings', { atLeast: sent.body.position });
    expect(body.data[0].subjects).toBe(log.length - 1);
    expect((await server.delete('/v1/subjects/somebody')).status).toBe(204);
    expect((await server.get('/readyz')).body).toMatchObject({ status: 'ready' });
  });
});

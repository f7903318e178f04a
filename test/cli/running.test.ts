/**
 * The commands that run a server, and the doctor.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { failureOfListening } from '../../src/cli/commands/serve.ts';
import { openThreadedEventStore } from '../../src/store/sqlite/threaded-event-store.ts';
import { startNode } from '../support/kurrentdb-double/kurrentdb-double.ts';
import { newDataDirectory, removeDirectory } from '../support/server.ts';
import { domicile, type Finished, finished, here, printed, start, tiktok } from './command-line.ts';

const directory = newDataDirectory();
afterAll(() => removeDirectory(directory));

describe('domicile serve', () => {
  it('serves until it is stopped, and keeps what it recorded', async () => {
    const data = join(directory, 'served');
    const child = start(['serve', '--data', data, '--port', '0']);
    const ended = finished(child);
    const text = await printed(child, /Ctrl-C/);
    const url = / on (http:\S+)\n/.exec(text)![1]!;

    const emitted = await here(['emit', tiktok, '--url', url]);
    child.kill('SIGTERM');

    expect(emitted.code).toBe(0);
    expect((await ended).code).toBe(0);
    const again = await here(['emit', tiktok, '--data', data]);
    expect(again.out).toBe('Recorded 0 events, 101 already there. The log is at position 101.\n');
  });

  it('is found by commands whose files are in use, and not after it was killed, even if a server of another ledger takes its address', async () => {
    const data = join(directory, 'found');
    const child = start(['serve', '--data', data, '--port', '0']);
    const ended = finished(child);
    const url = / on (http:\S+)\n/.exec(await printed(child, /Ctrl-C/))![1]!;

    const emitted = await here(['emit', tiktok, '--data', data]);
    const asked = await here(['where', 'rosa', '--data', data, '--format', 'csv']);
    child.kill('SIGKILL');
    await ended;
    const heir = start(['serve', '--data', join(directory, 'heir'), '--port', new URL(url).port]);
    const heirEnded = finished(heir);
    await printed(heir, /Ctrl-C/);
    const lock = new DatabaseSync(join(data, 'log.sqlite-lock'));
    lock.exec('BEGIN EXCLUSIVE');
    const locked = await here(['where', 'rosa', '--data', data]);
    lock.close();
    heir.kill('SIGTERM');
    await heirEnded;
    const alone = await here(['where', 'rosa', '--data', data, '--format', 'csv']);

    expect(emitted.code).toBe(0);
    expect(asked.notes).toBe(`Using the server that has this ledger open: ${url}\n`);
    expect([locked.code, locked.out]).toEqual([3, '']);
    expect(locked.notes).not.toContain('Using the server');
    expect([alone.code, alone.notes, alone.out]).toEqual([0, '', asked.out]);
  });

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => other.once('listening', resolve));
      const { port } = other.address() as { port: number };

      const data = join(directory, 'taken');
      const { code, notes } = await here(['serve', '--data', data, '--port', String(port)]);

      expect(code).toBe(2);
      expect(notes).toMatch(/^domicile: 127\.0\.0\.1:\d+ is already in use\n.*--port/);
    } finally {
      other.close();
    }
  });

  it('with a directory that cannot be made says so, without mentioning ports', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    const { code, notes } = await here(['serve', '--data', join(file, 'data'), '--port', '0']);

    expect(code).toBe(3);
    expect(notes).toMatch(/^domicile: .*a-file\/data: a part of this path is a file, not a directory\n$/);
  });

  it('distinguishes a directory that it may not write from a port that it may not listen on', () => {
    const refused = (syscall: string, path?: string) =>
      Object.assign(new Error(`EACCES: permission denied, ${syscall}`), { code: 'EACCES', syscall, path });
    expect(failureOfListening(refused('listen'), '127.0.0.1', 80)).toMatchObject({
      exitCode: 2,
      message: 'no permission to listen on 127.0.0.1:80',
    });
    expect(failureOfListening(refused('mkdir', '/srv/data'), '127.0.0.1', 80)).toEqual({
      exitCode: 3,
      message: '/srv/data: this user has no permission to use it',
    });
  });

  it('refuses an invalid port', async () => {
    const { code } = await here(['serve', '--port', '99999']);
    expect(code).toBe(2);
  });
});

describe('domicile bench', () => {
  it('runs the benchmarks, and refuses unknown ones', async () => {
    const { code, notes } = await domicile(['bench', 'rebuilt']);
    expect([code, notes]).toEqual([
      2,
      expect.stringMatching(/^rebuilt: unknown benchmark; expected ledger, /),
    ]);
  });
});

describe('domicile demo', () => {
  let shown: Finished;
  /** How many rows each of the suggested questions gives, while the server of the demo runs. */
  let rows: ReadonlyArray<number>;
  beforeAll(async () => {
    const child = start(['demo', '--port', '0']);
    const ended = finished(child);
    const text = await printed(child, /Ctrl-C/);
    const commands = [...text.matchAll(/^ {2}curl '(\S+)'$/gm)].map(([, address]) => address!);
    rows = await Promise.all(
      commands.map(async (address) => {
        const answer = (await (await fetch(address)).json()) as { readonly data: ReadonlyArray<unknown> };
        return answer.data.length;
      }),
    );
    child.kill('SIGINT');
    shown = await ended;
  });

  it('shows the founding case, each answer as known in May 2022 and as known now', async () => {
    const { code, out, notes } = shown;

    expect({ code, notes }).toEqual({ code: 0, notes: '' });
    expect(out).toMatch(/^101 events of the case/);
    expect(out).toMatch(/the log had 43 events/);
    expect(out).toMatch(
      /Where was ana’s data on 30 June 2022\?\n[^?]*\ntiktok\/profile +oracle-ashburn +US +live +– +since 2022-06-17\n[^?]*\ntiktok\/profile +virginia +US +live +since 2018-09-10 +–\n/,
    );
    expect(out).toMatch(
      /Where was hugo’s data[^?]*\?\n[^?]*\ntiktok\/video-history +china +CN +live +– +since 2021-06-15\n/,
    );
    expect(out).toMatch(
      /\ntiktok\/profile +us-users +backup us-profile-singapore-2019 +3 people, overdue +4 people, overdue\n/,
    );
  });

  it('adopts policies, and shows the findings of each and what the rule of 2022 would have found from 2019', async () => {
    const { code, out } = shown;

    expect(code).toBe(0);
    const told = out.slice(out.indexOf('Which policies did that break?'));
    expect(told).toMatch(/\neo-13942 1 +12 +0 +0 +6 +2020-08-06 to 2021-06-09 +bytedance, tiktok\n/);
    expect(told).toMatch(/\ndomicile:unexplained-access 1 +3 +0 +0 +6 .* cn-engineers\n/);
    expect(told).toMatch(
      /\nlengthened +bytedance +tiktok\/profile, backup us-profile-singapore-2019 +singapore +2019-10-01 +still so +since 2022-06-17 +3\n/,
    );
    expect(told).toMatch(/\nopened +tiktok +tiktok\/messages, live +virginia +2019-01-01 +2022-06-17 +6\n/);
    expect(told).toMatch(/\n6 opened, 0 closed, 8 lengthened, 0 shortened\./);
  });

  it('leaves the server running until Ctrl-C, and suggests what to try', () => {
    expect(shown.code).toBe(0);
    expect(rows).toEqual([10, 7, 6]);
  });

  it('ends by itself with --exit', async () => {
    const { code, out } = await finished(start(['demo', '--port', '0', '--exit']));

    expect(code).toBe(0);
    expect(out).toContain('Which policies did that break?');
  });
});

describe('domicile doctor', () => {
  const data = join(directory, 'examined');
  const checks = async (args: ReadonlyArray<string>) => {
    const { code, out } = await here(['doctor', '--format', 'json', ...args]);
    const rows = (JSON.parse(out) as { data: ReadonlyArray<Record<string, string>> }).data;
    return { code, rows, states: Object.fromEntries(rows.map(({ name, state }) => [name, state])) };
  };

  it('creates no ledger, and says that there is none yet', async () => {
    const { code, rows } = await checks(['--data', join(directory, 'none')]);

    expect(code).toBe(0);
    expect(rows.find(({ name }) => name === 'log')?.found).toMatch(/^none yet/);
    expect((await checks(['--data', join(directory, 'none')])).rows).toEqual(rows);
  });

  it('passes a sound ledger', async () => {
    await here(['emit', tiktok, '--data', data]);

    const { code, rows, states } = await checks(['--data', data]);

    expect(code).toBe(0);
    expect(new Set(Object.values(states))).toEqual(new Set(['ok']));
    expect(rows.find(({ name }) => name === 'events')?.found).toBe('101 in the log, all readable');
    expect(rows.find(({ name }) => name === 'LEDGER_PORT')).toMatchObject({ found: '8484', from: 'default' });
    expect(rows.find(({ name }) => name === 'LEDGER_STORE')).toMatchObject({
      found: `sqlite:${data}`,
      from: '--data',
    });
  });

  it('checks a ledger beside a running server, and asks the server for its health', async () => {
    const child = start(['serve', '--data', data, '--port', '0']);
    const ended = finished(child);
    const url = / on (http:\S+)\n/.exec(await printed(child, /Ctrl-C/))![1]!;

    const beside = await checks(['--data', data]);
    const asked = await checks(['--url', url]);
    child.kill('SIGTERM');
    await ended;

    expect(beside.code).toBe(0);
    expect(beside.rows.find(({ name }) => name === 'in use')?.found).toMatch(/^by a running server/);
    expect(asked).toMatchObject({
      code: 0,
      states: { server: 'ok', questions: 'ok', projections: 'ok', events: 'ok' },
    });
  });

  it('finds a flipped bit in an event, and damaged projections', async () => {
    const log = join(data, 'log.sqlite');
    const database = new DatabaseSync(log);
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const bytes = readFileSync(log);
    const place = bytes.indexOf('us-profile-singapore-2021');
    bytes[place] = bytes[place]! ^ 1;
    writeFileSync(log, bytes);
    const projections = join(data, 'projections', 'generation-000001.sqlite');
    writeFileSync(projections, readFileSync(projections).fill(7, 4_096));

    const { code, rows, states } = await checks(['--data', data]);

    expect(code).toBe(1);
    expect(states).toMatchObject({ log: 'failed', events: 'failed', vault: 'ok', projections: 'failed' });
    const { found, remedy } = rows.find(({ name }) => name === 'log')!;
    expect(found).toMatch(/the event at position 39 is damaged/);
    expect(remedy).toMatch(/restore the latest backup/);
  });

  it('checks a ledger on KurrentDB: the server, the replica and the events', async () => {
    const node = await startNode();
    onTestFinished(() => node.stop());
    const settings = {
      LEDGER_STORE: `esdb://${node.address}?tls=false`,
      LEDGER_DATA: join(directory, 'on-kurrentdb'),
    };
    const examined = async () => {
      // A process of its own, which ends only once nothing of KurrentDB's client is left.
      const { code, out } = await finished(start(['doctor', '--format', 'json'], settings));
      const rows = (JSON.parse(out) as { data: ReadonlyArray<Record<string, string>> }).data;
      return { code, found: Object.fromEntries(rows.map(({ name, found }) => [name, found])) };
    };

    const before = await examined();
    await here(['emit', tiktok], settings);
    const after = await examined();
    await node.stop();
    const away = await examined();

    expect(before.code).toBe(0);
    expect(before.found).toMatchObject({ 'local replica': expect.stringMatching(/^none yet/) });
    expect(after.code).toBe(0);
    expect(after.found).toMatchObject({
      KurrentDB: expect.stringMatching(/^24\.10\.4 at esdb:/),
      'local replica': "of this server's log; at the end of the log",
      'replica file': expect.stringMatching(/^sound/),
      events: '101 in the log, all readable',
      projections: expect.stringMatching(/^generation/),
    });
    expect(away.code).toBe(3);
    expect(away.found.events).toBe('101 in the log, all readable');
  });

  it('distinguishes what another program wrote into the log from what a newer version wrote', async () => {
    const written = async (bytes: string) => {
      const folder = join(directory, `junk-${bytes.length}`);
      await here(['emit', tiktok, '--data', folder]);
      const store = await openThreadedEventStore(join(folder, 'log.sqlite'));
      await store.append([
        {
          source: 'junk',
          id: '1',
          recordedBy: null,
          authority: null,
          bytes: new TextEncoder().encode(bytes),
        },
      ]);
      await store.close();
      const { code, rows } = await checks(['--data', folder]);
      return { code, remedy: rows.find(({ name }) => name === 'events')?.remedy };
    };
    const foreign = await written('{"junk":true}');
    const newer = await written('{"storedversion":9,"type":"DataTeleported"}');

    expect(foreign).toMatchObject({
      code: 1,
      remedy: expect.stringMatching(/^They are not events of Domicile/),
    });
    expect(newer).toMatchObject({ code: 1, remedy: expect.stringMatching(/^They were written by a newer/) });
  });

  it('refuses a directory together with a server, and creates nothing there', async () => {
    const other = join(directory, 'beside-kurrentdb');
    const environment = { LEDGER_STORE: 'esdb://127.0.0.1:9?tls=false' };
    for (const command of [['emit', tiktok], ['serve', '--port', '0'], ['doctor'], ['where', 'rosa']]) {
      const { code, notes } = await here([...command, '--data', other], environment);
      expect([command[0], code, notes]).toEqual([
        command[0],
        2,
        expect.stringMatching(
          /--data: names an embedded ledger, and LEDGER_STORE names one on KurrentDB.*LEDGER_DATA=/,
        ),
      ]);
    }
    expect(existsSync(other)).toBe(false);
  });

  it('exits with 3 if nobody answers, and never shows a password', async () => {
    const nobody = await here(['doctor', '--url', 'http://127.0.0.1:9']);
    const store = { LEDGER_STORE: 'esdb://admin:changeit@127.0.0.1:2113?tls=false' };
    const secret = await here(['doctor'], { ...store, LEDGER_DATA: join(directory, 'replica') });

    expect(nobody.code).toBe(3);
    expect(secret.out).toContain('esdb://…@127.0.0.1:2113');
    expect(secret.out + secret.notes).not.toContain('changeit');
  });
});

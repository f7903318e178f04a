/** Replays of the projections while others read and write. `REPLAY_EVENTS` sets the number of events. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersTo } from '../support/answers.ts';
import { enrolled } from '../support/given-events.ts';
import { longLog, longLogQuestions } from '../support/long-log.ts';
import { askReplay, endOfReplay, followReplay, replayMsMax, startReplay } from '../support/replaying.ts';
import { newDataDirectory, type Query, removeDirectory, ServerProcess } from '../support/server.ts';

const eventsTotal = Number(process.env.REPLAY_EVENTS ?? 3_000);
const sentAtOnceMax = 50_000;
/** A replay takes seconds; the machine may be busy. */
const testMsMax = replayMsMax + eventsTotal;

const directory = newDataDirectory();
const projections = join(directory, 'projections');
const generations = (): ReadonlyArray<string> =>
  readdirSync(projections).filter((name) => /^generation-\d+\.sqlite$/.test(name));
let server: ServerProcess;
let head: string;

beforeAll(async () => {
  server = await ServerProcess.start({ directory, environment: { LEDGER_WAIT_MS: '60000' } });
  for (let from = 0; from < eventsTotal; from += sentAtOnceMax) {
    const { status, body } = await server.postLines(
      longLog(Math.min(sentAtOnceMax, eventsTotal - from), from),
    );
    expect([status, body.recorded]).toEqual([201, Math.min(sentAtOnceMax, eventsTotal - from)]);
    head = body.position;
  }
}, testMsMax);
afterAll(async () => {
  await server.end();
  removeDirectory(directory);
});

const answers = (known: Query) => answersTo(server, longLogQuestions, { validAt: '2024-01-01', ...known });

describe('a replay', () => {
  it(
    'is started, followed to its end, and changes no answer if the code is the same',
    async () => {
      const before = await answers({ knownPosition: head });
      const { status, headers, body } = await askReplay(server);
      expect(status).toBe(202);
      expect(headers.get('location')).toBe(`/v1/replays/${body.id}`);
      expect(body).toMatchObject({ state: 'running', rollback: false, processed: 0, differences: null });
      expect(body.total).toBe(eventsTotal);

      const told = await followReplay(server, `/v1/replays/${body.id}`);
      expect(told.map(([event]) => event)).toEqual([...told.slice(1).map(() => 'progress'), 'ended']);
      const processed = told.map(([, replay]) => replay.processed);
      expect([...processed].sort((a, b) => a - b)).toEqual(processed);
      expect(told.at(-1)![1]).toMatchObject({
        id: body.id,
        state: 'serving',
        processed: eventsTotal,
        total: eventsTotal,
        etaMs: 0,
        failure: null,
        differences: { changed: 0, examples: [] },
      });
      expect(told.at(-1)![1].differences!.compared).toBeGreaterThan(100);
      expect(told.at(-1)![1].rate).toBeGreaterThan(0);
      expect(await answers({ knownPosition: head })).toEqual(before);
      const { clocks, ...ended } = (await server.get(`/v1/replays/${body.id}`)).body;
      expect(ended).toEqual(told.at(-1)![1]);
      const all = (await server.get('/v1/replays')).body;
      expect(all.data).toEqual([ended]);
      // Every answer echoes its clocks.
      for (const each of [clocks, all.clocks, body.clocks]) {
        expect(each).toMatchObject({ position: head });
        expect(each.validAt >= ended.startedAt && each.knownAt <= ended.startedAt).toBe(true);
      }
      // Followed after its end, it reports its end at once.
      expect(await followReplay(server, `/v1/replays/${body.id}`)).toEqual([told.at(-1)!]);
      expect(generations()).toHaveLength(2);
    },
    testMsMax,
  );

  it(
    'runs alone, and can be cancelled: then nothing of it is left, and another can start',
    async () => {
      const serving = generations();
      const location = await startReplay(server);
      const second = await askReplay(server);
      expect([second.status, second.headers.get('content-type')]).toEqual([
        409,
        expect.stringMatching(/^application\/problem\+json/),
      ]);
      expect((await server.delete(location)).status).toBe(204);
      expect((await server.get(location)).body).toMatchObject({ state: 'cancelled', differences: null });
      expect((await followReplay(server, location)).map(([event]) => event)).toEqual(['ended']);
      expect((await server.delete(location)).status).toBe(409);
      expect(generations()).toEqual(serving);

      const next = await startReplay(server);
      expect(next).not.toBe(location);
      expect(await endOfReplay(server, next)).toMatchObject({ state: 'serving' });
      expect((await server.get(location)).body.state).toBe('cancelled');
      expect((await server.delete(next)).status).toBe(409);
      for (const path of ['/v1/replays/none'] as const) {
        expect((await server.get(path)).status).toBe(404);
        expect((await server.delete(path)).status).toBe(404);
      }
    },
    testMsMax,
  );

  it(
    'lets readers poll and a writer write: no request fails, nothing known is forgotten, and no batch is partial',
    async () => {
      const fixed = { knownPosition: head, validAt: '2024-01-01' };
      const asked = ['/v1/sites/dublin/holdings', '/v1/populations/us', '/v1/subjects/person-101/history'];
      const before = await answersTo(server, asked, fixed);
      let going = true;
      const counts = { written: 0, read: 0, now: 0 };
      const writer = async (): Promise<void> => {
        while (going) {
          const number = counts.written++;
          const batch = [0, 1].map((half) =>
            enrolled(`during-${number}-${half}`, `d-${number}-${half}`, 'new'),
          );
          const position = await server.record(batch);
          const mine = await server.get(`/v1/subjects/d-${number}-1/residency`, { atLeast: position });
          expect([mine.status, Number(mine.body.clocks?.position) >= Number(position)]).toEqual([200, true]);
        }
      };
      const readerOfThePast = async (): Promise<void> => {
        while (going) {
          expect(await answersTo(server, asked, fixed)).toEqual(before);
          counts.read++;
        }
      };
      const readerOfNow = async (): Promise<void> => {
        let last = 0;
        while (going) {
          const { status, body } = await server.get('/v1/populations/new');
          if (status === 404 && last === 0) continue;
          expect(status).toBe(200);
          // Batches are atomic: their events come in pairs.
          expect(body.data.subjects % 2).toBe(0);
          expect(Number(body.clocks.position)).toBeGreaterThanOrEqual(last);
          last = Number(body.clocks.position);
          counts.now++;
        }
      };
      const going3 = [writer(), readerOfThePast(), readerOfNow()];
      for (let round = 0; round < 2; round++) {
        const ended = await endOfReplay(server, await startReplay(server));
        expect(ended).toMatchObject({ state: 'serving', differences: { changed: 0 }, failure: null });
      }
      await sleep(100);
      going = false;
      await Promise.all(going3);
      expect(Math.min(...Object.values(counts))).toBeGreaterThan(3);
      const { body } = await server.get('/v1/populations/new', {
        atLeast: (await server.get('/readyz')).body.head,
      });
      expect(body.data.subjects).toBe(counts.written * 2);
    },
    testMsMax,
  );
});

describe('a rollback', () => {
  it(
    'returns to the previous generation, caught up, and again to the next',
    async () => {
      const [older, newer] = generations();
      const position = await server.record([enrolled('after-the-swap', 'late', 'us')]);
      const before = await answers({ knownPosition: position });
      const ended = await endOfReplay(server, await startReplay(server, { rollback: true }));
      expect(ended).toMatchObject({ state: 'serving', rollback: true, differences: { changed: 0 } });
      expect(await answers({ knownPosition: position })).toEqual(before);
      expect(generations()).toEqual([older, newer]);
      expect(await endOfReplay(server, await startReplay(server, { rollback: true }))).toMatchObject({
        state: 'serving',
      });
      expect(generations()).toEqual([older, newer]);
      expect((await askReplay(server, { rolback: true })).status).toBe(422);
    },
    testMsMax,
  );

  it('is refused if there is no previous generation', async () => {
    const fresh = newDataDirectory();
    const other = await ServerProcess.start({ directory: fresh });
    const { status, body } = await askReplay(other, { rollback: true });
    expect([status, body.detail]).toEqual([409, 'there is no earlier generation to roll back to']);
    expect((await other.get('/v1/replays')).body.data).toEqual([]);
    await other.end();
    removeDirectory(fresh);
  });
});

describe('projections filled by other code', () => {
  it(
    'answer from the start, while a replay in the background rebuilds them',
    async () => {
      const before = await answers({ knownPosition: head });
      await server.end();
      const serving = JSON.parse(readFileSync(join(projections, 'serving.json'), 'utf8')).serving as number;
      const file = join(projections, `generation-${String(serving).padStart(6, '0')}.sqlite`);
      const others = generations().filter((name) => !file.endsWith(name));
      for (const each of [file, ...others.map((name) => join(projections, name))]) {
        const database = new DatabaseSync(each);
        database.exec("UPDATE meta SET value = value - 1 WHERE name = 'code'");
        database.close();
      }
      server = await ServerProcess.start({ directory, environment: { LEDGER_WAIT_MS: '60000' } });
      const [replay] = (await server.get('/v1/replays')).body.data;
      expect(replay).toMatchObject({ rollback: false });
      expect(await answers({ knownPosition: head })).toEqual(before);
      const ended = await endOfReplay(server, `/v1/replays/${replay.id}`);
      expect(ended).toMatchObject({ state: 'serving', differences: { changed: 0 } });
      expect(await answers({ knownPosition: head })).toEqual(before);
      expect(existsSync(file)).toBe(true);

      // The previous version of the code is back, and its generation still exists.
      const codeOf = (path: string): unknown => {
        const database = new DatabaseSync(path, { readOnly: true });
        const row = database.prepare("SELECT value FROM meta WHERE name = 'code'").get();
        database.close();
        return row?.value;
      };
      expect(generations().map((name) => codeOf(join(projections, name)))).toHaveLength(2);
      await server.end();
      const served = join(projections, generations().at(-1)!);
      for (const [path, step] of [
        [served, 1],
        [file, 1],
      ] as const) {
        const database = new DatabaseSync(path);
        database.exec(`UPDATE meta SET value = value + ${step} WHERE name = 'code'`);
        database.close();
      }
      server = await ServerProcess.start({ directory, environment: { LEDGER_WAIT_MS: '60000' } });
      const [back] = (await server.get('/v1/replays')).body.data;
      expect(back).toMatchObject({ rollback: true });
      expect(await endOfReplay(server, `/v1/replays/${back.id}`)).toMatchObject({
        state: 'serving',
        differences: { changed: 0 },
      });
      expect(await answers({ knownPosition: head })).toEqual(before);
    },
    testMsMax,
  );
});

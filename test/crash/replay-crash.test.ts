/**
 * A server that is killed repeatedly while it replays its projections: the previous generation continues to serve,
 * half-built ones are gone, and every answer is unchanged. `REPLAY_CRASH_ROUNDS` sets the number of kills.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { answersTo } from '../support/answers.ts';
import { enrolled } from '../support/given-events.ts';
import { longLog, longLogQuestions } from '../support/long-log.ts';
import { endOfReplay, startReplay } from '../support/replaying.ts';
import { newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const rounds = Number(process.env.REPLAY_CRASH_ROUNDS ?? 3);
const eventsTotal = 3_000;
/** The approximate duration of a replay of the events, including comparison and swap. */
const replayAboutMs = 1_000;
/** A round takes a few seconds. */
const testMsMax = 120_000 + rounds * 30_000;

const directory = newDataDirectory();
const projections = join(directory, 'projections');
const files = (): ReadonlyArray<string> =>
  readdirSync(projections).filter((name) => /^generation-\d+\.sqlite$/.test(name));
const pointer = (): { serving: number; before?: number } =>
  JSON.parse(readFileSync(join(projections, 'serving.json'), 'utf8'));
const numberOf = (file: string): number => Number(/\d+/.exec(file)![0]);

let server: ServerProcess | undefined;
const start = async (): Promise<ServerProcess> => {
  server = await ServerProcess.start({ directory, environment: { LEDGER_WAIT_MS: '60000' } });
  return server;
};

afterAll(async () => {
  await server?.end('SIGKILL');
  removeDirectory(directory);
});

it(
  `answers the same after each of ${rounds} kills during a replay, from a complete generation`,
  async () => {
    let now = await start();
    const { body } = await now.postLines(longLog(eventsTotal));
    const asked = { knownPosition: body.position, validAt: '2024-01-01' };
    const before = await answersTo(now, longLogQuestions, asked);
    const outcomes = { swapped: 0, discarded: 0 };
    for (let round = 0; round < rounds; round++) {
      const { serving } = pointer();
      // Events written meanwhile are there afterwards, whichever generation serves.
      const location = await startReplay(
        now,
        round % 4 === 3 && files().length > 1 ? { rollback: true } : undefined,
      );
      const position = await now.record([enrolled(`one-${round}`, `round-${round}`, 'us')]);
      // The first kill is certain to find it under way; the others come at any moment.
      if (round > 0) await sleep(Math.random() * replayAboutMs);
      await now.end('SIGKILL');

      const after = pointer();
      expect(files().map(numberOf)).toContain(after.serving);
      if (after.serving === serving) outcomes.discarded++;
      else {
        expect(after.before).toBe(serving);
        outcomes.swapped++;
      }
      now = await start();
      expect(pointer()).toEqual(after);
      expect(files().map(numberOf)).toEqual(
        [after.serving, ...(after.before === undefined ? [] : [after.before])].sort((a, b) => a - b),
      );
      expect((await now.get(location)).status).toBe(404);
      expect((await now.get('/v1/replays')).body.data).toEqual([]);
      expect(await answersTo(now, longLogQuestions, asked)).toEqual(before);
      const written = await now.get(`/v1/subjects/round-${round}/history`, { atLeast: position });
      expect(written.status).toBe(200);
    }
    expect(outcomes.discarded).toBeGreaterThan(0);
    // An undisturbed replay completes.
    expect(await endOfReplay(now, await startReplay(now))).toMatchObject({
      state: 'serving',
      differences: { changed: 0 },
    });
    expect(await answersTo(now, longLogQuestions, asked)).toEqual(before);
  },
  testMsMax,
);

/**
 * An answer asked again with its echoed clocks is the same forever (*Two clocks*): while writers write, and after
 * the machine's clock was set forward or back.
 */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWithClock } from '../support/clocked-ledger.ts';
import { enrolled, many, placed, type Sent, sent } from '../support/given-events.ts';
import {
  type Client,
  LocalServer,
  newDataDirectory,
  type Reply,
  removeDirectory,
} from '../support/server.ts';

const directoryOfThisTest = (): string => {
  const directory = newDataDirectory();
  onTestFinished(() => removeDirectory(directory));
  return directory;
};

const openedServer = async (): Promise<LocalServer> => {
  const server = await LocalServer.open(directoryOfThisTest());
  onTestFinished(() => server.close());
  return server;
};

const path = '/v1/populations';

/** Asks again with the clocks that an answer echoed. */
const askedAgain = (client: Client, { body }: Reply, more: object = {}): Promise<Reply> =>
  client.get(path, { validAt: body.clocks.validAt, knownAt: body.clocks.knownAt, ...more });

const expectTheSame = async (client: Client, before: ReadonlyArray<Reply>): Promise<void> => {
  for (const reply of before) {
    expect(reply.status).toBe(200);
    const again = await askedAgain(client, reply);
    expect([again.status, again.body]).toEqual([200, reply.body]);
  }
};

describe('an answer asked again with its echoed knownAt', () => {
  it('is the same while others write as fast as possible', async () => {
    const server = await openedServer();
    const answers: Reply[] = [];
    let written = 0;
    const stopped = new AbortController();
    const write = async (writer: number): Promise<void> => {
      for (let turn = 0; !stopped.signal.aborted; turn++) {
        const count = turn % 3 === 0 ? 40 : 1;
        await server.record(many(count, `w${writer}-${turn}-`));
        written += count;
      }
    };
    const writing = [0, 1, 2].map(write);
    const positions = new Set<string>();
    while (answers.length < 150 || positions.size < 12) {
      for (const knownAt of [undefined, new Date().toISOString()]) {
        const answer = await server.get(path, { validAt: '2021-01-01', knownAt });
        if (answers.length < 150 || !positions.has(answer.body.clocks.position)) answers.push(answer);
        positions.add(answer.body.clocks.position);
      }
      await setTimeout(2);
    }
    stopped.abort();
    await Promise.all(writing);
    expect(written).toBeGreaterThan(100);
    await expectTheSame(server, answers);
  });

  it('is the same after the clock was set forward and back, and after a restart with a slow clock', async () => {
    const directory = directoryOfThisTest();
    let clock = Date.UTC(2026, 10, 30);
    let server = await openWithClock(directory, () => clock);
    onTestFinished(() => server.close());
    const answers: Reply[] = [];
    const ask = async (): Promise<void> => {
      answers.push(await server.get(path, { validAt: '2021-01-01' }));
      const knownAt = new Date(clock).toISOString();
      answers.push(await server.get(path, { validAt: '2021-01-01', knownAt }));
    };
    await ask();
    for (const [turn, step] of [0, 0, 1, 86_400_000 * 365, 0, -86_400_000 * 400, 0, -1, 5].entries()) {
      clock += step;
      for (let write = 0; write < 3; write++) {
        const atLeast = await server.record(many(1 + write, `at-${turn}-${write}-`));
        answers.push(await server.get(path, { validAt: '2021-01-01', atLeast }));
        await ask();
      }
      if (turn !== 5) continue;
      await server.close();
      server = await openWithClock(directory, () => clock);
      await ask();
    }
    await expectTheSame(server, answers);
  });

  it('is the same about everything known of a person, after others asked with a clock that was set back', async () => {
    let clock = Date.UTC(2026, 10, 30);
    const server = await openWithClock(directoryOfThisTest(), () => clock);
    onTestFinished(() => server.close());
    await server.record([enrolled('e1', 'ana')]);
    const first = await server.get('/v1/subjects/ana', { atLeast: 1 });
    const { validAt, knownAt } = first.body.clocks;
    for (const step of [0, -86_400_000]) {
      clock += step;
      const again = await server.get('/v1/subjects/ana', { validAt, knownAt });
      expect(again.body).toEqual(first.body);
    }
  });

  it('is the same if the requested position ends a write', async () => {
    const server = await openedServer();
    for (let write = 0; write < 5; write++) {
      const knownPosition = await server.record(many(3, `w${write}-`));
      await expectTheSame(server, [await server.get(path, { validAt: '2021-01-01', knownPosition })]);
    }
  });
});

describe('knownAt', () => {
  it('is the instant at which the last known event was recorded, unless an earlier one is requested', async () => {
    const server = await openedServer();
    const atLeast = await server.record(many(3));
    const recordedAt = (await server.get('/v1/events/3', { atLeast })).body.data.event.recordedat;
    expect((await server.get(path)).body.clocks.knownAt).toBe(recordedAt);
    const now = new Date(Date.now()).toISOString();
    expect((await server.get(path, { knownAt: now })).body.clocks.knownAt).toBe(recordedAt);
    const before = await server.get(path, { knownAt: '2020-01-01' });
    expect(before.body.clocks).toMatchObject({ knownAt: '2020-01-01T00:00:00.000Z', position: '0' });
  });

  it('in the future is refused', async () => {
    const server = await openedServer();
    await server.record(many(1));
    for (const knownAt of ['9999-12-31', new Date(Date.now() + 3_000).toISOString()]) {
      const { status, body } = await server.get(path, { knownAt });
      expect([status, body.parameter]).toEqual([400, 'knownAt']);
      expect(body.detail).toContain('in the future');
    }
  });

  it('is not refused if the last event was recorded before the clock was set back', async () => {
    let clock = Date.UTC(2027, 0, 1);
    const server = await openWithClock(directoryOfThisTest(), () => clock);
    onTestFinished(() => server.close());
    await server.record(many(1));
    const answer = await server.get(path, { atLeast: 1 });
    clock -= 86_400_000;
    await expectTheSame(server, [answer]);
    expect((await server.get(path, { knownAt: '2027-01-01T00:00:00.001Z' })).status).toBe(400);
  });

  it('before the first event is answered and marked as such', async () => {
    const server = await openedServer();
    const empty = await server.get(path);
    expect(empty.body).toMatchObject({ clocks: { position: '0', knownNothing: true }, data: [] });
    const atLeast = await server.record([enrolled('first-one', 'ana'), placed('placed', 'us', 'a')]);
    await expectTheSame(server, [empty]);
    for (const asked of [{ knownAt: '2020-01-01' }, { knownPosition: 0 }])
      expect((await server.get(path, { ...asked, atLeast })).body).toMatchObject({
        clocks: { position: '0', knownNothing: true },
        data: [],
      });
    expect((await server.get(path)).body.clocks).not.toHaveProperty('knownNothing');
  });
});

describe('recordedat', () => {
  it('is later than that of every earlier write, and equal within one write', async () => {
    let clock = Date.UTC(2026, 10, 30);
    const server = await openWithClock(directoryOfThisTest(), () => clock);
    onTestFinished(() => server.close());
    const story: ReadonlyArray<ReadonlyArray<Sent>> = [
      many(2, 'a'),
      many(2, 'b'),
      [sent('c', 'SubjectErased', { subject: 'a-subject-0' })],
    ];
    for (const events of story) {
      await server.record(events);
      clock -= 1_000;
    }
    const rows = await server.rows('/v1/events', { atLeast: 5 });
    const first = Date.UTC(2026, 10, 30);
    expect(rows.map(({ recordedat }) => Date.parse(recordedat) - first)).toEqual([0, 0, 1, 1, 2]);
  });
});

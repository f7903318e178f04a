/**
 * A server that is killed repeatedly at random instants: every acknowledged event is there once, no event is there
 * twice, batches are atomic, and the projections match the log.
 *
 * `CRASH_ROUNDS` sets the number of kills.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { answersTo, questionsAbout } from '../support/answers.ts';
import { enrolled, type Sent, sent } from '../support/given-events.ts';
import { lines, newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const rounds = Number(process.env.CRASH_ROUNDS ?? 5);
/** A round takes about a second. */
const testMsMax = 120_000 + rounds * 10_000;

const sources = ['https://one.example.org/', 'https://two.example.org/', 'https://three.example.org/'];
const sites = ['virginia', 'singapore', 'dublin'];
const populations = ['us', 'eu'];

const whole = (below: number): number => Math.floor(Math.random() * below);

/** One atomic request of a writer. */
interface Batch {
  readonly events: ReadonlyArray<Sent>;
  readonly asLines: boolean;
}

/** Sends numbered batches forever; unacknowledged ones are sent again, or given up. */
class Writer {
  readonly source: string;
  readonly acknowledged: Batch[] = [];
  readonly sent: Batch[] = [];
  private number = 0;
  private unacknowledged: Batch | undefined;

  constructor(source: string) {
    this.source = source;
  }

  private next(): Batch {
    const number = this.number++;
    const time = new Date(Date.UTC(2020, 0, 1 + whole(300))).toISOString();
    const more = { source: this.source, time };
    const id = (part: string): string => `${number}/${part}`;
    const population = populations[whole(2)]!;
    const scope = whole(2) === 0 ? { population } : { subject: `known-${whole(20)}` };
    const from = whole(3);
    const events = [
      enrolled(id('new'), `${this.source}${number}`, population, more),
      enrolled(id('known'), `known-${whole(20)}`, population, more),
      sent(id('placed'), 'DataPlaced', { dataset: 'profile', scope, site: sites[from] }, more),
      sent(
        id('moved'),
        'DataMoved',
        { dataset: 'profile', scope, from: sites[from], to: sites[(from + 1) % 3] },
        more,
      ),
      sent(
        id('retracted'),
        'EventRetracted',
        {
          event: { source: this.source, id: `${whole(number + 2)}/placed` },
          reason: 'it never held',
        },
        more,
      ),
      ...Array.from({ length: whole(30) }, (_, index) =>
        enrolled(id(`${index}`), `crowd-${whole(500)}`, 'us', more),
      ),
    ];
    return { events, asLines: whole(2) === 0 };
  }

  /** Writes until the server is gone. */
  async run(server: ServerProcess): Promise<void> {
    if (whole(4) === 0) this.unacknowledged = undefined;
    for (;;) {
      const batch = this.unacknowledged ?? this.next();
      this.unacknowledged = batch;
      this.sent.push(batch);
      try {
        const { status, body } = await (batch.asLines
          ? server.postLines(batch.events)
          : server.post(batch.events));
        expect([200, 201], JSON.stringify(body)).toContain(status);
      } catch (error) {
        if (server.alive() && !(error instanceof TypeError)) throw error;
        return;
      }
      this.acknowledged.push(batch);
      this.unacknowledged = undefined;
    }
  }
}

describe(`a server that is killed ${rounds} times while it records`, () => {
  const directory = newDataDirectory();
  const writers = [...sources, ...sources].map((source, index) => new Writer(`${source}${index}`));
  const erased: string[] = [];
  const recorded = new Set<string>();
  let last = 0;
  let server: ServerProcess | undefined;

  afterAll(async () => {
    await server?.end('SIGKILL');
    removeDirectory(directory);
  });

  const key = ({ source, id }: Readonly<Record<string, unknown>>): string => `${source} ${id}`;

  /** Reads newly recorded events: each once, at dense positions. */
  const readOn = async (): Promise<void> => {
    const { head } = (await server!.get('/readyz')).body;
    const { status, body } = await server!.get(
      '/v1/events',
      { after: last, atLeast: head },
      { accept: lines },
    );
    expect(status).toBe(200);
    for (const line of String(body).split('\n').slice(0, -1)) {
      const event = JSON.parse(line);
      expect(event.position).toBe(String(last + 1));
      last++;
      expect(recorded.has(key(event)), `${key(event)} twice`).toBe(false);
      recorded.add(key(event));
    }
    expect(String(last)).toBe(head);
  };

  const check = (): void => {
    for (const { acknowledged, sent } of writers) {
      for (const { events } of acknowledged)
        for (const event of events) expect(recorded.has(key(event)), `${key(event)} lost`).toBe(true);
      for (const { events } of sent) {
        const kept = events.filter((event) => recorded.has(key(event))).length;
        expect([0, events.length], `${key(events[0]!)} half recorded`).toContain(kept);
      }
    }
  };

  const checkErased = async (people: ReadonlyArray<string>): Promise<void> => {
    for (const person of people)
      expect((await server!.get(`/v1/subjects/${person}/history`)).status, `${person} is back`).toBe(404);
  };

  /** Kills a server that has not finished starting. */
  const dieEarly = (): Promise<unknown> =>
    ServerProcess.start({
      directory,
      spawned: (child) => void setTimeout(() => child.kill('SIGKILL'), whole(800)),
    }).then(
      (early) => early.end('SIGKILL'),
      () => undefined,
    );

  it(
    'has every acknowledged event once and batches complete, and erased people stay erased',
    async () => {
      for (let round = 0; round < rounds; round++) {
        if (round % 10 === 4) await dieEarly();
        server = await ServerProcess.start({ directory });
        await readOn();
        await checkErased(erased.slice(-1));
        const writing = writers.map((writer) => writer.run(server!));
        const person = `erased-${round}`;
        const erasing = server
          .post([enrolled(`erasing-${round}`, person)])
          .then(() => server!.delete(`/v1/subjects/${person}`))
          .then(({ status }) => status === 204 && erased.push(person))
          .catch(() => undefined);
        await sleep(whole(300));
        // On a busy machine some writers may have got no answer by then.
        if (round === rounds - 1)
          await expect.poll(() => writers.every(({ acknowledged }) => acknowledged.length > 0)).toBe(true);
        await server.end('SIGKILL');
        await Promise.all([...writing, erasing]);
      }
      server = await ServerProcess.start({ directory });
      await readOn();
      check();
      await checkErased(erased);
    },
    testMsMax,
  );

  it(
    'answers as if its projections were rebuilt from the log',
    async () => {
      const subjects = [...Array.from({ length: 20 }, (_, index) => `known-${index}`), 'crowd-1', 'crowd-2'];
      const paths = questionsAbout({
        subjects,
        sites,
        populations,
        datasets: ['profile'],
        parties: [],
      });
      const asked = { atLeast: String(last), validAt: '2021-01-01', knownPosition: last };
      const live = await answersTo(server!, paths, asked);
      await server!.end();
      rmSync(join(directory, 'projections'), { recursive: true });
      server = await ServerProcess.start({ directory });
      expect(await answersTo(server, paths, asked)).toEqual(live);
    },
    testMsMax,
  );
});

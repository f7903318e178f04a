/**
 * Measures a replay of the projections while they serve: without load, and with polling readers and one writer. The baseline
 * is rebuilding from the same log with nothing to serve. No request may fail.
 *
 * The environment sets the sizes: BENCH_EVENTS (default 1,000,000), BENCH_RUNS (default 3).
 */
import { join } from 'node:path';
import { Projector } from '../src/projections/engine/projector.ts';
import {
  type BenchServer,
  inFolder,
  median,
  printTable,
  quantile,
  rate,
  secondsOf,
  startServer,
} from './measure.ts';
import { mixedSubject, randomFrom } from './mixed-events.ts';
import { writeMixedLog } from './mixed-log.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const followMs = 50;

interface Traffic {
  readonly times: number[];
  failed: number;
}

/** Sends one request after another until it is stopped. */
const keepSending = async (
  send: () => Promise<Response>,
  traffic: Traffic,
  isOver: () => boolean,
): Promise<void> => {
  while (!isOver()) {
    const began = performance.now();
    const isFine = await send().then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    traffic.times.push(performance.now() - began);
    if (!isFine) traffic.failed++;
  }
};

/** The replay's rate in events per second, until all events were applied and until it started to serve. */
interface Rates {
  readonly applied: number;
  readonly swapped: number;
}

/** Runs one replay. */
const replay = async ({ url }: BenchServer): Promise<Rates> => {
  const started = await fetch(`${url}/v1/replays`, { method: 'POST' });
  if (started.status !== 202) throw new Error(`${started.status}: ${await started.text()}`);
  const began = performance.now();
  const sinceThen = (): number => (performance.now() - began) / 1_000;
  let applied: number | undefined;
  for (;;) {
    const answer = await fetch(new URL(started.headers.get('location')!, url));
    const { state, processed, total, failure } = (await answer.json()) as {
      state: string;
      processed: number;
      total: number;
      failure: string | null;
    };
    if (processed >= total) applied ??= processed / sinceThen();
    if (state === 'serving') {
      const swapped = processed / sinceThen();
      return { applied: applied ?? swapped, swapped };
    }
    if (state !== 'running') throw new Error(`the replay ${state}: ${failure}`);
    await new Promise((resolve) => setTimeout(resolve, followMs));
  }
};

let written = 0;
const write = (url: string): Promise<Response> =>
  fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(
      Array.from({ length: 10 }, () => ({
        specversion: '1.0',
        id: `written-${++written}`,
        source: 'https://writer.example',
        type: 'SubjectEnrolled',
        time: '2024-01-01T00:00:00Z',
        data: { subject: `written-${written}`, population: 'population-1' },
      })),
    ),
  });
const holdings = (url: string): Promise<Response> => fetch(`${url}/v1/sites/site-3/holdings?limit=10`);
const random = randomFrom(7);
const person = (url: string): Promise<Response> =>
  fetch(`${url}/v1/subjects/${mixedSubject(Math.floor(random() * (eventsCount / 4)))}/residency`);

await inFolder(async (folder) => {
  const logFile = join(folder, 'log.sqlite');
  const head = await writeMixedLog(logFile, eventsCount);
  const rebuilds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const seconds = await secondsOf(async () => {
      const projector = new Projector({ logFile, projectionsFile: join(folder, `rebuilt-${run}.sqlite`) });
      if (!(await projector.reached(head, 3_600_000))) throw new Error('the projections did not arrive');
      await projector.stop();
    });
    rebuilds.push(head / seconds);
  }

  const server = await startServer(folder);
  while (!(await fetch(`${server.url}/readyz`)).ok)
    await new Promise((resolve) => setTimeout(resolve, followMs));
  const alone: Rates[] = [];
  const busy: Rates[] = [];
  const senders = [
    ['residency of a person', person],
    ['holdings of a site', holdings],
    ['ten events at a time', write],
  ] as const;
  const traffic = senders.map((): Traffic => ({ times: [], failed: 0 }));
  for (let run = 0; run < runs; run++) {
    alone.push(await replay(server));
    let isOver = false;
    const sending = senders.map(([, send], index) =>
      keepSending(
        () => send(server.url),
        traffic[index]!,
        () => isOver,
      ),
    );
    busy.push(await replay(server));
    isOver = true;
    await Promise.all(sending);
  }
  await server.stop();

  const rebuilt = median(rebuilds);
  const line = (what: string, each: ReadonlyArray<number>): string[] => [
    what,
    rate(median(each), 1),
    (median(each) / rebuilt).toFixed(2),
  ];
  printTable(`Replay over HTTP, compared and swapped: ${head} mixed events, median of ${runs}`, [
    ['', 'rate', 'of the rebuild'],
    line(
      'replay, nothing else going on: applied',
      alone.map(({ applied }) => applied),
    ),
    line(
      'and swapped',
      alone.map(({ swapped }) => swapped),
    ),
    line(
      'replay, with readers and a writer: applied',
      busy.map(({ applied }) => applied),
    ),
    line(
      'and swapped',
      busy.map(({ swapped }) => swapped),
    ),
    line('rebuild, with nothing to serve', rebuilds),
  ]);
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const row = (what: string, { times, failed }: Traffic): string[] => [
    what,
    String(times.length),
    String(failed),
    ...[0.5, 0.99, 1].map((share) => ms(quantile(times, share))),
  ];
  printTable('Requests while replaying', [
    ['', 'sent', 'failed', 'p50', 'p99', 'slowest'],
    ...senders.map(([what], index) => row(what, traffic[index]!)),
  ]);
  if (traffic.some(({ failed }) => failed > 0)) process.exitCode = 1;
});

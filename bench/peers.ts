/**
 * Compares Domicile with a hand-written solution: events in PostgreSQL, in one table with four indexes, behind a
 * small HTTP server (`bench/peers/postgres.js`). Both get the same events in the same bodies, and the same
 * questions about the same people; both make each batch of a thousand events durable.
 *
 * Domicile answers a question about a person only once it has recorded durably who asked. So PostgreSQL is asked twice: without
 * that, and with a row for each question, which is committed before the answer. Both are asked for nothing at all, too: how long
 * HTTP alone takes, on both sides.
 *
 * Once: `npm --prefix bench/peers ci`. The environment sets the sizes: BENCH_EVENTS (default 200,000), BENCH_RUNS
 * (default 3), BENCH_QUESTIONS (default 2,000).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { encodeEvent } from '../src/domain/events/event.ts';
import { inFolder, median, printTable, quantile, rate, secondsOf, startServer } from './measure.ts';
import { mixedEvents, mixedSubject, randomFrom, registrations } from './mixed-events.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 200_000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const questions = Number(process.env.BENCH_QUESTIONS ?? 2_000);
const bodyLines = 20_000;
const program = fileURLToPath(new URL('./peers/postgres.js', import.meta.url));

if (!existsSync(fileURLToPath(new URL('./peers/node_modules/pg', import.meta.url)))) {
  process.stderr.write('PostgreSQL is not installed for this benchmark. Run: npm --prefix bench/peers ci\n');
  process.exit(2);
}

interface Peer {
  readonly url: string;
  stop(): Promise<void>;
}

const startPostgres = async (): Promise<Peer> => {
  const child: ChildProcess = spawn(process.execPath, [program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('exit', () => reject(new Error('the server over PostgreSQL did not start')));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', () => resolve());
        child.stdin!.end();
      }),
  };
};

const post = async (url: string, lines: ReadonlyArray<string>): Promise<void> => {
  for (let start = 0; start < lines.length; start += bodyLines) {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.slice(start, start + bodyLines).join('\n'),
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }
};

interface Asked {
  readonly p50: number;
  readonly p99: number;
  /** Of a request that reads nothing. */
  readonly http: number;
}

interface Measured {
  readonly ingest: number;
  readonly asked: ReadonlyArray<Asked>;
}

/** Emitters name people by identifiers of their own: what looks like a pseudonym would be looked up as one. */
const named = (text: string): string => text.replaceAll('psn_', 'person-');

const linesOf = (events: Iterable<Parameters<typeof encodeEvent>[0]>): ReadonlyArray<string> =>
  Array.from(events, (event) => named(JSON.stringify(encodeEvent(event))));

/** A path that reads nothing, and the parameters of a question about a person, for each way of asking. */
interface Asking {
  readonly nothing: string;
  readonly parameters: ReadonlyArray<string>;
}

const timesOf = async (count: number, address: () => string): Promise<number[]> => {
  const times: number[] = [];
  for (let each = 0; each < count; each++) {
    const asked = address();
    const began = performance.now();
    const answer = await fetch(asked);
    await answer.arrayBuffer();
    times.push(performance.now() - began);
  }
  return times;
};

const measured = async (
  { url }: Peer,
  lines: ReadonlyArray<string>,
  settle: string,
  { nothing, parameters }: Asking,
): Promise<Measured> => {
  await post(url, linesOf(registrations()));
  const ingest = await secondsOf(() => post(url, lines));
  await fetch(`${url}${settle}`).then((answer) => answer.arrayBuffer());
  const random = randomFrom(11);
  const asked: Asked[] = [];
  for (const each of parameters) {
    const somebody = () => named(mixedSubject(Math.floor(random() * (eventsCount / 2))));
    const address = () => `${url}/v1/subjects/${somebody()}/residency${each}`;
    await timesOf(questions, address);
    const times = await timesOf(questions, address);
    const http = await timesOf(questions, () => `${url}${nothing}`);
    asked.push({ p50: quantile(times, 0.5), p99: quantile(times, 0.99), http: quantile(http, 0.5) });
  }
  return { ingest, asked };
};

const ours: Measured[] = [];
const theirs: Measured[] = [];
for (let run = 0; run < runs; run++) {
  const lines = linesOf(mixedEvents(eventsCount, eventsCount / 2, run + 1));
  for (const [start, results, settle, asking] of [
    [
      startServer,
      ours,
      `/v1/sites?limit=1&atLeast=${eventsCount}`,
      { nothing: '/v1/caller', parameters: [''] },
    ],
    [startPostgres, theirs, '/', { nothing: '/', parameters: ['', '?recorded'] }],
  ] as const) {
    await inFolder(async (folder) => {
      const peer = await start(folder);
      results.push(await measured(peer, lines, settle, asking));
      await peer.stop();
    });
  }
}

const ingestOf = (results: ReadonlyArray<Measured>): number => median(results.map(({ ingest }) => ingest));
const ms = (value: number): string => `${value.toFixed(2)} ms`;
/** @param way which of the ways of asking. */
const row = (title: string, results: ReadonlyArray<Measured>, way = 0): string[] => {
  const of = (name: keyof Asked): number => median(results.map(({ asked }) => asked[way]![name]));
  return [
    title,
    ...(way === 0
      ? [rate(eventsCount, ingestOf(results)), (ingestOf(theirs) / ingestOf(results)).toFixed(2)]
      : ['', '']),
    ms(of('p50')),
    ms(of('p99')),
    ms(of('http')),
    ms(of('p50') - of('http')),
  ];
};
printTable(
  `The same over HTTP: ${eventsCount} mixed events of ${eventsCount / 2} people, bodies of ${bodyLines} lines; where one person's data is. Medians of ${runs}`,
  [
    ['', 'durable ingest', 'of PostgreSQL', 'a question: p50', 'p99', 'HTTP alone: p50', 'the rest'],
    row('Domicile, which records each question', ours),
    row('PostgreSQL 15 behind HTTP', theirs),
    row('the same, recording each question', theirs, 1),
  ],
);

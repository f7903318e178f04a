/**
 * Measures the ledger: durable ingest over HTTP, rebuilding the projections, residency of a subject over HTTP, and
 * bytes on disk. The baselines are the raw parts in the same run.
 *
 * The environment sets the sizes: BENCH_EVENTS (default 1,000,000), BENCH_RUNS (default 3), BENCH_SUBJECTS (default
 * 100000,1000000).
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Event, encodeEvent } from '../src/domain/events/event.ts';
import { encodeStored } from '../src/domain/events/stored.ts';
import { Projector } from '../src/projections/engine/projector.ts';
import { openLogReader } from '../src/store/sqlite/log-reader.ts';
import { inFolder, median, printTable, quantile, rate, secondsOf, startServer } from './measure.ts';
import { mixedEvents, randomFrom, registrations } from './mixed-events.ts';
import { writeMixedLog } from './mixed-log.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const subjectCounts = (process.env.BENCH_SUBJECTS ?? '100000,1000000').split(',').map(Number);
const ingestCount = Math.min(eventsCount, 200_000);
const batchSize = 1_000;
const bodyLines = 20_000;

const chunks = <A>(items: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

const post = async (url: string, lines: ReadonlyArray<string>): Promise<void> => {
  for (const part of chunks(lines, bodyLines)) {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: part.join('\n'),
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }
};

/** The baseline: SQLite alone, with the same bytes under a unique source and id, synced every thousand events. */
const rawAppend = (folder: string, events: ReadonlyArray<Event>): Promise<number> => {
  const database = new DatabaseSync(join(folder, 'raw.sqlite'));
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE event (position INTEGER PRIMARY KEY, source INTEGER, id TEXT, recorded_at INTEGER, bytes BLOB, UNIQUE (source, id))',
  );
  const insert = database.prepare('INSERT INTO event (source, id, recorded_at, bytes) VALUES (?, ?, ?, ?)');
  const rows = events.map((event) => ({ id: event.id, bytes: encodeStored(event) }));
  return secondsOf(() => {
    for (const batch of chunks(rows, batchSize)) {
      database.exec('BEGIN');
      for (const { id, bytes } of batch) insert.run(1, id, 0, bytes);
      database.exec('COMMIT');
    }
    database.close();
  });
};

const ingest = async (): Promise<void> => {
  const known = [...registrations()];
  const results: { http: number; raw: number }[] = [];
  for (let run = 0; run < runs; run++) {
    const events = [...mixedEvents(ingestCount, ingestCount / 2, run + 1)];
    results.push(
      await inFolder(async (folder) => {
        const raw = await rawAppend(folder, events);
        const server = await startServer(folder);
        await post(
          server.url,
          known.map((event) => JSON.stringify(encodeEvent(event))),
        );
        const lines = events.map((event) => JSON.stringify(encodeEvent(event)));
        const http = await secondsOf(() => post(server.url, lines));
        await server.stop();
        return { http, raw };
      }),
    );
  }
  const [http, raw] = [median(results.map((each) => each.http)), median(results.map((each) => each.raw))];
  printTable(
    `Durable ingest over HTTP, NDJSON in chunks of ${batchSize}: ${ingestCount} mixed events, median of ${runs}`,
    [
      ['', 'rate', 'of raw'],
      ['Domicile', rate(ingestCount, http), (raw / http).toFixed(2)],
      ['SQLite alone', rate(ingestCount, raw), '1.00'],
    ],
  );
};

const rebuild = (): Promise<void> =>
  inFolder(async (folder) => {
    const logFile = join(folder, 'log.sqlite');
    const head = await writeMixedLog(logFile, eventsCount);
    const decoder = new TextDecoder();
    const log = openLogReader(logFile);
    const raws: number[] = [];
    const builds: number[] = [];
    for (let run = 0; run < runs; run++) {
      raws.push(
        await secondsOf(() => {
          for (let position = 0; ; ) {
            const page = log.after(position, 2_000);
            for (const { bytes } of page) JSON.parse(decoder.decode(bytes));
            if (page.length === 0) return;
            position = page.at(-1)!.position;
          }
        }),
      );
      builds.push(
        await secondsOf(async () => {
          const projector = new Projector({
            logFile,
            projectionsFile: join(folder, `projections-${run}.sqlite`),
          });
          if (!(await projector.reached(head, 3_600_000))) throw new Error('the projections did not arrive');
          await projector.stop();
        }),
      );
    }
    log.close();
    const [raw, build] = [median(raws), median(builds)];
    printTable(`Rebuild of the projections: ${head} mixed events, median of ${runs}`, [
      ['', 'rate', 'of raw'],
      ['Domicile', rate(head, build), (raw / build).toFixed(2)],
      ['scan and JSON.parse alone', rate(head, raw), '1.00'],
    ]);
    const size = (name: string): number => statSync(join(folder, name)).size;
    printTable('Bytes on disk for each event', [
      ['the events themselves', String(Math.round(await bytesOfEvents(logFile, head)))],
      ['log', String(Math.round(size('log.sqlite') / head))],
      ['projections', String(Math.round(size('projections-0.sqlite') / head))],
    ]);
  });

const bytesOfEvents = async (logFile: string, head: number): Promise<number> => {
  const log = openLogReader(logFile);
  let bytes = 0;
  for (let position = 0; position < head; ) {
    const page = log.after(position, 2_000);
    for (const event of page) bytes += event.bytes.length;
    position = page.at(-1)!.position;
  }
  log.close();
  return bytes / head;
};

const residency = async (): Promise<void> => {
  const rows: string[][] = [
    [
      'subjects',
      'first 2,000: p50',
      'p99',
      'next 4,000: p50',
      'p99',
      'health check alone: p50',
      'p99',
      'holdings of a site, cold',
      'warm',
    ],
  ];
  for (const subjects of subjectCounts) {
    await inFolder(async (folder) => {
      const server = await startServer(folder);
      await post(
        server.url,
        registrations().map((event) => JSON.stringify(encodeEvent(event))),
      );
      const enrolments = Array.from({ length: subjects }, (_, index) =>
        JSON.stringify({
          specversion: '1.0',
          id: `enrolled-${index}`,
          source: 'https://accounts.example',
          type: 'SubjectEnrolled',
          time: new Date(Date.UTC(2018, 0, 1) + index * 60_000).toISOString(),
          data: { subject: `user-${index}`, population: `population-${index % 12}` },
        }),
      );
      await post(server.url, enrolments);
      await fetch(`${server.url}/v1/sites?limit=1&atLeast=${subjects}`).then((answer) =>
        answer.arrayBuffer(),
      );
      const random = randomFrom(7);
      const timed = async (count: number, path: () => string): Promise<number[]> => {
        const times: number[] = [];
        for (let index = 0; index < count; index++) {
          const address = `${server.url}${path()}`;
          const start = performance.now();
          const answer = await fetch(address);
          await answer.arrayBuffer();
          times.push(performance.now() - start);
        }
        return times;
      };
      const question = (): string => `/v1/subjects/user-${Math.floor(random() * subjects)}/residency`;
      // Warm up: at first the code is not compiled and the caches are empty.
      const first = await timed(2_000, question);
      const next = await timed(4_000, question);
      const alone = await timed(2_000, () => '/livez');
      const holdings = (): Promise<number> =>
        secondsOf(() =>
          fetch(`${server.url}/v1/sites/site-3/holdings`).then((answer) => answer.arrayBuffer()),
        );
      const [cold, warm] = [await holdings(), median([await holdings(), await holdings(), await holdings()])];
      const ms = (value: number): string => `${value.toFixed(2)} ms`;
      rows.push([
        subjects.toLocaleString('en'),
        ...[first, next, alone].flatMap((times) => [ms(quantile(times, 0.5)), ms(quantile(times, 0.99))]),
        ms(cold * 1_000),
        ms(warm * 1_000),
      ]);
      await server.stop();
    });
  }
  printTable('Residency of a subject over HTTP, one question at a time', rows);
};

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('ingest')) await ingest();
if (wanted.length === 0 || wanted.includes('rebuild')) await rebuild();
if (wanted.length === 0 || wanted.includes('residency')) await residency();

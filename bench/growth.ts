/**
 * Measures how a ledger copes with growth. People are enrolled ten thousand at a time over HTTP. At each size it
 * answers questions about single people and about all of them, alone and during ingest, before and after a restart.
 * The baselines, in the same run, are the vault alone, and SQLite alone with one index by identifier and one by
 * pseudonym; and for questions about people, each of which waits until its entry in the read log is on disk, how long the
 * disk alone takes for that.
 *
 * `--people N,M`: the sizes, in ascending order (default 100,000 and 1,000,000).
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { encodeEvent } from '../src/domain/events/event.ts';
import { openSqliteVault } from '../src/people/vault/sqlite-vault.ts';
import { enrol, identifierOf, identifiers, peopleOfEvent, post } from './enrolling.ts';
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
import { randomFrom, registrations } from './mixed-events.ts';

/** Of the clock of Linux, in a second. */
const clockTicks = 100;
const questions = 2_000;
/** Questions before those at rest are measured: the engine compiles what is called often, and a server serves for long. */
const warmUpQuestions = 4_000;
/** People enrolled while questions are asked. */
const besidePeople = 500_000;

const { values } = parseArgs({ options: { people: { type: 'string' } } });
const sizes = (values.people ?? '100000,1000000').split(',').map(Number);
for (const [place, size] of sizes.entries()) {
  if (Number.isInteger(size) && size % peopleOfEvent === 0 && size > (sizes[place - 1] ?? 0)) continue;
  process.stderr.write(
    `--people: expected multiples of ${peopleOfEvent} in ascending order, found ${values.people}\n`,
  );
  process.exit(2);
}

const answered = async (address: string): Promise<number> => {
  const began = performance.now();
  const answer = await fetch(address);
  const body = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${body}`);
  return performance.now() - began;
};

const random = randomFrom(7);

/** Asks about people sequentially, up to a number or until stopped. Returns milliseconds. */
const askAboutPeople = async (
  url: string,
  people: number,
  isOver: (asked: number) => boolean,
): Promise<number[]> => {
  const times: number[] = [];
  while (!isOver(times.length))
    times.push(await answered(`${url}/v1/subjects/${identifierOf(Math.floor(random() * people))}/residency`));
  return times;
};

/** Bytes that SQLite writes for an entry of the read log: a page and its header. */
const readBytes = 4_096 + 24;

/** Writes as many bytes as an entry of the read log takes, and waits until they are on disk, again and again. */
const syncAlone = async (folder: string, isOver: (synced: number) => boolean): Promise<number[]> => {
  const file = join(folder, 'synced');
  const handle = await open(file, 'w');
  const bytes = Buffer.alloc(readBytes, 1);
  const times: number[] = [];
  while (!isOver(times.length)) {
    const began = performance.now();
    await handle.write(bytes, 0, readBytes, (times.length % 1_000) * readBytes);
    await handle.datasync();
    times.push(performance.now() - began);
  }
  await handle.close();
  await rm(file);
  return times;
};

/** Asks each of these wide questions: how many milliseconds each takes. */
const wideQuestions = ['/v1/populations', '/v1/sites/site-3/holdings', '/v1/findings'];
const askWidely = async (url: string): Promise<number[]> => {
  const times: number[] = [];
  for (const question of wideQuestions) times.push(await answered(url + question));
  return times;
};

const bytesIn = (folder: string): number =>
  readdirSync(folder, { withFileTypes: true }).reduce(
    (sum, entry) =>
      sum +
      (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size),
    0,
  );

/** The current and the maximum memory of a process, in MiB; only on Linux. */
const residentOf = (pid: number): string => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mebibytes = (name: string): number =>
      Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024);
    return `${mebibytes('VmRSS')}, ${mebibytes('VmHWM')}`;
  } catch {
    return '-';
  }
};

/** The processor time that a process has taken, in seconds; Linux alone says. */
const processorOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / clockTicks;
  } catch {
    return Number.NaN;
  }
};

/** A server rests if it takes less than this share of a processor: it always checks its files, slowly. */
const shareAtRest = 0.25;
const restWaitMsMax = 120_000;

/** Waits until a server has nothing left to do in the background, or for two minutes. */
const rested = async (pid: number): Promise<void> => {
  const end = performance.now() + restWaitMsMax;
  for (let before = processorOf(pid); performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const now = processorOf(pid);
    if (!(now - before > shareAtRest)) return;
    before = now;
  }
};

const caughtUp = (url: string, events: number): Promise<number> =>
  answered(`${url}/v1/sites?limit=1&atLeast=${events}`);

const ready = async (url: string): Promise<void> => {
  while (!(await fetch(`${url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20));
};

/** The vault alone. */
const vaultAlone = (folder: string) => {
  const vault = openSqliteVault(join(folder, 'vault.sqlite'), { now: Date.now, random: randomBytes });
  return {
    admit: (names: ReadonlyArray<string>): unknown => {
      const admitted = vault.admit(names);
      vault.prepare();
      return admitted;
    },
    find: (name: string): unknown => vault.pseudonymOf(name),
    close: () => vault.close(),
  };
};

/** SQLite alone, with a B-tree by identifier and one by pseudonym. */
const sqliteAlone = (folder: string) => {
  const database = new DatabaseSync(join(folder, 'raw.sqlite'));
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -262144;
     CREATE TABLE person (identifier TEXT PRIMARY KEY, pseudonym BLOB UNIQUE) WITHOUT ROWID`,
  );
  const insert = database.prepare('INSERT INTO person VALUES (?, ?) ON CONFLICT DO NOTHING');
  const select = database.prepare('SELECT pseudonym FROM person WHERE identifier = ?');
  return {
    admit: (names: ReadonlyArray<string>): void => {
      database.exec('BEGIN');
      for (const name of names) insert.run(name, randomBytes(16));
      database.exec('COMMIT');
    },
    find: (name: string): unknown => select.get(name),
    close: () => database.close(),
  };
};

type Alone = ReturnType<typeof vaultAlone>;

/** How fast an engine alone admits people, and finds one of them. */
const measureAlone = async (alone: Alone, from: number, to: number): Promise<readonly string[]> => {
  let seconds = 0;
  for (let first = from; first < to; first += peopleOfEvent) {
    const names = identifiers(first, peopleOfEvent);
    seconds += await secondsOf(() => alone.admit(names));
  }
  const times = Array.from({ length: questions }, () => {
    const name = identifierOf(Math.floor(random() * to));
    const began = performance.now();
    alone.find(name);
    return performance.now() - began;
  });
  return [rate(to - from, seconds), ms(quantile(times, 0.99))];
};

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const all = (times: ReadonlyArray<number>): string => times.map(ms).join(', ');
const both = (times: ReadonlyArray<number>): string =>
  `${ms(quantile(times, 0.5))}, ${ms(quantile(times, 0.99))}`;

const columns = [
  'people',
  'new people',
  'processor time each',
  'a person right after ingest: p50, p99',
  'a person at rest: p50, p99',
  'the disk alone',
  'a person beside ingest: p50, p99',
  'the disk beside ingest',
  'ingest meanwhile',
  'populations, holdings, findings',
  'again',
  'after a restart',
  'resident, most (MiB)',
  'start',
  'bytes a person',
];
const alones: string[][] = [
  ['people', 'vault alone: new people', 'find: p99', 'SQLite alone: new people', 'find: p99'],
];

await inFolder(async (folder) => {
  const ledger = join(folder, 'ledger');
  let server: BenchServer = await startServer(ledger);
  const known = registrations();
  await post(server.url, known.map((event) => JSON.stringify(encodeEvent(event))).join('\n'));
  const head = (people: number): number => known.length + people / peopleOfEvent;
  let enrolled = 0;
  for (const size of sizes) {
    const processorBefore = processorOf(server.pid);
    const seconds = await enrol(server.url, enrolled, size);
    const added = size - enrolled;
    enrolled = size;
    await caughtUp(server.url, head(enrolled));
    const processor = processorOf(server.pid);
    const cold = await askWidely(server.url);
    await askAboutPeople(server.url, size, (asked) => asked >= 200);
    const after = await askAboutPeople(server.url, size, (asked) => asked >= questions);
    await askAboutPeople(server.url, size, (asked) => asked >= warmUpQuestions);
    await rested(server.pid);
    const alone = await askAboutPeople(server.url, size, (asked) => asked >= questions);
    const disk = await syncAlone(folder, (synced) => synced >= questions);
    const again = [await askWidely(server.url), await askWidely(server.url), await askWidely(server.url)];
    const warm = cold.map((_, place) => median(again.map((times) => times[place]!)));
    const besideCount = Math.min(size, besidePeople);
    /** Does something while people are enrolled. Returns the seconds that enrolling took, too. */
    const whileEnrolling = async <A>(act: (isOver: () => boolean) => Promise<A>): Promise<[A, number]> => {
      let isOver = false;
      const enrolling = enrol(server.url, enrolled, enrolled + besideCount).finally(() => {
        isOver = true;
      });
      const done = await act(() => isOver);
      enrolled += besideCount;
      return [done, await enrolling];
    };
    const [beside, besideSeconds] = await whileEnrolling((isOver) =>
      askAboutPeople(server.url, size, isOver),
    );
    const [diskBeside] = await whileEnrolling((isOver) => syncAlone(folder, isOver));
    await caughtUp(server.url, head(enrolled));
    const resident = residentOf(server.pid);
    await server.stop();
    const bytes = bytesIn(ledger) / enrolled;
    const start = await secondsOf(async () => {
      server = await startServer(ledger);
      await ready(server.url);
    });
    const restarted = await askWidely(server.url);
    // Printed as soon as it is known, since the next size may take hours.
    const measured = [
      size.toLocaleString('en'),
      rate(added, seconds),
      `${(((processor - processorBefore) * 1e6) / added).toFixed(1)} µs`,
      both(after),
      both(alone),
      both(disk),
      both(beside),
      both(diskBeside),
      rate(besideCount, besideSeconds),
      all(cold),
      all(warm),
      all(restarted),
      resident,
      `${start.toFixed(1)} s`,
      bytes.toFixed(0),
    ];
    printTable(
      `With ${size.toLocaleString('en')} people, enrolled ten thousand at a time over HTTP`,
      columns.map((column, place) => [column, measured[place]!]),
    );
  }
  await server.stop();
  await inFolder(async (other) => {
    const [vault, sqlite] = [vaultAlone(other), sqliteAlone(other)];
    let before = 0;
    for (const size of sizes) {
      alones.push([
        size.toLocaleString('en'),
        ...(await measureAlone(vault, before, size)),
        ...(await measureAlone(sqlite, before, size)),
      ]);
      before = size;
    }
    vault.close();
    sqlite.close();
  });
  printTable('The parts alone, ten thousand people in a transaction', alones);
});

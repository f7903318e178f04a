/**
 * Measures importing a list of people from CSV through the command line: the first time, and again when every row
 * is already recorded. The baseline, in the same run, is `domicile emit` with the same events as NDJSON into a
 * separate ledger.
 *
 * The environment sets the size: BENCH_ROWS (default 100,000).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type BenchServer, inFolder, printTable, rate, startServer } from './measure.ts';

const rows = Number(process.env.BENCH_ROWS ?? 100_000);
const domicile = fileURLToPath(new URL('../src/cli/domicile.ts', import.meta.url));
const memoryEveryMs = 100;

const mapping = `source: https://hr.example
events:
  - type: SubjectEnrolled
    time: "{since}"
    data: { subject: "{who}", population: "{population}" }
`;
const who = (index: number): string => `person-${index}@example.org`;
const population = (index: number): string => `population-${index % 12}`;

/** Writes a file line by line. */
const write = async (file: string, lines: Iterable<string>): Promise<void> => {
  const out = createWriteStream(file);
  for (const line of lines) if (!out.write(`${line}\n`)) await once(out, 'drain');
  out.end();
  await finished(out);
};

function* csv(): Iterable<string> {
  yield 'who,population,since';
  for (let index = 0; index < rows; index++) yield `${who(index)},${population(index)},2024-01-01`;
}

function* ndjson(): Iterable<string> {
  for (let index = 0; index < rows; index++)
    yield JSON.stringify({
      ...{ specversion: '1.0', id: String(index), source: 'https://hr.example' },
      ...{ type: 'SubjectEnrolled', time: '2024-01-01T00:00:00Z' },
      data: { subject: who(index), population: population(index) },
    });
}

interface Ran {
  readonly seconds: number;
  /** The maximum memory of the command, in mebibytes. */
  readonly mebibytes: number;
  readonly out: string;
}

/** Runs the command line to its end. */
const run = async (server: BenchServer, ...args: ReadonlyArray<string>): Promise<Ran> => {
  const start = performance.now();
  const child = spawn(process.execPath, [domicile, ...args, '--url', server.url], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let kibibytes = 0;
  const look = setInterval(() => {
    const held = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
    kibibytes = Math.max(kibibytes, Number(held ?? 0));
  }, memoryEveryMs);
  child.once('exit', () => clearInterval(look));
  let out = '';
  child.stdout.on('data', (part: Buffer) => {
    out += part.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`domicile ${args.join(' ')} ended with ${code}: ${out}`);
  return { seconds: (performance.now() - start) / 1_000, mebibytes: Math.round(kibibytes / 1_024), out };
};

await inFolder(async (folder) => {
  const [list, events, map] = ['people.csv', 'events.ndjson', 'people.yaml'].map((name) =>
    join(folder, name),
  );
  writeFileSync(map!, mapping);
  await write(list!, csv());
  await write(events!, ndjson());
  const measured: Array<readonly [name: string, Ran]> = [];
  const importing = await startServer(join(folder, 'imported'));
  for (const name of ['imported', 'imported again']) {
    const ran = await run(importing, 'import', 'csv', list!, '--map', map!, '--format', 'json');
    const { records, recorded } = JSON.parse(ran.out);
    if (records !== rows || recorded !== (name === 'imported' ? rows : 0)) throw new Error(ran.out);
    measured.push([name, ran]);
  }
  await importing.stop();
  const emitting = await startServer(join(folder, 'emitted'));
  measured.push(['emitted', await run(emitting, 'emit', events!)]);
  await emitting.stop();
  const baseline = measured.at(-1)![1].seconds;
  printTable(`A list of ${rows.toLocaleString('en')} people, start of the command included`, [
    ['', 'seconds', 'rate', 'of emit', 'memory of the command'],
    ...measured.map(([name, { seconds, mebibytes }]) => [
      name,
      seconds.toFixed(1),
      rate(rows, seconds),
      (baseline / seconds).toFixed(2),
      `${mebibytes} MiB`,
    ]),
  ]);
});

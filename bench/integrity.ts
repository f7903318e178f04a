/**
 * Measures the Merkle log: the cost of hashing for ingest, the speed of hashing, sealing and verification, what each part of
 * `domicile verify` takes, and the time for a proof.
 *
 * The environment sets the sizes: BENCH_EVENTS (default 1,000,000), BENCH_VERIFIED (default 200,000: the events of the
 * whole ledger that is verified), BENCH_RUNS (default 3), BENCH_LEAVES (default 1000000,10000000: the sizes of the trees
 * for proofs).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { type Event, encodeEvent } from '../src/domain/events/event.ts';
import { builderOf, growTree } from '../src/integrity/follow-log.ts';
import { leafHash } from '../src/integrity/merkle-tree.ts';
import { TreeBuilder } from '../src/integrity/tree-builder.ts';
import { openTreeToRead, openTreeToWrite } from '../src/integrity/tree-file.ts';
import { inclusionProof } from '../src/integrity/tree-over-tiles.ts';
import { faultLine, settingsFrom } from '../src/ledger/configuration/read-settings.ts';
import { verifyLedger } from '../src/ledger/verify/verify-ledger.ts';
import { checkLog } from '../src/ledger/verify/verify-log.ts';
import { checkTiles } from '../src/ledger/verify/verify-tree.ts';
import { serve } from '../src/main/serve.ts';
import { openIndexToWrite } from '../src/sealed-index/index-writer.ts';
import { sealUpTo } from '../src/sealed-index/seal-log.ts';
import { stretchesUpTo } from '../src/sealed-index/stretches.ts';
import type { LogReader } from '../src/store/log-reader.ts';
import { openLogReader } from '../src/store/sqlite/log-reader.ts';
import { inFolder, median, printTable, quantile, rate, secondsOf } from './measure.ts';
import { mixedEvents, registrations } from './mixed-events.ts';
import { writeMixedLog } from './mixed-log.ts';

const eventsCount = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const verifiedCount = Number(process.env.BENCH_VERIFIED ?? 200_000);
const runs = Number(process.env.BENCH_RUNS ?? 3);
const leafCounts = (process.env.BENCH_LEAVES ?? '1000000,10000000').split(',').map(Number);
const ingestCount = Math.min(eventsCount, 200_000);
const bodyLines = 20_000;
const proofs = 2_000;

/** What a server does besides recording: nothing, hashing its log, or hashing it and sealing its index. */
const modes = ['without', 'hashed', 'sealed'] as const;
type Mode = (typeof modes)[number];

/** A separate server process. */
const startServer = async (
  folder: string,
  mode: Mode,
): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve', mode], {
    env: { ...process.env, LEDGER_STORE: `sqlite:${folder}`, LEDGER_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(child.stdout!, 'data');
  return {
    url: String(url).trim(),
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
};

const serveHere = async (mode: Mode): Promise<void> => {
  const settings = settingsFrom(process.env);
  if (E.isLeft(settings)) throw new Error(settings.left.map(faultLine).join('\n'));
  const running = await serve(settings.right);
  const { merkle, sealed } = running.ledger.parts;
  if (mode !== 'sealed') await sealed?.close();
  if (mode === 'without') await merkle.close();
  process.once('SIGTERM', () => void running.stop().then(() => process.exit(0)));
  process.stdout.write(`${running.url}\n`);
};

const post = async (url: string, lines: ReadonlyArray<string>): Promise<void> => {
  for (let first = 0; first < lines.length; first += bodyLines) {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.slice(first, first + bodyLines).join('\n'),
    });
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }
};

const ingest = async (): Promise<void> => {
  const seconds: Record<Mode, number[]> = { without: [], hashed: [], sealed: [] };
  const known = [...registrations()].map((event) => JSON.stringify(encodeEvent(event)));
  for (let run = 0; run < runs; run++) {
    const lines = [...mixedEvents(ingestCount, ingestCount / 2, run + 1)].map((event) =>
      JSON.stringify(encodeEvent(event)),
    );
    // Each comes first in turn, since the machine may get slower.
    for (let place = 0; place < modes.length; place++) {
      const mode = modes[(run + place) % modes.length]!;
      await inFolder(async (folder) => {
        const server = await startServer(folder, mode);
        await post(server.url, known);
        seconds[mode].push(await secondsOf(() => post(server.url, lines)));
        await server.stop();
      });
    }
  }
  const took = (mode: Mode): number => median(seconds[mode]);
  const row = (name: string, mode: Mode, baseline: Mode): ReadonlyArray<string> => [
    name,
    rate(ingestCount, took(mode)),
    (took(baseline) / took(mode)).toFixed(2),
  ];
  printTable(`Durable ingest over HTTP: ${ingestCount} mixed events, median of ${runs}`, [
    ['', 'rate', 'of the row above'],
    row('without the Merkle log', 'without', 'without'),
    row('with the Merkle log', 'hashed', 'without'),
    row('with the sealed index too', 'sealed', 'hashed'),
  ]);
};

/** Seals the index of a log from nothing, without rests. */
const sealAll = (log: LogReader, folder: string, run: number): void => {
  const index = openIndexToWrite(join(folder, `index-${run}.sqlite`), Date.now());
  const tree = openTreeToWrite(join(folder, `index-tree-${run}.sqlite`), Date.now());
  for (const _ of sealUpTo(log, index, tree, builderOf(tree), log.head()));
  tree.close();
  index.close();
};

const hashing = (): Promise<void> =>
  inFolder(async (folder) => {
    const logFile = join(folder, 'log.sqlite');
    const head = await writeMixedLog(logFile, eventsCount);
    const log = openLogReader(logFile);
    const hashed: number[] = [];
    const raw: number[] = [];
    const sealed: number[] = [];
    const verified: number[] = [];
    const verifiedInTwo: number[] = [];
    for (let run = 0; run < runs; run++) {
      const file = join(folder, `tree-${run}.sqlite`);
      const tree = openTreeToWrite(file, Date.now());
      hashed.push(
        await secondsOf(() => {
          const builder = builderOf(tree);
          while (growTree(log, tree, builder) > 0);
        }),
      );
      sealed.push(await secondsOf(() => sealAll(log, folder, run)));
      raw.push(
        await secondsOf(() => {
          // The minimum work for a leaf: the stored bytes, an entry of 250 bytes, and a node over two hashes.
          const [entry, node] = [new Uint8Array(250), new Uint8Array(65)];
          for (let position = 0; position < head; ) {
            for (const stored of log.after(position, 1_000)) {
              hash('sha256', stored.bytes, 'buffer');
              hash('sha256', entry, 'buffer');
              hash('sha256', node, 'buffer');
              position = stored.position;
            }
          }
        }),
      );
      for (const [threads, seconds] of [[1, verified] as const, [2, verifiedInTwo] as const])
        seconds.push(
          await secondsOf(async () => {
            const checked = await checkLog(
              { log, tree, files: { logFile, treeFile: file } },
              () => {},
              threads,
            );
            if (checked.state !== 'ok') throw new Error(checked.found);
            for (const steps = checkTiles(tree); ; ) {
              const { done, value } = steps.next();
              if (done !== true) continue;
              if (value.state !== 'ok') throw new Error(value.found);
              break;
            }
          }),
        );
      tree.close();
    }
    log.close();
    const [ours, alone, verify] = [median(hashed), median(raw), median(verified)];
    const inTwo = median(verifiedInTwo);
    printTable(`First hashing, sealing and verifying of a log of ${head} events, median of ${runs}`, [
      ['', 'rate', 'of crypto.hash alone'],
      ['hashed, tiles written', rate(head, ours), (alone / ours).toFixed(2)],
      ['its index sealed', rate(head, median(sealed)), (alone / median(sealed)).toFixed(2)],
      ['verified against the tree', rate(head, verify), (alone / verify).toFixed(2)],
      ['the same in two threads', rate(head, inTwo), (alone / inTwo).toFixed(2)],
      ['read, and crypto.hash alone', rate(head, alone), '1.00'],
    ]);
  });

/** A ledger as a server leaves it: with its vault, its projections and its sealed index. */
const recordWhole = async (folder: string): Promise<void> => {
  const server = await startServer(folder, 'sealed');
  const send = async (events: Iterable<Event>): Promise<void> => {
    const lines = Iterator.from(events).map((event) =>
      // Identifiers, for which the server makes pseudonyms.
      JSON.stringify(encodeEvent(event)).replaceAll('"psn_', '"person-'),
    );
    await post(server.url, [...lines]);
  };
  await send(registrations());
  await send(mixedEvents(verifiedCount, verifiedCount / 2));
  for (;;) {
    const { data } = (await (await fetch(`${server.url}/v1/log`)).json()) as {
      data: { size: number; checkpoint?: { size: number }; index: { checkpoint?: { size: number } } };
    };
    const size = data.checkpoint?.size ?? 0;
    if (size >= verifiedCount && data.index.checkpoint?.size === stretchesUpTo(size)) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await server.stop();
};

const verifying = (): Promise<void> =>
  inFolder(async (folder) => {
    await recordWhole(folder);
    const settings = settingsFrom({ LEDGER_STORE: `sqlite:${folder}` });
    if (E.isLeft(settings)) throw new Error(settings.left.map(faultLine).join('\n'));
    const seconds: number[] = [];
    const micros = new Map<string, number[]>();
    const add = (part: string, cpu: number): void =>
      void micros.set(part, [...(micros.get(part) ?? []), cpu / verifiedCount]);
    for (let run = 0; run < runs; run++) {
      const before = process.cpuUsage();
      let inParts = 0;
      seconds.push(
        await secondsOf(async () => {
          const checks = await verifyLedger(
            settings.right,
            Date.now,
            () => {},
            (part, cpu) => {
              inParts += cpu;
              add(part, cpu);
            },
            0,
          );
          const wrong = checks.filter(({ state }) => state !== 'ok');
          if (wrong.length > 0)
            throw new Error(wrong.map(({ name, found }) => `${name}: ${found}`).join('\n'));
        }),
      );
      const { user, system } = process.cpuUsage(before);
      add('log and tree', user + system - inParts);
      add('all', user + system);
    }
    printTable(
      `domicile verify of a whole ledger of ${verifiedCount} mixed events, median of ${runs}: ${rate(verifiedCount, median(seconds))}`,
      [
        ['', 'processor time of an event'],
        ...[...micros].map(([part, each]) => [part, `${median(each).toFixed(1)} µs`]),
      ],
    );
  });

const proving = async (): Promise<void> => {
  const rows: string[][] = [['leaves', 'p50', 'p99']];
  for (const leaves of leafCounts) {
    await inFolder(async (folder) => {
      const file = join(folder, 'tree.sqlite');
      const tree = openTreeToWrite(file, Date.now());
      const builder = new TreeBuilder(tree.tiles, 0);
      for (let size = 0; size < leaves; ) {
        const more = Array.from({ length: Math.min(10_000, leaves - size) }, (_, index) =>
          leafHash(Buffer.from(String(size + index))),
        );
        const tiles = builder.append(more);
        size += more.length;
        tree.grow(tiles, size);
      }
      tree.close();
      const reader = openTreeToRead(file);
      const times: number[] = [];
      for (let proof = 0; proof < proofs; proof++) {
        const index = Math.floor(((proof * 0.618_033_988_75) % 1) * leaves);
        const start = performance.now();
        inclusionProof(reader.tiles, index, leaves);
        times.push(performance.now() - start);
      }
      reader.close();
      rows.push([
        leaves.toLocaleString('en'),
        `${quantile(times, 0.5).toFixed(3)} ms`,
        `${quantile(times, 0.99).toFixed(3)} ms`,
      ]);
    });
  }
  printTable(`An inclusion proof from the file of a tree: ${proofs} proofs of entries far apart`, rows);
};

if (process.argv[2] === 'serve') await serveHere(process.argv[3] as Mode);
else {
  await hashing();
  await verifying();
  await proving();
  await ingest();
}
